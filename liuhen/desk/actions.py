"""One command for each action of a party, made from the action itself."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any, Final, get_origin

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from liuhen.desk import looked, render, words
from liuhen.desk.batch import Filters, How, act_on_all
from liuhen.desk.options import SPEAKER, Slot, action_of, parameters_of, slots_of
from liuhen.desk.passages import find, texts_of, was_said
from liuhen.desk.submitting import SubmissionAnswer, submit
from liuhen.desk.workplace import OWN_PEOPLE, Workplace
from schemas import inbound
from schemas.inbound import Action
from schemas.public import ShownContact
from schemas.values import PartyKind, Person
from tools.client import desk, trace
from tools.errors import SaidClearly
from tools.terminal import Terminal, styled
from vocabulary import FIELDS, REFUSALS

PATIENCE: Final = 10.0
_LOOK_AGAIN: Final = 0.3
_NAMED: Final = 5
_STAFF: Final = frozenset({PartyKind.OFFICE, PartyKind.DEPARTMENT})
_console: Final = Terminal()
_stderr: Final = Terminal(stderr=True)

PlaceOf = Callable[[typer.Context], Workplace]


def actions_of(kind: PartyKind) -> Iterator[type[Action]]:
    """List the actions that a kind of party may speak, in the order in which the contract lists them."""
    for found in vars(inbound).values():
        if isinstance(found, type) and issubclass(found, Action) and found.type_name and kind in found.spoken_by:
            yield found


def add_actions(group: typer.Typer, kind: PartyKind, place_of: PlaceOf) -> None:
    """Add a command for each action of a party to a group."""
    for action in actions_of(kind):
        group.command(words.command_of(action), help=words.help_of(action))(_command(action, kind, place_of))


def _command(action: type[Action], kind: PartyKind, place_of: PlaceOf) -> Callable[..., None]:
    named = bool(SPEAKER & action.model_fields.keys()) and kind not in OWN_PEOPLE

    def command(
        context: typer.Context,
        *,
        as_: str | None = None,
        submission: str | None,
        patience: float,
        as_json: bool,
        **given: Any,
    ) -> None:
        place = place_of(context)
        needed = any(action.model_fields[name].is_required() for name in SPEAKER & action.model_fields.keys())
        speaker = place.speaker(as_) if needed else _somebody(place, as_)
        if _can_be_many(action):
            on_all = {name: given.pop(name) for name in _MANY_NAMES}
            if on_all.pop("on_all"):
                _on_all(place, action, given, speaker, {**on_all, "patience": patience, "as_json": as_json})
                return
            if given.get("ticket") is None:
                raise SaidClearly("请写明工单号；要对多件一并办理，请用 --all。")
        if _points_at_passage(action):
            _point_at(given)
        if given.get("if_seen") is None and "if_seen" in action.model_fields:
            given["if_seen"] = looked.last_seen(place.addresses, given["ticket"])
        said = action_of(action, given, speaker, place)
        with _stderr.status("等候答复…"):
            answer = asyncio.run(submit(place, said, submission=submission, patience=patience))
        if answer.refusal is not None and "ticket" in given:  # what changed meanwhile has been shown with it
            looked.remember(place.addresses, [(given["ticket"], answer.refusal.version)])
        tell(place, said, answer, as_json=as_json)
        if isinstance(said, inbound.LookAtContact) and answer.taken and answer.refusal is None:
            _show_contact(answer.act, patience)

    many = _MANY if _can_be_many(action) else ()
    mine = [_CONTEXT, *_parameters(action), *([_AS] if named else []), *_COMMON, *many]
    vars(command)["__signature__"] = Signature(mine)  # what typer reads
    return command


def _show_contact(act: str, patience: float) -> None:
    """Show what was asked to be seen; the door shows it to whose act it was, until the ticket has ended."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        shown = desk.standing(act).get("shown")
        if shown is not None:
            _console.print(render.contact(ShownContact.model_validate_json(json.dumps(shown))))
            return
        time.sleep(_LOOK_AGAIN)


def _points_at_passage(action: type[Action]) -> bool:
    return action is inbound.Redact


def _point_at(given: dict[str, Any]) -> None:
    """Turn a passage into where it stands: what is sent does not repeat it.

    Only what stands in none of the ticket's texts is told to the door, as in what was refused: the door hashes it.
    """
    passage = given.pop("passage", None)
    if passage is not None:
        entries = trace.timeline(given["ticket"])
        found = find(texts_of(entries), passage, given.get("where"))
        if found is not None:
            given["where"], given["start"] = found
        elif given.get("where") is None and was_said(entries, passage):
            given["passage"] = passage
        else:
            raise SaidClearly("留痕里的文字中没有这一段；请照原文写，一字不差。")
        given["length"] = len(passage)


def _can_be_many(action: type[Action]) -> bool:
    """What staff does on one ticket can be done on many, one after the other; a passage stands in one."""
    return not _points_at_passage(action) and "ticket" in action.model_fields and bool(_STAFF & action.spoken_by)


def _parameters(action: type[Action]) -> list[Parameter]:
    if _points_at_passage(action):
        theirs = [each for each in parameters_of(action) if each.name not in OF_THE_DOOR]
        given = [each.replace(default=None) if each.name in _POINTS else each for each in theirs]
        return [*given, _own("passage", _PASSAGE, None)]
    if not _can_be_many(action):
        return parameters_of(action)
    argument = Annotated[str | None, typer.Argument(metavar=words.label_of(("ticket",)), show_default=False)]
    ticket = _own("ticket", argument, None)
    return [ticket if each.name == "ticket" else each for each in parameters_of(action)]


def _on_all(
    place: Workplace, action: type[Action], given: dict[str, Any], speaker: Person | None, options: Mapping[str, Any]
) -> None:
    if given.pop("ticket", None) is not None:
        raise SaidClearly("工单号和 --all 只能用一个；只办其中几件的，用 --if-ticket。")
    named = options["if_ticket"] or ()
    tickets = tuple(part for each in named for part in each.replace("，", ",").split(",") if part)
    asked = {name: options[f"if_{name}"] for name in ("state", "category", "place", "incident")}
    how = How(**{name: options[name] for name in How._fields})
    act_on_all(place, action, Filters(**asked, tickets=tickets), given, speaker, how)


def _somebody(place: Workplace, said: str | None) -> Person | None:
    return place.person(said) if said else None


def _own(name: str, annotation: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


_POINTS: Final = ("where", "start", "length")
OF_THE_DOOR: Final = ("passage", "seal")
"""What nobody sends but the door of persons, or to it: no option of its own."""
_PASSAGE: Final = Annotated[
    str | None, typer.Option("--passage", help="要涂去的原文，或者遮盖后的样子；在留痕中找到它在哪段文字、第几字起。")
]
_CONTEXT: Final = Parameter("context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
_AS: Final = _own(
    "as_", Annotated[str | None, typer.Option("--as", envvar="LIUHEN_PERSON", help="由谁操作，实名。")], None
)
_COMMON: Final = (
    _own(
        "submission",
        Annotated[str | None, typer.Option("--submission", help="提交编号：同一编号重发，只算一次。")],
        None,
    ),
    _own("patience", Annotated[float, typer.Option("--patience", min=1, help="最多等候答复多少秒。")], PATIENCE),
    _own("as_json", AsJson, default=False),
)
_MANY: Final = (
    _own("on_all", Annotated[bool, typer.Option("--all", help="逐件办理现在可以这样办的，先列出。")], default=False),
    _own("if_state", Annotated[str | None, typer.Option(help="只办这个状态的。")], None),
    _own("if_category", Annotated[str | None, typer.Option(help="只办这个分类的，用分类代码。")], None),
    _own("if_place", Annotated[str | None, typer.Option(help="只办地点里有这些字的。")], None),
    _own("if_incident", Annotated[str | None, typer.Option(help="只办这件多人同诉的。")], None),
    _own("if_ticket", Annotated[list[str] | None, typer.Option(help="只办这几件。")], None),
    _own("batch", Annotated[str | None, typer.Option(help="批次：再次执行，已办的不会重复。")], None),
    _own("stop_after", Annotated[int, typer.Option(min=1, help="连续多少件未被接受就停下。")], 3),
    _own("yes", Annotated[bool, typer.Option("--yes", help="不再询问。")], default=False),
)
_MANY_NAMES: Final = tuple(each.name for each in _MANY)


def tell(place: Workplace, action: Action, answer: SubmissionAnswer, *, as_json: bool) -> None:
    """Print what was done and what became of it; exit code 1 when it was refused or nobody answered."""
    if as_json:
        print_json(document(action, answer))
    else:
        _show(place, action, answer)
    if answer.refusal is not None or not answer.taken:
        raise typer.Exit(1)


def document(action: Action, answer: SubmissionAnswer) -> dict[str, Any]:
    """Say an action and its answer as JSON."""
    refusal = answer.refusal
    return {
        "action": words.word_of(type(action)),
        "submission": answer.submission,
        "receipt": answer.receipt,
        "taken": answer.taken and refusal is None,
        "tickets": list(answer.tickets),
        "follow_up": answer.follow_up,
        "notice": answer.notice,
        "incident": answer.incident,
        "left_out": dict(answer.left_out),
        "followed": list(answer.followed),
        "refusal": refusal and {"code": refusal.code, "field": refusal.field, "reason": refusal.reason},
    }


def _show(place: Workplace, action: Action, answer: SubmissionAnswer) -> None:
    name = words.name_of(type(action))
    if answer.refusal is not None:
        field = FIELDS.get(answer.refusal.field or "")
        where = f"，{field}" if field else ""
        _stderr.print(styled((f"✘ {name}未被接受", "bold red"), f"（{REFUSALS.said(answer.refusal.code)}{where}）"))
        _stderr.print(f"  {answer.refusal.reason}")
        return
    if not answer.taken:
        again = f"可以用同一编号重发，不会重复：--submission {answer.submission}"
        _stderr.print(styled((f"？ {name}已发出，没有等到答复。", "bold yellow"), again))
        return
    tickets = "、".join(answer.tickets[:_NAMED]) + (f"等{len(answer.tickets)}件" if answer.tickets[_NAMED:] else "")
    again = "（已有工单：未结的记为催办，已办结的申请重启）" if answer.follow_up else ""
    incident = f"　多人同诉 {answer.incident}" if answer.incident else ""
    receipt = f"　回执 {answer.receipt}" if answer.receipt else ""
    _console.print(styled((f"✔ {name}", "bold green"), f"　{tickets}{again}{incident}{receipt}"))
    _console.print(said_fields(place, action))
    if answer.notice is not None:
        _console.print(styled((f"  ！{answer.notice}", "yellow")))
    for fact in answer.followed:
        _console.print(f"  → {fact}")
    for ticket, reason in answer.left_out:
        _console.print(styled((f"  ✘ {ticket}", "bold red"), f"　{reason}"))
    if not answer.followed and answer.tickets:
        _console.print(styled((f"  → 已受理，后续见 liuhen ticket show {answer.tickets[0]}", "dim")))


def said_fields(place: Workplace, action: Action) -> Table:
    """List what was said, field by field, in the words of the field."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for slot in slots_of(type(action)):
        value = _at(action, slot.path)
        if value not in (None, "", ()) and slot.path != ("ticket",):
            grid.add_row(f"  {words.label_of(slot.path)}", _word(place, slot, value))
    speaker = next((getattr(action, name) for name in sorted(SPEAKER) if getattr(action, name, None)), None)
    if speaker is not None:
        grid.add_row("  操作人", speaker.name)
    return grid


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = getattr(value, name, None)
    return value


def _word(place: Workplace, slot: Slot, value: Any) -> str:
    name = slot.path[-1]
    if isinstance(value, bool):
        flag = words.flag_of(slot.path)
        return (flag.yes if value else flag.no)[1]
    if isinstance(value, Person):
        return value.name
    if hasattr(value, "astimezone"):
        return place.words.moment(value)
    if get_origin(slot.kind) is tuple:
        return "；".join(_word(place, Slot(slot.path, str, required=False), each) for each in value)
    table = words.values_of(slot.kind, name)
    return table[value] if value in table else _named(place, name, value)


def _named(place: Workplace, name: str, value: Any) -> str:
    match name:
        case "lead" | "supporting" | "department" | "suggested" | "suggested_department" | "accused" | "to":
            return place.words.department(value)
        case "category":
            return place.words.category(value)
        case "ground":
            return place.words.ground(value)
        case _:
            return str(getattr(value, "text", value))
