"""`liuhen certificates`: an authority and certificates for trying encrypted lines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from liuhen.answers import AsJson, print_json
from tools.prepare.certificates import make

HERE: Final = ("localhost", "127.0.0.1")


def certificates(
    folder: Annotated[Path, typer.Argument(help="放证书的目录，没有的话新建，只有本人能进")],
    host: Annotated[list[str] | None, typer.Option(help="服务器的名称或者地址，可写多次；不写的是本机")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """试用的证书机构和它签的服务器证书（90天）；正式使用请用自己的证书。"""
    # Certificates are judged by the wall clock of whoever connects, whatever clock a trial runs by.
    made = make(folder, host or HERE, datetime.now(UTC))
    if as_json:
        print_json({name: str(file) for name, file in made._asdict().items()})
        return
    typer.echo(f"客户端信任：LIUHEN_KAFKA_CA={made.ca}  SSL_CERT_FILE={made.ca}")
    typer.echo(f"HTTP 入口出示：LIUHEN_TLS_CERTIFICATE={made.certificate}  LIUHEN_TLS_KEY={made.key}")
    typer.echo(f"消息系统出示：ssl.keystore.type=PEM  ssl.keystore.location={made.both}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("certificates")(certificates)
