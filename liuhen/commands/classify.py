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
from tools.learning import Ended, Taught, give_lesson, read_file
from tools.local.settings import load_settings
from tools.prepare.model import made_up, prepare_model
from tools.progress import counting
from tools.terminal import Terminal

app = typer.Typer(no_args_is_help=True, help="从文字推荐分类：训练、测量、试用模型。")

DataFile = Annotated[Path, typer.Argument(help="CSV 文件：文字和真实的分类。")]
TextColumns = Annotated[str, typer.Option("--text", help="文字所在的列，几列用逗号隔开。")]
LabelColumn = Annotated[str, typer.Option("--label", help="真实分类所在的列。")]
GroupColumn = Annotated[str | None, typer.Option("--group", help="说明哪些文字是同一句话的不同说法的列。")]

Seed = Annotated[int, typer.Option(help="同一文件用同一种子，得到同一模型。")]


def register(root: typer.Typer) -> None:
    """Add `classify` to the command line."""
    root.add_typer(app, name="classify")


def _examples(file: Path, text: str, label: str, group: str | None) -> tuple[Example, ...]:
    try:
        return read_examples(file, text.split(","), label, group)
    except TrainingDataError as error:
        raise SaidClearly(str(error)) from error


@app.command(help="用虚构区的说法训练默认模型；已有且未过时的不重训。")
def prepare(*, as_json: AsJson = False) -> None:
    """Train the default model on the made-up district's own wordings, unless it is there and current."""
    model = prepare_model()
    if as_json:
        print_json({"model": str(model)})
    else:
        typer.echo(f"模型在 {model}")


@app.command(help="用一个文件训练模型并存下。")
def train(  # noqa: PLR0913 - one parameter for each thing that can be told
    file: DataFile,
    text: TextColumns = "text",
    label: LabelColumn = "category",
    group: GroupColumn = None,
    out: Annotated[Path, typer.Option(help="模型写到哪里。")] = MODEL,
    seed: Seed = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Train the model on a file and store it."""
    examples = _examples(file, text, label, group)
    try:
        model = training.train(examples, seed, _catalogue_for(examples))
    except (TrainingDataError, PolicyError) as error:
        raise SaidClearly(f"{file}：{error}") from error
    model.save(out)
    if as_json:
        print_json({"model": str(out), "identity": model.identity, **asdict(model.card)})
    else:
        card = model.card
        typer.echo(f"学了 {card.categories} 个分类的 {card.texts} 段文字；模型 {model.identity} 在 {out}")


def _catalogue_for(examples: Sequence[Example]) -> Policy | None:
    """The policy whose catalogue has all these labels; None for somebody else's."""
    policy = load_policy(POLICY)
    labels = {code for example in examples for code in example.label.split()} - {NONE}
    return policy if all(policy.category(label) for label in labels) else None


@app.command(help="用没有学过的文字测量；不写 --model 的，先学文件的四分之三，再测其余。")
def measure(  # noqa: PLR0913 - one parameter for each thing that can be told
    file: DataFile,
    text: TextColumns = "text",
    label: LabelColumn = "category",
    group: GroupColumn = None,
    model: Annotated[Path | None, typer.Option(help="用这个模型测量整个文件，它不得学过其中的文字。")] = None,
    seed: Seed = 1,
    *,
    yardstick: Annotated[bool, typer.Option("--yardstick", help="另用 scikit-learn 的两个普通分类器作比较。")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask about texts that were never learned; without --model three quarters of the file are learned first."""
    try:
        examples = _examples(file, text, label, group)
        measured = _measured(examples, model, seed, yardstick=yardstick)
    except (TrainingDataError, ModelRefusedError, PolicyError) as error:
        raise SaidClearly(f"{file}：{error}") from error
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
            raise TrainingDataError("--yardstick 要用同一文件学习，不能与 --model 同用。")
        model = Model.load(path)
        figures = measuring.measure(Suggester(load_policy(POLICY), model), examples)
        return Measured(model.identity, model.card.texts, figures, ())
    learned, asked = next(training.folds(examples, seed), (examples, ()))
    if not asked:
        raise TrainingDataError("文字太少，留不出测量用的。")
    catalogue = _catalogue_for(examples)
    model = training.train(learned, seed, catalogue)
    suggester = Suggester(catalogue or catalogue_of(load_policy(POLICY), model.labels), model)
    beside = measuring.yardsticks(learned, asked, seed) if yardstick else ()
    return Measured(model.identity, len(learned), measuring.measure(suggester, asked), beside)


_MOST_LABELS = 20


def _show(measured: Measured) -> None:
    console, found = Terminal(), measured.figures
    console.print(f"模型 {measured.model} 学了 {measured.learned} 段文字，用另外 {found.asked} 段测量。")
    console.print(f"最可能的分类：正确率 {found.accuracy:.3f}，宏平均 F1 {found.macro_f1:.3f}。")
    console.print(
        f"本有一个分类的文字，推荐出一个分类的占 {found.settled:.3f}，其中正确的占 {found.settled_right:.3f}。"
    )
    if found.odd:
        console.print(
            f"没有合适分类或者不止一个分类的文字 {found.odd} 段，其中 {found.odd_forced} 段仍被推荐了一个分类。"
        )
    console.print(f"分值的期望校准误差 {found.calibration_error:.3f}。")
    console.print(_certainty(found))
    console.print(_per_label(found))
    if len(found.labels) <= _MOST_LABELS:
        console.print(_confusion(found))
    if measured.yardsticks:
        console.print(_beside(measured.yardsticks))


def _certainty(found: Figures) -> Table:
    table = Table("分值不低于", "占文字", "其中正确", title="分值可信到什么程度")
    for each in found.certain:
        table.add_row(f"{each.score:.2f}", f"{each.share:.3f}", f"{each.right:.3f}")
    return table


def _per_label(found: Figures) -> Table:
    heads = ("分类", "测量", "查准率", "查全率", "F1", "门槛", "达到门槛", "其中正确", "覆盖率")
    table = Table(*heads, title="逐个分类；没有门槛的由人定")
    for each in found.labels:
        figures = (f"{value:.3f}" for value in (each.precision, each.recall, each.f1))
        least = f"{each.least:.2f}" if each.least <= 1 else "无"
        at_it = f"{each.reached_right / each.reached:.3f}" if each.reached else ""
        table.add_row(each.label, str(each.asked), *figures, least, str(each.reached), at_it, f"{each.coverage:.3f}")
    return table


def _confusion(found: Figures) -> Table:
    table = Table("真实分类", *(each.label for each in found.labels), title="行是真实的分类，列是推荐的分类")
    for each, row in zip(found.labels, found.confusion, strict=True):
        table.add_row(each.label, *(str(count) if count else "·" for count in row))
    return table


def _beside(found: Sequence[Yardstick]) -> Table:
    table = Table("比较用的", "正确率", "宏平均 F1", "校准误差", title="scikit-learn 的普通分类器")
    for each in found:
        error = "" if each.calibration_error is None else f"{each.calibration_error:.3f}"
        table.add_row(each.name, f"{each.accuracy:.3f}", f"{each.macro_f1:.3f}", error)
    return table


LEARN_EXITS = {Ended.WRITTEN: 0, Ended.NOTHING_NEW: 0, Ended.WORSE: 3, Ended.TOO_LITTLE: 4}
"""The exit code of `learn` by how it ended; 1 is said in a sentence, as everywhere."""


@app.command(
    help="从派单员所定的分类学习，在留出的日子上比较，没有变差才写入；供每晚执行。"
    "退出码 0：已写入，或者没有新的；3：变差，未写入；4：太少，学不了。"
)
def learn(
    file: Annotated[
        Path | None,
        typer.Option("--from", help="CSV 文件，列为 ticket、text、category、day；不写则取自运行中的系统。"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="在用的模型在哪里，新的也写到那里；不写则在实例的目录里。")] = None,
    policy: Annotated[Path | None, typer.Option(help="以哪套规则的目录为准；不写则用系统的。")] = None,
    *,
    even_if_worse: Annotated[bool, typer.Option("--even-if-worse", help="新模型变差也写入。")] = False,
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
        taught = give_lesson(
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
        _print_lesson(taught)
    else:
        _show_lesson(taught)
    raise typer.Exit(LEARN_EXITS[taught.ended])


def _assigned(file: Path | None, addresses: Addresses | None) -> tuple[Assigned, ...]:
    if file is not None:
        return read_file(file)
    with counting("reading") as counted:
        return asyncio.run(read_assigned((addresses or load_addresses()).broker(OPERATORS), counted))


def _today(addresses: Addresses | None) -> date:
    clock = Clock.parse(addresses.clock if addresses is not None else "real")
    return clock.now().astimezone(ZONE).date()


def _print_lesson(taught: Taught) -> None:
    lesson = taught.lesson
    figures = None if lesson is None else {name: asdict(getattr(lesson, name)) for name in ("before", "after")}
    card = None if lesson is None else {"identity": lesson.model.identity, **asdict(lesson.model.card)}
    print_json({"ended": taught.ended, "said": taught.said, "model": card, "figures": figures})


def _show_lesson(taught: Taught) -> None:
    console = Terminal()
    if taught.lesson is not None:
        lesson = taught.lesson
        held = f"{lesson.held} 件，{lesson.held_from} 至 {lesson.held_to}"
        console.print(f"{lesson.days} 天的 {lesson.texts} 件工单；留出 {held}。")
        table = Table("在留出的日子上", "原模型", "新模型")
        for name, before, after in (
            ("最可能的正确", lesson.before.accuracy, lesson.after.accuracy),
            ("宏平均 F1", lesson.before.macro_f1, lesson.after.macro_f1),
            ("推荐出一个", lesson.before.settled, lesson.after.settled),
            ("其中正确", lesson.before.settled_right, lesson.after.settled_right),
            ("校准误差", lesson.before.calibration_error, lesson.after.calibration_error),
        ):
            table.add_row(name, f"{before:.3f}", f"{after:.3f}")
        console.print(table)
        ready = "、".join(sorted(lesson.model.thresholds or {})) or "没有，都由人定"
        console.print(f"有门槛的分类：{ready}。")
    console.print(taught.said)


@app.command(help="像派单时那样，为一段文字推荐分类。")
def suggest(
    text: Annotated[str, typer.Argument(help="来件的文字。")],
    model: Annotated[Path, typer.Option(help="存好的模型。")] = MODEL,
    policy: Annotated[Path, typer.Option(help="以哪套规则的目录为准。")] = POLICY,
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
