"""`liuhen classify`: train, measure and try the model that suggests categories."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from classification import training
from classification.corpus import Example, TrainingDataError, read_examples
from classification.suggest import ModelRefusedError, Suggester
from classification.training import Evaluation
from liuhen.answers import AsJson, print_json
from rulebook import PolicyError, load_policy
from tools.errors import SaidClearly
from tools.layout import MODEL, POLICY
from tools.prepare.model import prepare_model
from tools.terminal import Terminal

app = typer.Typer(no_args_is_help=True, help="Suggest categories from texts.")

DataFile = Annotated[Path, typer.Argument(help="A CSV file with texts and their true categories.")]
TextColumns = Annotated[str, typer.Option("--text", help="The column with the text; several with commas.")]
LabelColumn = Annotated[str, typer.Option("--label", help="The column with the true category.")]
GroupColumn = Annotated[
    str | None, typer.Option("--group", help="The column that says which texts are variations of one another.")
]

Seed = Annotated[int, typer.Option(help="The same seed on the same file gives the same model.")]


def register(root: typer.Typer) -> None:
    """Add `classify` to the command line."""
    root.add_typer(app, name="classify")


def _examples(file: Path, text: str, label: str, group: str | None) -> tuple[Example, ...]:
    try:
        return read_examples(file, text.split(","), label, group)
    except TrainingDataError as error:
        raise SaidClearly(str(error)) from error


@app.command()
def prepare(*, as_json: AsJson = False) -> None:
    """Train the default model on the made-up district's own wordings, unless it is there and current."""
    model = prepare_model()
    if as_json:
        print_json({"model": str(model)})
    else:
        typer.echo(f"model in {model}")


@app.command()
def train(  # noqa: PLR0913 - one parameter for each thing that can be told
    file: DataFile,
    text: TextColumns = "text",
    label: LabelColumn = "category",
    group: GroupColumn = None,
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = MODEL,
    seed: Seed = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Train the model on a file and store it."""
    examples = _examples(file, text, label, group)
    try:
        model = training.train(examples, seed)
    except TrainingDataError as error:
        raise SaidClearly(f"{file}: {error}") from error
    model.save(out)
    document = {
        "model": str(out),
        "texts": len(examples),
        "categories": len(model.labels),
        "trained_on": model.trained_on,
    }
    if as_json:
        print_json(document)
    else:
        typer.echo(f"{document['texts']} texts of {document['categories']} categories learned; model in {out}")


@app.command()
def evaluate(  # noqa: PLR0913 - one parameter for each thing that can be told
    file: DataFile,
    text: TextColumns = "text",
    label: LabelColumn = "category",
    group: GroupColumn = None,
    seed: Seed = 1,
    *,
    rules: Annotated[
        bool, typer.Option("--rules", help="Ask as dispatch does, with the catalogue's keywords.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train on three quarters of a file and ask about the rest: accuracy, a line for each category, confusion."""
    try:
        policy = load_policy(POLICY) if rules else None
        found = training.evaluate(_examples(file, text, label, group), seed, policy)
    except (TrainingDataError, ModelRefusedError, PolicyError) as error:
        raise SaidClearly(f"{file}: {error}") from error
    if as_json:
        print_json(asdict(found))
    else:
        _show(found)


_MOST_LABELS = 20


def _show(found: Evaluation) -> None:
    console = Terminal()
    console.print(f"Learned from {found.learned} texts, asked about {found.asked} others.")
    console.print(f"Accuracy {found.accuracy:.3f}, macro F1 {found.macro_f1:.3f}.")
    console.print(_certainty(found))
    if len(found.labels) <= _MOST_LABELS:
        console.print(_per_label(found))
        console.print(_confusion(found))


def _certainty(found: Evaluation) -> Table:
    table = Table("score at least", "share of texts", "of these right", title="How far scores can be trusted")
    for limit, share, right in found.certain:
        table.add_row(f"{limit:.1f}", f"{share:.3f}", f"{right:.3f}")
    return table


def _per_label(found: Evaluation) -> Table:
    table = Table("category", "asked", "precision", "recall", "F1", title="By category")
    for result in found.labels:
        figures = (f"{value:.3f}" for value in (result.precision, result.recall, result.f1))
        table.add_row(result.label, str(result.asked), *figures)
    return table


def _confusion(found: Evaluation) -> Table:
    table = Table(
        "true", *(result.label for result in found.labels), title="True category by line, suggested by column"
    )
    for result, row in zip(found.labels, found.confusion, strict=True):
        table.add_row(result.label, *(str(count) if count else "·" for count in row))
    return table


@app.command()
def suggest(
    text: Annotated[str, typer.Argument(help="What somebody said.")],
    model: Annotated[Path, typer.Option(help="A stored model.")] = MODEL,
    policy: Annotated[Path, typer.Option(help="The policy whose catalogue counts.")] = POLICY,
    *,
    as_json: AsJson = False,
) -> None:
    """Suggest a category for one text, as dispatch would."""
    try:
        rules = load_policy(policy)
        suggester = Suggester.load(model if model.exists() else None, rules)
    except (PolicyError, ModelRefusedError) as error:
        raise SaidClearly(str(error)) from error
    found = suggester.suggest(text)
    if as_json:
        print_json(asdict(found) | {"certain": suggester.is_certain(found)})
        return
    if found.category is None:
        typer.echo("没有建议：请人工分类。")
        return
    verdict = "达到自动派单标准" if suggester.is_certain(found) else "未达到自动派单标准，由派单员决定"
    for code, score in [(found.category, found.score), *((c.category, c.score) for c in found.runners_up)]:
        category = rules.category(code)
        typer.echo(f"{score:6.3f}  {code}  {category.path if category else ''}")
    typer.echo(f"依据：{found.method}；{verdict}。")
