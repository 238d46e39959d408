"""Write the district's wordings as training data, or show what a seed makes happen."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from examples.district.happenings import troubles_of
from examples.district.plan import generate
from examples.district.wording import calls, training_rows
from rulebook import load_policy

app = typer.Typer(no_args_is_help=True, help=__doc__)
PolicyDir = Annotated[Path, typer.Option(help="The policy whose catalogue and streets the district has.")]


@app.command()
def wordings(
    file: Annotated[Path, typer.Argument(help="The CSV file to write: text, category, wording.")],
    policy: PolicyDir = Path("policy"),
    seed: int = 1,
    per_wording: int = 4,
) -> None:
    """Write texts with their true category, for `liuhen classify train`."""
    rows = list(training_rows(load_policy(policy), seed, per_wording))
    _write(file, ("text", "category", "wording"), rows)
    typer.echo(f"{len(rows)} texts of {len({category for _, category, _ in rows})} categories written to {file}")


@app.command("calls")
def calls_(
    file: Annotated[Path, typer.Argument(help="The CSV file to write: text, category.")],
    part: Annotated[str, typer.Option(help="learn, or unseen: what no model that is shipped has learned.")] = "unseen",
) -> None:
    """Write short calls with their true category, none or several, for `liuhen classify measure`."""
    rows = [(said.text, said.label) for said in calls() if said.part == part]
    _write(file, ("text", "category"), rows)
    typer.echo(f"{len(rows)} calls written to {file}")


def _write(file: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")  # noqa: TID251 - for a program that reads it back
        writer.writerow(head)
        writer.writerows(rows)


@app.command()
def story(
    policy: PolicyDir = Path("policy"),
    seed: int = 1,
    start: Annotated[str, typer.Option(help="First day, such as 2026-09-14.")] = "2026-09-14",
    days: int = 21,
    tickets: int = 300,
) -> None:
    """Print what happens, one line each, and how often."""
    counts: Counter[str] = Counter()
    first = date.fromisoformat(start)
    for happening in generate(load_policy(policy), seed=seed, start=first, days=days, tickets=tickets):
        name = type(happening).__name__
        counts[name] += 1
        said = " / ".join(trouble.text for trouble in troubles_of(happening))
        typer.echo(f"{happening.at:%m-%d %H:%M} {name:13} {happening.id} {said}")
    typer.echo(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))


if __name__ == "__main__":
    app()
