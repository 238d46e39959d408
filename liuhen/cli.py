"""The command line as a whole: which module of `liuhen.commands` knows which command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

import typer

from liuhen.chinese import speak_chinese
from schemas.text import harmless
from tools.errors import SaidClearly

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "system": ("up", "down", "status"),
    "logins": ("login", "logout", "logins"),
    "demo": ("demo",),
    "verify": ("verify",),
    "ticket": ("ticket",),
    "rates": ("rates",),
    "channels": ("hotline", "wechat", "survey", "city", "callback"),
    "office": ("office",),
    "department": ("department",),
    "reorganise": ("reorganise",),
    "calendar": ("calendar", "clocks"),
    "policy": ("policy",),
    "rights": ("rights",),
    "classify": ("classify",),
    "replay": ("replay",),
    "prepare": ("prepare",),
    "kubernetes": ("kubernetes",),
    "topics": ("topics",),
    "secrets": ("secrets",),
    "certificates": ("certificates",),
    "worker": ("worker",),
    "doctor": ("doctor",),
    "lanes": ("lanes",),
    "recover": ("recover",),
    "dead_letters": ("dead-letters",),
    "person": ("person",),
    "reconcile": ("reconcile",),
}
"""Commands by the module that has them, in the order in which people get to know them."""


class _App(typer.Typer):
    """Ends with one sentence and exit code 1 where a command says clearly what is wrong."""

    def __call__(self, *args: object, **kwargs: object) -> None:
        try:
            super().__call__(*args, **kwargs)
        except SaidClearly as error:
            typer.secho(harmless(str(error)), fg=typer.colors.RED, err=True)
            raise SystemExit(1) from None


def build(words: Sequence[str] = ()) -> typer.Typer:
    """Return the application with the command that the words begin with, or with all where they begin with none.

    Loading all takes a second, which somebody who takes down a call does not have.
    """
    speak_chinese()
    app = _App(
        name="liuhen",
        help="留痕：诉求的每一步都有痕迹。",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
    )
    app.callback()(lambda: None)
    wanted = [module for module, names in COMMANDS.items() if words and words[0] in names]
    for module in wanted or COMMANDS:
        register: Callable[[typer.Typer], None] = import_module(f"liuhen.commands.{module}").register
        register(app)
    return app
