"""Whoever starts a trial is told who may log in at which desk, so that each can be seen."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from liuhen.commands.system import who_may_log_in
from rulebook import load_policy
from rulebook.codes import Role
from vocabulary import ROLES


def test_of_each_role_somebody_is_named_with_their_desk() -> None:
    console = Console(width=200)
    with console.capture() as shown:
        console.print(who_may_log_in(load_policy(Path("policy"))))

    told = shown.get()
    assert [ROLES[role] for role in Role if ROLES[role] not in told] == []
    assert {line.split()[0] for line in told.splitlines()} >= {"接听台", "大调研台", "领导看板", "承办台", "回访台"}
