"""`liuhen dead-letters list`, `show`, `replay`: what could not be taken, why, and letting it be heard again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from liuhen import letters
from liuhen.answers import AsJson, print_json
from liuhen.letters import Correction, Letter, LetterFilter, LetterPlace, Sort
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.local.plan import service_names
from tools.terminal import Terminal, styled

_console: Final = Terminal()
_COLOURS: Final = {Sort.DEAD: "red", Sort.PARKED: "yellow", Sort.REFUSED: "cyan"}
_REPLAY: Final = (
    "把死信放回其来件主题，或者让搁置的工单按序重新听取。原样放回的保留 CloudEvent id；更正过的按位置和新内容另得一个，"
    "放回两次仍是一次提交。消息头 replayof 写明原来的位置。"
)
_HIDDEN: Final = "（可能含个人信息，--reveal 显示）"

InService = Annotated[str | None, typer.Option("--service", help="只看这个服务，如 intake。")]
Where = Annotated[str, typer.Argument(metavar="PLACE", help="主题/分区@位置，见 list。")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="死信与搁置：不能听取的记录，以及因此搁置的工单。", no_args_is_help=True)
    group.command("list", help="列出死信（新的在前）和搁置的记录（按先后）；不显示个人信息。")(list_)
    group.command(help="看一条记录：缘由、消息头；加 --reveal 显示键和内容（不是 UTF-8 的按十六进制）。")(show)
    group.command(help=_REPLAY)(replay)
    app.add_typer(group, name="dead-letters")


def list_(  # noqa: PLR0913 - one for each option
    *,
    sort: Annotated[
        Sort | None, typer.Option("--sort", help="只看死信（dead）、搁置的（parked）；refused 列出不予受理而留底的。")
    ] = None,
    service: InService = None,
    topic: Annotated[str | None, typer.Option(help="只看这个主题。")] = None,
    reason: Annotated[str | None, typer.Option(help="只看这个原因，如 unreadable。")] = None,
    subject: Annotated[str | None, typer.Option(help="只看这张工单。")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多列多少条。")] = 50,
    as_json: AsJson = False,
) -> None:
    """List dead letters, the newest first, and parked records in their order; shows no personal data."""
    wanted = LetterFilter(sort, service, topic, reason, subject)
    found, total = asyncio.run(letters.found(load_addresses(), wanted, limit))
    if as_json:
        print_json({"total": total, "letters": [_document(letter) for letter in found]})
        return
    table = Table(title=f"死信与搁置 dead letters（{len(found)}/{total}）", title_justify="left")
    for column in ("类别", "服务", "位置", "时间", "原因", "说明", "对象"):
        table.add_column(column, overflow="fold")
    for letter in found:
        place = str(letter.place)
        columns = (letter.reason, letter.detail, letter.subject or "")
        table.add_row(styled((letter.sort, _COLOURS[letter.sort])), letter.service, place, _when(letter), *columns)
    _console.print(table)


def show(
    place: Where,
    *,
    service: InService = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="显示内容，包括个人信息。")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one record that was put aside: why, its headers, and with --reveal its key and value (hex if not UTF-8)."""
    found = asyncio.run(letters.at(load_addresses(), LetterPlace.parse(place), service))
    if as_json:
        print_json([{**_document(letter), **_content(letter, reveal=reveal)} for letter in found])
        return
    for letter in found:
        table = Table(show_header=False, box=None)
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        content = _content(letter, reveal=reveal)
        for name, value in {**_document(letter), **content["headers"]}.items():
            table.add_row(name, "" if value is None else str(value))
        for name in ("key", "value"):
            hidden = f"{content['size']} bytes {_HIDDEN}" if name == "value" else _HIDDEN
            table.add_row(name, str(content[name]) if reveal else hidden)
        _console.print(table)


def replay(  # noqa: PLR0913 - one for each option
    what: Annotated[str, typer.Argument(metavar="PLACE|TICKET", help="死信的位置，或者搁置的工单。")],
    *,
    value: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="更正后的内容。")] = None,
    header: Annotated[list[str] | None, typer.Option(help="要设的消息头，名=值；可以写多次。")] = None,
    without: Annotated[list[str] | None, typer.Option(help="要去掉的消息头；可以写多次。")] = None,
    service: InService = None,
    wait: Annotated[float, typer.Option(min=0, help="最多等搁置的工单听取多少秒。")] = 15,
    as_json: AsJson = False,
) -> None:
    """Put a dead letter back on its inbound topic, or let the records of a parked ticket be heard again in order.

    Unchanged, a dead letter keeps its CloudEvent id, because nothing was ever taken under that. Corrected, it gets an
    id that follows from its place and its new content: to replay it twice is one submission, and what its author
    repeats is another. A header `replayof` names the place of the dead letter.
    """
    correction = Correction(value.read_bytes() if value else None, _headers(header or ()), tuple(without or ()))
    if "@" in what:
        _replay_dead(LetterPlace.parse(what), service, correction, as_json=as_json)
    elif correction:
        raise SaidClearly("搁置的是系统自己的记录，只能原样听取：请更正程序，不要更正记录。")
    else:
        _replay_parked(what, service, wait, as_json=as_json)


def _replay_dead(place: LetterPlace, service: str | None, correction: Correction, *, as_json: bool) -> None:
    system = load_addresses()
    letter = asyncio.run(letters.at(system, place, service))[0]
    if letter.sort is Sort.PARKED:
        raise SaidClearly(f"{place} 是搁置的，不是死信：请用 liuhen dead-letters replay {letter.subject}。")
    if letter.sort is Sort.REFUSED:
        raise SaidClearly(f"{place} 不予受理，已经答复其作者：请其更正后另行提交。")
    record = letters.replacement_of(letter, correction)
    now_at = asyncio.run(letters.put_back(system, letter, record))
    if as_json:
        print_json({"replayed": str(place), "place": str(now_at), "id": record.id})
    else:
        _console.print(f"{place} → {now_at}，CloudEvent id {record.id}。其作者会在其渠道主题上收到答复。")


def _replay_parked(ticket: str, service: str | None, wait: float, *, as_json: bool) -> None:
    system = load_addresses()
    services = (service,) if service else service_names()
    asked = asyncio.run(letters.hear_again(system, ticket, services))
    if not asked:
        raise SaidClearly(f"{ticket} 没有搁置的记录；有哪些见 liuhen dead-letters list --sort parked。")
    stuck = asyncio.run(letters.still_parked(system, ticket, asked, wait))
    if as_json:
        print_json({"ticket": ticket, "asked": asked, "still_parked": stuck})
    else:
        for name, count in asked.items():
            _console.print(
                f"{name}：{count} 条" + (f"，仍搁置（{stuck[name]}）" if name in stuck else "，已按序重新听取")
            )
    if stuck:
        raise typer.Exit(1)


def _headers(given: list[str] | tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise SaidClearly(f"{each} 不是消息头：请写成 名=值，如 ce_type=liuhen.inbound.register.v1。")
        found[name.lower()] = value
    return found


def _document(letter: Letter) -> dict[str, Any]:
    return {
        "sort": letter.sort.value,
        "service": letter.service,
        "place": str(letter.place),
        "reason": letter.reason,
        "detail": letter.detail,
        "subject": letter.subject,
        "at": letter.at.isoformat(),
    }


def _content(letter: Letter, *, reveal: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "headers": {name: _text(raw) for name, raw in letter.headers},
        "size": None if letter.value is None else len(letter.value),
    }
    return {**shown, "key": _text(letter.key), "value": _text(letter.value)} if reveal else shown


def _text(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return f"hex:{raw.hex()}"


def _when(letter: Letter) -> str:
    return f"{letter.at:%Y-%m-%d %H:%M:%S}"
