"""What `department … show` says of the contact, and of a ticket that the department has left."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from liuhen.cli import build
from liuhen.desk.workplace import department_party
from rulebook import load_policy
from schemas.public import Order, ShownContact
from schemas.values import Contact, RequesterKind, TicketState
from tests.support.desk import ONE, order
from tools.client.desk import KnownOrder
from tools.errors import SaidClearly

ASKS: Final = "disability"
"""A department whose orders carry a mask: it asks for each contact."""
MASK: Final = Contact(name="王**", phone="138****0000")
SHOWN: Final = ShownContact(ticket=ONE, receipt="R0123456789AB", contact=Contact(name="王阿姨", phone="13800000000"))
_policy: Final = cache(load_policy)


@pytest.fixture(autouse=True)
def _a_system(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = {"KAFKA": "nowhere:1", "KAFKA_PASSWORD": "unheard"}
    for name, value in {**broker, "POSTGRES": "postgresql://nowhere/{service}", "POLICY": "policy"}.items():
        monkeypatch.setenv(f"LIUHEN_{name}", value)
    monkeypatch.setenv("COLUMNS", "2000")
    monkeypatch.setattr("liuhen.desk.workplace.load_policy", _policy)


def show(
    monkeypatch: pytest.MonkeyPatch,
    said: Order,
    shown: ShownContact | None = None,
    of: str = ASKS,
    how: tuple[str, ...] = (),
) -> str:
    monkeypatch.setattr("tools.client.login.me", lambda: {"department": of, "name": of})
    monkeypatch.setattr("tools.client.desk.order", lambda _: KnownOrder(said, (), shown))
    ran = CliRunner().invoke(build(("department",)), ["department", of, "show", ONE, *how])
    assert ran.exit_code == 0, ran.output
    return ran.output


def masked(**fields: Any) -> Order:
    return order(**{"lead": ASKS, "contact": MASK, **fields})


def test_who_asks_for_each_contact_reads_what_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    said = show(monkeypatch, masked(), SHOWN)
    assert "13800000000" in said
    assert "保密" not in said


def test_so_does_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    said = json.loads(show(monkeypatch, masked(), SHOWN, how=("--json",)))
    assert (said["contact"]["phone"], said["shown"]["contact"]["phone"]) == ("138****0000", "13800000000")
    assert json.loads(show(monkeypatch, masked(), how=("--json",)))["shown"] is None


@pytest.mark.parametrize("confidential", [None, True])
def test_before_that_it_is_told_how_to_ask(monkeypatch: pytest.MonkeyPatch, confidential: bool | None) -> None:  # noqa: FBT001 - one case each
    said = show(monkeypatch, masked(confidential=confidential))
    assert f"liuhen department {ASKS} ask-contact {ONE}" in said
    assert ("经批准后" in said) is (confidential is True)


def test_a_supporter_is_told_that_the_lead_makes_the_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    lead = _policy(Path("policy")).department("housing")
    assert lead is not None
    said = show(monkeypatch, masked(role="supporting", lead=lead.code))
    assert "ask-contact" not in said
    assert f"由牵头单位{lead.name}进行" in said


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "none"},
        {"requester_kind": RequesterKind.ANONYMOUS, "contact": Contact()},
        {"lead": "housing", "contact": SHOWN.contact},
    ],
)
def test_where_there_is_nothing_to_ask_for_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    of = fields.get("lead", ASKS)
    assert "联系方式" not in show(monkeypatch, masked(**fields), of=of)


@pytest.mark.parametrize(
    ("state", "said"), [(TicketState.IN_PROGRESS, "不再承办"), (TicketState.WITHDRAWN, "已撤诉　不再承办")]
)
def test_who_left_a_ticket_is_not_told_that_it_is_at_work(
    monkeypatch: pytest.MonkeyPatch, state: TicketState, said: str
) -> None:
    shown = show(monkeypatch, masked(role="none", state=state))
    (line,) = (each for each in shown.splitlines() if "不再承办" in each)
    assert line.strip("│ ").split(maxsplit=1) == ["状态", said]


def test_who_is_logged_in_as_somebody_else_is_told_how_to_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.client.login.me", lambda: {"department": None, "name": "徐文珏"})

    ran = CliRunner().invoke(build(("department",)), ["department", "housing", "queue"])

    assert "现在登录的是徐文珏，不是房管局的工作台" in str(ran.exception)
    assert "liuhen login department.housing" in str(ran.exception)


def test_a_department_by_its_name_is_answered_with_its_code() -> None:
    with pytest.raises(SaidClearly, match="名录中没有承办单位 房管局。相近的有：房管局（housing）"):
        department_party("房管局")
