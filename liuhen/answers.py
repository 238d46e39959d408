"""How every command answers programs: one JSON document, where `--json` asks for it."""

from __future__ import annotations

from typing import Annotated

import typer

from tools.terminal import json_text

AsJson = Annotated[bool, typer.Option("--json", help="输出一个 JSON 文档。")]


def print_json(document: object) -> None:
    """Print one document, characters as they are."""
    typer.echo(json_text(document))
