"""`liuhen policy`: check the rules, and write down what they may contain."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from liuhen.errors import SaidClearly
from liuhen.local.layout import POLICY
from schemas.policy import load_policy, validate
from schemas.policy.export import schema_files
from worktime import NoticeError, read_notices

app = typer.Typer(no_args_is_help=True, help="The rules of the district, as data.")

Directory = Annotated[Path, typer.Argument(help="A policy directory.")]


def register(root: typer.Typer) -> None:
    """Add `policy` to the command line."""
    root.add_typer(app, name="policy")


@app.command("validate")
def validate_(
    directory: Directory = POLICY,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Check every file of a policy: name file, line and field of whatever is wrong. Exit code 1 if anything is."""
    problems = validate(directory)
    calendar = _calendar_problem(directory)
    wrong = bool(problems or calendar)
    version = None if problems else load_policy(directory).version
    if as_json:
        told = {"version": version, "problems": [asdict(problem) for problem in problems], "calendar": calendar}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for line in [*map(str, problems), *([calendar] if calendar else [])]:
            typer.echo(line, err=True)
        typer.echo(f"{directory}: {version} is valid." if not wrong else f"{directory}: not valid.")
    raise typer.Exit(1 if wrong else 0)


def _calendar_problem(directory: Path) -> str | None:
    try:
        read_notices(directory / "calendar")
    except NoticeError as error:
        return str(error)
    return None


@app.command()
def schema(directory: Directory = POLICY) -> None:
    """Write the JSON Schema of each policy file to `schema/` in the directory."""
    target = directory / "schema"
    if not directory.is_dir():
        raise SaidClearly(f"{directory}: no such directory.")
    target.mkdir(exist_ok=True)
    for name, text in schema_files().items():
        (target / name).write_text(text, encoding="utf-8")
    typer.echo(f"{len(schema_files())} schemas written to {target}")
