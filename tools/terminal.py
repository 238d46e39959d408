"""The one way to a terminal: whatever is printed is text, never markup, and commands nothing.

What citizens, departments and foreign systems wrote passes through here. Emphasis is a style, see `styled`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Final

from rich.console import (
    Console,  # noqa: TID251 - made safe here
    ConsoleOptions,
    HighlighterType,
    JustifyMethod,
    OverflowMethod,
    RenderableType,
)
from rich.panel import Panel  # noqa: TID251 - its title is made safe here
from rich.segment import Segment
from rich.style import Style
from rich.text import Text  # noqa: TID251 - made of harmless text here

from schemas.text import COMMANDS, harmless

_COMMANDS: Final = re.compile(f"[{COMMANDS}]")


class Terminal(Console):
    """A console that prints text as it is."""

    def __init__(
        self, *, stderr: bool = False, file: IO[str] | None = None, width: int | None = None, colour: bool | None = None
    ) -> None:
        """`file` and `width` as in rich; `colour` forces styles where a file is no terminal."""
        super().__init__(
            stderr=stderr, file=file, width=width, force_terminal=colour, markup=False, emoji=False, highlight=False
        )

    def render_str(  # noqa: PLR0913 - rich's own
        self,
        text: str,
        *,
        style: str | Style = "",
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        emoji: bool | None = None,  # noqa: ARG002 - never
        markup: bool | None = None,  # noqa: ARG002 - never
        highlight: bool | None = None,
        highlighter: HighlighterType | None = None,
    ) -> Text:
        """Make text of a string, whatever it looks like; before it is measured, so that columns stay straight."""
        return super().render_str(
            harmless(text),
            style=style,
            justify=justify,
            overflow=overflow,
            emoji=False,
            markup=False,
            highlight=highlight,
            highlighter=highlighter,
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Render whatever there is; of its text nothing commands, also where it came as rich's own `Text`."""
        for segment in super().render(renderable, options):
            safe = segment.text if segment.control else harmless(segment.text)
            yield segment if safe is segment.text else Segment(safe, segment.style)


def styled(*parts: str | tuple[str, str]) -> Text:
    """Put text together, each part as it is or in a style."""
    safe = (harmless(part) if isinstance(part, str) else (harmless(part[0]), part[1]) for part in parts)
    return Text.assemble(*safe)


def framed(content: RenderableType, title: str | Text, *, expand: bool = True) -> Panel:
    """Frame content under a title; rich itself reads a title that is a string as markup."""
    return Panel(content, title=styled(title) if isinstance(title, str) else title, title_align="left", expand=expand)


def json_text(document: object) -> str:
    """Write JSON with characters as they are, but those that command: these are escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _COMMANDS.sub(_escaped, text)


def _escaped(command: re.Match[str]) -> str:
    units = command[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
