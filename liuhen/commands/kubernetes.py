"""`liuhen kubernetes`: the system on Kubernetes, written for this policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from liuhen.answers import AsJson, print_json
from rulebook import load_policy
from schemas.layout import Layout
from tools.errors import SaidClearly
from tools.kubernetes import make_secrets, manifests
from tools.local.plan import load_plan
from tools.local.settings import load_settings

SECRETS: Final = "secrets"
"""The folder beside the manifests that is made into a secret and then goes where nobody else reads."""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="写到这个目录。")]
Lanes = Annotated[int, typer.Option("--lanes", help="服务之间每个主题的分区数，也是每个服务最多的进程数。")]
ChannelLanes = Annotated[int, typer.Option("--channel-lanes", help="各渠道每个主题的分区数，最多 33。")]
Brokers = Annotated[int, typer.Option("--brokers", help="消息系统的节点数，也是每条记录的份数。")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help="写出在 Kubernetes 上运行所需的清单和密码目录（按 LIUHEN_POLICY 的单位）；可以重复执行。")(
        kubernetes
    )


def kubernetes(
    folder: Folder,
    *,
    lanes: Lanes = 12,
    channel_lanes: ChannelLanes = 12,
    brokers: Brokers = 3,
    as_json: AsJson = False,
) -> None:
    """Write manifests and the folder of secrets; secrets that are there stay as they are."""
    plan = load_plan()
    departments = [each.code for each in load_policy(load_settings().policy).departments]
    written = manifests(plan, departments, _layout(lanes, channel_lanes, brokers))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (folder / name).write_text(text, "utf-8")
    make_secrets(folder / SECRETS, plan, departments)
    if as_json:
        print_json({"written": [str(folder / name) for name in written], "secrets": str(folder / SECRETS)})
        return
    for name in written:
        typer.echo(folder / name)
    typer.echo(f"{folder / SECRETS}：所有密码和密钥，下一步见 docs/kubernetes.md")


def _layout(lanes: int, channel_lanes: int, brokers: int) -> Layout:
    try:
        return Layout.model_validate(
            {
                "lanes": lanes,
                "channel_lanes": channel_lanes,
                "replicas": brokers,
                "in_sync": max(1, brokers - 1),
                "compression": "lz4",
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = "brokers" if first["loc"][:1] == ("replicas",) else str(first["loc"][0]).replace("_", "-")
        raise SaidClearly(f"--{name}: {first['input']}，{first['msg']}") from None
