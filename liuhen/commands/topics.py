"""`liuhen topics apply`: what the registry says, made true on the broker: topics, users and their rights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from rulebook import load_policy
from schemas import registry
from schemas.principals import ADMIN, Principal, PrincipalKind, principals
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.prepare import quotas, rights, topics
from tools.prepare.quotas import Bound
from tools.prepare.rights import Rights, RightsPlan
from tools.prepare.secrets import secret
from tools.prepare.topics import Applied, TopicChange
from tools.terminal import Terminal, styled

_console: Final = Terminal()
_COLOURS: Final = {
    TopicChange.CREATED: "green",
    TopicChange.ALTERED: "yellow",
    TopicChange.UNCHANGED: "dim",
    TopicChange.DIFFERS: "red",
}


_SAID: Final = {
    TopicChange.CREATED: "新建",
    TopicChange.ALTERED: "已改",
    TopicChange.UNCHANGED: "未变",
    TopicChange.DIFFERS: "不符",
}


_HELP: Final = (
    "与登记不同的主题、用户、权限改过来，收回权限先询问；登记中没有的设置保留；分区数、份数不同的不改，退出码为 1。"
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="登记在册的主题，和各方在上面的权限。", no_args_is_help=True)
    group.command(help=_HELP)(apply)
    app.add_typer(group, name="topics")


def apply(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="收回权限时不再询问。")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what differs from the registry, and make it so: topics, users, access rules, quotas.

    Asks before it takes rights away. Settings that the registry does not know stay, and are shown. Exit code 1 when a
    number of partitions or replicas differs, which is never changed.
    """
    addresses = load_addresses()
    admin, codes = addresses.broker(ADMIN), [each.code for each in load_policy(addresses.policy).departments]
    needed = topics.plan(admin, registry.topics(codes, addresses))
    everybody = principals(codes, addresses)
    granted = rights.plan(rights.standing(admin), everybody)
    bounds = quotas.plan(quotas.standing(admin), everybody)
    if not as_json:
        _show(needed, granted, bounds)
    if granted.takes_away and not yes:
        _ask(_ours(granted, everybody), as_json=as_json)
    topics.carry_out(admin, needed)
    folder = addresses.folder_of_secrets()
    rights.grant(admin, granted.new, lambda user: secret(folder, user))
    rights.take_away(admin, granted.gone, folder)
    quotas.carry_out(admin, bounds)
    if as_json:
        print_json(_document(needed, granted, bounds))
    if any(item.change is TopicChange.DIFFERS for item in needed):
        raise typer.Exit(1)


def _ours(granted: RightsPlan, everybody: Iterable[Principal]) -> Sequence[str]:
    """Name our own services that lose something: they go by a policy that still has it until they start again."""
    losing = {binding.principal.removeprefix("User:") for binding in granted.gone.rules}
    return sorted(each.name for each in everybody if each.kind is PrincipalKind.SERVICE and each.name in losing)


def _ask(services: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        raise SaidClearly("将收回权限：请写 --yes，或者先不带 --json 查看。")
    if services:
        words = f"其中有本系统的 {'、'.join(services)}：仍按旧规则运行的会停下来等，请先用这份规则重启它们。"
        _console.print(styled((words, "yellow")))
    typer.confirm("收回这些权限？", abort=True)


def _show(needed: Iterable[Applied], granted: RightsPlan, bounds: Iterable[Bound]) -> None:
    table = Table()
    for column in ("种类", "名称", "变动", "说明"):
        table.add_column(column, overflow="fold")
    for topic, change, detail, _, kept in needed:
        layout = f"{topic.kind}，{topic.partitions} 个分区，{topic.replicas} 份"
        left = f"不在登记中，保留：{', '.join(f'{name}={value}' for name, value in kept.items())}" if kept else ""
        words = "；".join(each for each in (layout, detail, left) if each)
        table.add_row("主题", topic.name, styled((_SAID[change], _COLOURS[change])), words)
    for some, done, colour in ((granted.new, "授予", "green"), (granted.gone, "收回", "red")):
        for what, name, detail in _rows(some):
            table.add_row(what, name, styled((done, colour)), detail)
    for user, bound in bounds:
        said = "不限" if bound is None else f"每秒 {bound:,} 字节"
        table.add_row("流量上限", user, styled(("设定", "yellow")), said)
    _console.print(table)
    counts = Counter(f"主题{_SAID[item.change]}" for item in needed)
    counts["授予用户或权限"] = len(granted.new.users) + len(granted.new.rules)
    counts["收回用户或权限"] = len(granted.gone.users) + len(granted.gone.rules)
    _console.print("，".join(f"{change} {number}" for change, number in counts.items() if number))


def _rows(some: Rights) -> Iterable[tuple[str, str, str]]:
    yield from (("用户", user, "") for user in sorted(some.users))
    rules = sorted((each.principal.removeprefix("User:"), rights.told(each)) for each in some.rules)
    yield from (("访问规则", user, words) for user, words in rules)


def _document(needed: Iterable[Applied], granted: RightsPlan, bounds: Iterable[Bound]) -> dict[str, Any]:
    return {
        "topics": [
            {
                "topic": item.topic.name,
                "change": item.change,
                "detail": item.detail,
                "partitions": item.topic.partitions,
                "replicas": item.topic.replicas,
                "kept": dict(item.kept),
            }
            for item in needed
        ],
        "quotas": [{"name": user, "bytes_per_second": bound} for user, bound in bounds],
        "granted": [{"what": what, "name": name, "detail": detail} for what, name, detail in _rows(granted.new)],
        "taken_away": [{"what": what, "name": name, "detail": detail} for what, name, detail in _rows(granted.gone)],
    }
