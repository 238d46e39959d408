"""How texts that people wrote are put into sentences: the filters that templates may use."""

from collections.abc import Callable, Mapping
from typing import Final

from jinja2 import Environment

_STOPS: Final = ("。", "！", "？", "…", "!", "?")
_QUOTES: Final = "”’」』"
_GOES_ON: Final = " \t\r\n。；，、;,"
"""What a text may end with that the sentence around it says by itself."""


def ended(text: str | None) -> str:
    """A text as a sentence of its own: with one stop, whether or not its author put one; nothing stays nothing."""
    said = (text or "").strip()
    if not said or said.rstrip(_QUOTES).endswith(_STOPS):
        return said
    return f"{said.rstrip(_GOES_ON)}。"


def unended(text: str | None) -> str:
    """A text in the middle of a sentence: without the stop that its author may have put."""
    return (text or "").strip().rstrip(_GOES_ON)


FILTERS: Final[Mapping[str, Callable[[str | None], str]]] = {"ended": ended, "unended": unended}


def templating() -> Environment:
    """What words the templates of messages, wherever that is done."""
    environment = Environment(autoescape=False)  # noqa: S701 - plain text, never HTML
    environment.filters.update(FILTERS)
    # What has to be covered in a document has to stand there as it was written.
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment
