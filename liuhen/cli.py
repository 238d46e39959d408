"""The command line as a whole: every module of liuhen.commands adds its own."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import typer

from liuhen import commands
from liuhen.errors import SaidClearly

if TYPE_CHECKING:
    from collections.abc import Callable


class _App(typer.Typer):
    """Ends with one sentence and exit code 1 where a command says clearly what is wrong."""

    def __call__(self, *args: object, **kwargs: object) -> None:
        try:
            super().__call__(*args, **kwargs)
        except SaidClearly as error:
            typer.secho(str(error), fg=typer.colors.RED, err=True)
            raise SystemExit(1) from None


def build() -> typer.Typer:
    """Return the application with all its commands."""
    app = _App(
        name="liuhen",
        help="留痕: every step of a citizen's request leaves a trace.",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
    )
    for module in iter_modules(commands.__path__):
        register: Callable[[typer.Typer], None] = import_module(f"{commands.__name__}.{module.name}").register
        register(app)
    return app
