"""`liuhen hotline`, `wechat`, `survey`, `city`, `callback`: other parties, as anybody outside may speak for them."""

from __future__ import annotations

import asyncio
from typing import Final

import typer

from liuhen.answers import AsJson, print_json
from liuhen.desk import render, words
from liuhen.desk.actions import PlaceOf, add_actions
from liuhen.desk.open_things import open_things
from liuhen.desk.queue import callbacks
from liuhen.desk.survey import add_ledger
from liuhen.desk.workplace import Workplace
from schemas.inbound import COMES_BY
from schemas.registry import CALLBACKS
from schemas.values import Party, PartyKind
from tools.terminal import Terminal

_CALLBACK: Final = Party(kind=PartyKind.CALLBACK)
_console: Final = Terminal()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for kind in (*COMES_BY, PartyKind.CALLBACK):
        group = typer.Typer(help=words.group_of(kind), no_args_is_help=True)
        if kind is PartyKind.CALLBACK:
            group.command()(queue)
        if kind is PartyKind.SURVEY:
            add_ledger(group)
        add_actions(group, kind, _always(Party(kind=kind)))
        app.add_typer(group, name=kind.value)


def _always(party: Party) -> PlaceOf:
    return lambda _: Workplace.of(party)


def queue(*, as_json: AsJson = False) -> None:
    """待回访的工单。"""
    place = Workplace.of(_CALLBACK)
    asked = callbacks(asyncio.run(open_things(place.broker, CALLBACKS)))
    if as_json:
        print_json([each.model_dump(mode="json") for each in asked])
    else:
        _console.print(render.callbacks(place, asked))
