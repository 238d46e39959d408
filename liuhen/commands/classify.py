"""`liuhen classify`: train, measure and try the model that suggests categories."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, assert_never

import typer
from rich.table import Table

from chassis.clock import Clock
from classification import measuring, training
from classification.corpus import Example, TrainingDataError, read_examples
from classification.learning import Assigned
from classification.measuring import Figures, Yardstick, catalogue_of
from classification.model import NONE, Model, ModelRefusedError
from classification.suggest import Candidate, Outcome, Suggester
from liuhen.answers import AsJson, print_json
from rulebook import Policy, PolicyError, load_policy
from schemas.principals import OPERATORS
from tools.assigned import ZONE, read_assigned
from tools.client.addresses import Addresses, load_addresses
from tools.errors import SaidClearly
from tools.layout import LEARNED, MODEL, POLICY, home_of
from tools.learning import Ended, give_lesson, read_file
from tools.learning import Outcome as Taught
from tools.local.settings import load_settings
from tools.prepare.model import made_up, prepare_model
from tools.progress import counting
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
        model = training.train(examples, seed, _catalogue_for(examples))
    except (TrainingDataError, PolicyError) as error:
        raise SaidClearly(f"{file}: {error}") from error
    model.save(out)
    if as_json:
        print_json({"model": str(out), "identity": model.identity, **asdict(model.card)})
    else:
        card = model.card
        typer.echo(f"{card.texts} texts of {card.categories} categories learned; model {model.identity} in {out}")


def _catalogue_for(examples: Sequence[Example]) -> Policy | None:
    """The policy whose catalogue has all these labels; None for somebody else's."""
    policy = load_policy(POLICY)
    labels = {code for example in examples for code in example.label.split()} - {NONE}
    return policy if all(policy.category(label) for label in labels) else None


@app.command()
def measure(  # noqa: PLR0913 - one parameter for each thing that can be told
    file: DataFile,
    text: TextColumns = "text",
    label: LabelColumn = "category",
    group: GroupColumn = None,
    model: Annotated[
        Path | None, typer.Option(help="Ask this model about the whole file, which it must never have learned.")
    ] = None,
    seed: Seed = 1,
    *,
    yardstick: Annotated[
        bool, typer.Option("--yardstick", help="Ask two plain classifiers of scikit-learn as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask about texts that were never learned; without --model three quarters of the file are learned first."""
    try:
        examples = _examples(file, text, label, group)
        measured = _measured(examples, model, seed, yardstick=yardstick)
    except (TrainingDataError, ModelRefusedError, PolicyError) as error:
        raise SaidClearly(f"{file}: {error}") from error
    if as_json:
        print_json(asdict(measured))
    else:
        _show(measured)


@dataclass(frozen=True)
class Measured:
    """Figures, the model that they are of, and those of yardsticks that learned the same."""

    model: str
    learned: int
    figures: Figures
    yardsticks: tuple[Yardstick, ...]


def _measured(examples: Sequence[Example], path: Path | None, seed: int, *, yardstick: bool) -> Measured:
    if path is not None:
        if yardstick:
            raise TrainingDataError("a yardstick learns from the same file: leave --model out.")
        model = Model.load(path)
        figures = measuring.measure(Suggester(load_policy(POLICY), model), examples)
        return Measured(model.identity, model.card.texts, figures, ())
    learned, asked = next(training.folds(examples, seed), (examples, ()))
    if not asked:
        raise TrainingDataError("too few texts to hold any out.")
    catalogue = _catalogue_for(examples)
    model = training.train(learned, seed, catalogue)
    suggester = Suggester(catalogue or catalogue_of(load_policy(POLICY), model.labels), model)
    beside = measuring.yardsticks(learned, asked, seed) if yardstick else ()
    return Measured(model.identity, len(learned), measuring.measure(suggester, asked), beside)


_MOST_LABELS = 20


def _show(measured: Measured) -> None:
    console, found = Terminal(), measured.figures
    console.print(f"Model {measured.model} learned from {measured.learned} texts, asked about {found.asked} others.")
    console.print(f"Likeliest category: accuracy {found.accuracy:.3f}, macro F1 {found.macro_f1:.3f}.")
    console.print(
        f"One category was suggested for {found.settled:.3f} of the texts that have one,"
        f" right in {found.settled_right:.3f} of these."
    )
    if found.odd:
        console.print(f"{found.odd} texts that none or several fit: {found.odd_forced} got one category all the same.")
    console.print(f"Expected calibration error of the scores {found.calibration_error:.3f}.")
    console.print(_certainty(found))
    console.print(_per_label(found))
    if len(found.labels) <= _MOST_LABELS:
        console.print(_confusion(found))
    if measured.yardsticks:
        console.print(_beside(measured.yardsticks))


def _certainty(found: Figures) -> Table:
    table = Table("score at least", "share of texts", "of these right", title="How far scores can be trusted")
    for each in found.certain:
        table.add_row(f"{each.score:.2f}", f"{each.share:.3f}", f"{each.right:.3f}")
    return table


def _per_label(found: Figures) -> Table:
    heads = ("category", "asked", "precision", "recall", "F1", "threshold", "at it", "right there", "coverage")
    table = Table(*heads, title="By category; a category without a threshold waits for a person")
    for each in found.labels:
        figures = (f"{value:.3f}" for value in (each.precision, each.recall, each.f1))
        least = f"{each.least:.2f}" if each.least <= 1 else "none"
        at_it = f"{each.reached_right / each.reached:.3f}" if each.reached else ""
        table.add_row(each.label, str(each.asked), *figures, least, str(each.reached), at_it, f"{each.coverage:.3f}")
    return table


def _confusion(found: Figures) -> Table:
    table = Table("true", *(each.label for each in found.labels), title="True category by line, likeliest by column")
    for each, row in zip(found.labels, found.confusion, strict=True):
        table.add_row(each.label, *(str(count) if count else "·" for count in row))
    return table


def _beside(found: Sequence[Yardstick]) -> Table:
    table = Table("yardstick", "accuracy", "macro F1", "calibration error", title="Plain classifiers of scikit-learn")
    for each in found:
        error = "" if each.calibration_error is None else f"{each.calibration_error:.3f}"
        table.add_row(each.name, f"{each.accuracy:.3f}", f"{each.macro_f1:.3f}", error)
    return table


LEARN_EXITS = {Ended.WRITTEN: 0, Ended.NOTHING_NEW: 0, Ended.WORSE: 3, Ended.TOO_LITTLE: 4}
"""The exit code of `learn` by how it ended; 1 is said in a sentence, as everywhere."""


@app.command()
def learn(
    file: Annotated[
        Path | None,
        typer.Option("--from", help="A CSV file with ticket, text, category, day; else the running system."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the model in use is and the new one goes; else in the instance's folder.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="The policy whose catalogue counts; else the system's.")] = None,
    *,
    even_if_worse: Annotated[bool, typer.Option("--even-if-worse", help="Write the new model in any case.")] = False,
    as_json: AsJson = False,
) -> None:
    """Learn leaves from what dispatchers assigned, and write the model unless it is worse on days held out.

    For a nightly job. Exit code 0: written, or nothing new; 3: worse, not written; 4: too little to learn from.
    """
    addresses = None if file is not None and policy is not None else load_addresses()
    folder = policy or (addresses.policy if addresses is not None else POLICY)
    where = out or home_of(load_settings().instance) / LEARNED
    with TemporaryDirectory() as scratch:
        base = made_up(Path(scratch) / "wordings.csv", folder)
    try:
        told = give_lesson(
            _assigned(file, addresses),
            base,
            load_policy(folder),
            where,
            MODEL,
            _today(addresses),
            even_if_worse=even_if_worse,
        )
    except (TrainingDataError, PolicyError) as error:
        raise SaidClearly(str(error)) from error
    if as_json:
        _print_lesson(told)
    else:
        _show_lesson(told)
    raise typer.Exit(LEARN_EXITS[told.ended])


def _assigned(file: Path | None, addresses: Addresses | None) -> tuple[Assigned, ...]:
    if file is not None:
        return read_file(file)
    with counting("reading") as counted:
        return asyncio.run(read_assigned((addresses or load_addresses()).broker(OPERATORS), counted))


def _today(addresses: Addresses | None) -> date:
    clock = Clock.parse(addresses.clock if addresses is not None else "real")
    return clock.now().astimezone(ZONE).date()


def _print_lesson(told: Taught) -> None:
    lesson = told.lesson
    figures = None if lesson is None else {name: asdict(getattr(lesson, name)) for name in ("before", "after")}
    card = None if lesson is None else {"identity": lesson.model.identity, **asdict(lesson.model.card)}
    print_json({"ended": told.ended, "said": told.said, "model": card, "figures": figures})


def _show_lesson(told: Taught) -> None:
    console = Terminal()
    if told.lesson is not None:
        lesson = told.lesson
        held = f"{lesson.held}, {lesson.held_from} to {lesson.held_to}"
        console.print(f"{lesson.texts} tickets of {lesson.days} days; held out: {held}.")
        table = Table("on the days held out", "before", "after")
        for name, before, after in (
            ("likeliest right", lesson.before.accuracy, lesson.after.accuracy),
            ("macro F1", lesson.before.macro_f1, lesson.after.macro_f1),
            ("one suggested", lesson.before.settled, lesson.after.settled),
            ("of these right", lesson.before.settled_right, lesson.after.settled_right),
            ("calibration error", lesson.before.calibration_error, lesson.after.calibration_error),
        ):
            table.add_row(name, f"{before:.3f}", f"{after:.3f}")
        console.print(table)
        ready = ", ".join(sorted(lesson.model.thresholds or {})) or "none; all wait for a person"
        console.print(f"Categories with a threshold: {ready}.")
    console.print(told.said)


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
        print_json(asdict(found) | {"outcome": found.outcome, "certain": suggester.is_certain(found)})
        return
    match found.outcome:
        case Outcome.NONE:
            typer.echo("没有合适的分类：请人工分类。")
            return
        case Outcome.SEVERAL:
            said = "可能的分类不止一个，由派单员决定"
        case Outcome.ONE:
            said = "达到自动派单标准" if suggester.is_certain(found) else "未达到自动派单标准，由派单员决定"
        case _:
            assert_never(found.outcome)
    first = (Candidate(found.category, found.score),) if found.category else ()
    for each in (*first, *found.runners_up):
        category = rules.category(each.category)
        typer.echo(f"{each.score:6.3f}  {each.category}  {category.path if category else ''}")
    typer.echo(f"依据：{found.method}；{said}。")
