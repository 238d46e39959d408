"""An act at the door is that of who is logged in, within their duties; what became of it is told to nobody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.people import Known, known_as
from doors.refusals import Refusal
from rulebook import load_policy
from rulebook.codes import APART, Role
from schemas.envelope import Envelope
from schemas.examples import example
from schemas.inbound import Accept, Assign, NoteUnreached, Redact, Register
from schemas.message import Message, contracts
from schemas.public import ReceiptGiven, ReceiptRefused
from schemas.redaction import seal_of
from schemas.registry import channel_topic, department_topic
from schemas.values import PartyKind, Person
from services.desk.core.acts import SOURCE, Keys, OfficeAct, is_final, read
from services.desk.core.rights import may_read_tasks
from services.desk.reactions import (
    Accepted,
    HeardMessage,
    KnownAct,
    LeftOut,
    Refused,
    ShownRow,
    TaskRow,
    answers,
    react,
)
from tests.support.desk import RULES

POLICY: Final = load_policy(Path(__file__).resolve().parents[3] / "policy")
NOON: Final = datetime(2026, 9, 14, 4, tzinfo=UTC)
TICKET: Final = "26091407000015"
XU: Final = known_as(POLICY, "p-xu", NOON)
HOUSING: Final = known_as(POLICY, "department.housing", NOON)
ASSIGN: Final[dict[str, Any]] = {"do": "assign", "ticket": TICKET, "lead": "housing", "if_seen": 3}
KEYS: Final = Keys(b"of the door", b"of redactions")
OFFICE: Final = channel_topic(PartyKind.OFFICE)


def said(who: Known, content: object) -> OfficeAct | Refusal:
    return read(POLICY, who, json.dumps(content).encode(), NOON, KEYS)


def taken(who: Known, content: object) -> OfficeAct:
    found = said(who, content)
    assert isinstance(found, OfficeAct), found
    return found


def refused(who: Known, content: object) -> Refusal:
    found = said(who, content)
    assert isinstance(found, Refusal), found
    return found


def test_an_act_is_that_of_who_is_logged_in_and_carries_what_they_saw() -> None:
    act = taken(XU, ASSIGN)

    assert isinstance(act.action, Assign)
    assert (act.action.by, act.action.if_seen) == (Person(id="p-xu", name=XU.name), 3)
    assert (act.party.kind, act.about, act.do) == (PartyKind.OFFICE, TICKET, "assign")


def test_naming_oneself_is_no_mistake_and_naming_another_one_is_refused() -> None:
    assert taken(XU, ASSIGN | {"by": {"id": "p-xu", "name": XU.name}}).digest == taken(XU, ASSIGN).digest
    for by in ({"id": "p-fang", "name": "方立群"}, {"id": "p-xu", "name": "方立群"}, "p-fang", None):
        assert refused(XU, ASSIGN | {"by": by})[:2] == ("not_permitted", "by")


def test_whoever_has_not_the_duty_is_told_who_has() -> None:
    wrong = refused(known_as(POLICY, "p-kong", NOON), ASSIGN)

    assert wrong[:2] == ("not_permitted", "by")
    assert XU.name in wrong.reason


def test_a_department_speaks_for_itself_through_whom_it_names_and_never_for_the_office() -> None:
    accept = {"do": "accept", "ticket": TICKET, "by": {"id": "w-1", "name": "王芳"}}

    act = taken(HOUSING, accept)

    assert isinstance(act.action, Accept)
    assert (str(act.party), act.action.by.name) == ("department:housing", "王芳")
    assert refused(HOUSING, ASSIGN)[:2] == ("unknown_value", "do")
    assert refused(XU, accept)[:2] == ("unknown_value", "do")
    assert refused(HOUSING, {"do": "accept", "ticket": TICKET})[:2] == ("missing_field", "by")


def test_the_callback_agencys_people_act_for_it_under_their_own_name_and_for_nobody_else() -> None:
    shao = known_as(POLICY, "p-shao", NOON)

    act = taken(shao, {"do": "note_unreached", "ticket": TICKET})

    assert isinstance(act.action, NoteUnreached)
    assert (str(act.party), act.action.by) == ("callback", Person(id="p-shao", name=shao.name))
    assert refused(shao, {"do": "note_unreached", "ticket": TICKET, "by": {"id": "hf-1", "name": "林静"}})[1] == "by"
    assert refused(shao, ASSIGN)[:2] == ("unknown_value", "do")
    assert refused(XU, {"do": "note_unreached", "ticket": TICKET})[:2] == ("unknown_value", "do")


def test_whoever_takes_calls_says_for_the_hotline_what_callers_ask_for_and_nobody_else_does() -> None:
    call = {"do": "register", "kind": "help", "place": {"text": "国和路100号"}, "text": "灯坏了"}
    kong = known_as(POLICY, "p-kong", NOON)

    act = taken(kong, call)

    assert isinstance(act.action, Register)
    assert (str(act.party), act.action.agent) == ("hotline", Person(id="p-kong", name=kong.name))
    assert str(taken(XU, call).party) == "hotline"
    assert refused(kong, call | {"agent": {"id": "p-xu", "name": XU.name}})[1] == "agent"
    assert refused(known_as(POLICY, "p-lu", NOON), call).code == "not_permitted"
    for who in (HOUSING, known_as(POLICY, "p-shao", NOON)):
        assert refused(who, call)[:2] == ("unknown_value", "do")


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ([], "wrong_type", None),
        ({"ticket": TICKET}, "missing_field", "do"),
        ({"do": 7}, "wrong_type", None),
        ({"do": "fly"}, "unknown_value", "do"),
        ({"do": "assign", "ticket": TICKET}, "missing_field", "lead"),
        (ASSIGN | {"colour": "red"}, "unknown_field", "colour"),
        (ASSIGN | {"note": "a\0b"}, "nul_character", "note"),
    ],
)
def test_what_is_wrong_is_said_by_field(content: object, code: str, field: str | None) -> None:
    assert refused(XU, content)[:2] == (code, field)


def test_a_field_that_stands_twice_is_refused() -> None:
    found = read(POLICY, XU, b'{"do": "assign", "do": "review"}', NOON, KEYS)
    assert isinstance(found, Refusal)
    assert found[:2] == ("duplicate_field", "do")


@given(st.binary(max_size=200))
def test_any_bytes_end_as_a_refusal(data: bytes) -> None:
    assert isinstance(read(POLICY, XU, data, NOON, KEYS), Refusal)


def test_nobody_is_there_whom_the_policy_does_not_know() -> None:
    for login in ("p-nobody", "department.ironworks", "department.", ""):
        assert not known_as(POLICY, login, NOON).is_there


def test_what_waits_is_read_by_whoever_acts_in_the_office() -> None:
    def may(*roles: Role) -> bool:
        return may_read_tasks(Known("p", "p", frozenset(roles)))

    assert all(may(role) for role in Role if role not in APART)
    assert not any(may(role) for role in (Role.CONTRACTOR, Role.CALLBACK_AGENT, Role.LEADER, Role.OPERATOR))
    assert not may_read_tasks(HOUSING)


def heard(message: Message, topic: str = OFFICE) -> HeardMessage:
    envelope = Envelope("e-1", "liuhen/dispatch/0", message.type_name, NOON, TICKET, 7)
    return HeardMessage(topic, envelope, message, message.to_json().decode())


def made(name: str, **changes: object) -> Message:
    model = contracts()[f"liuhen.public.{name}.v1"]
    given = model.model_validate(example(model)).model_dump() | changes
    return model.model_validate(given)


ON_TICKET: Final = KnownAct(OFFICE, on_incident=False)
ON_INCIDENT: Final = KnownAct(OFFICE, on_incident=True)


def test_a_receipt_tells_that_an_act_was_taken_and_a_refusal_why_not() -> None:
    given_ = made("receipt-given", source=SOURCE, submission="a-1", final=False, tickets=(TICKET,), incident=None)
    no = made("receipt-refused", source=SOURCE, submission="a-1", code="moved_on", field=None, reason="否", version=4)
    assert isinstance(given_, ReceiptGiven)
    assert isinstance(no, ReceiptRefused)

    assert answers(given_) == answers(no) == "a-1"
    taken = Accepted("a-1", given_.receipt, False, (TICKET,), None, given_.notice, NOON)  # noqa: FBT003
    assert react(heard(given_), ON_TICKET, RULES) == taken
    assert react(heard(no), ON_TICKET, RULES) == Refused("a-1", "moved_on", None, "否", 4)


def test_whoever_polls_an_accepted_act_reads_at_last_that_it_stands() -> None:
    assert is_final(decided=True, accepted_at=NOON, now=NOON)
    assert not is_final(decided=False, accepted_at=NOON, now=NOON + timedelta(seconds=59))
    assert is_final(decided=False, accepted_at=NOON, now=NOON + timedelta(seconds=60))


def test_an_act_on_an_incident_may_be_refused_for_one_member() -> None:
    no = made("receipt-refused", source=SOURCE, submission="a-1", ticket=TICKET, reason="否")

    assert react(heard(no), ON_INCIDENT, RULES) == LeftOut("a-1", TICKET, "否")


def test_what_answers_another_ones_submission_or_stands_on_another_topic_changes_nothing() -> None:
    theirs = made("receipt-given", source="housing/oa", submission="a-1")
    forged = made("receipt-given", source=SOURCE, submission="a-1")

    assert answers(theirs) is None
    assert react(heard(theirs), None, RULES) is None
    assert react(heard(forged, department_topic("housing")), ON_TICKET, RULES) is None


def test_a_task_is_kept_while_it_waits_and_its_words_no_longer() -> None:
    waits, over = made("desk-task", open=True), made("desk-task", open=False)

    kept, gone = react(heard(waits), None, RULES), react(heard(over), None, RULES)

    assert isinstance(kept, TaskRow)
    assert isinstance(gone, TaskRow)
    assert kept.body is not None
    assert gone.body is None


def test_a_shown_contact_is_kept_until_it_is_sealed_again() -> None:
    shown, sealed = made("shown-contact", receipt="R0123456789AB"), made("shown-contact", receipt=None)

    kept, gone = react(heard(shown), None, RULES), react(heard(sealed), None, RULES)

    assert isinstance(kept, ShownRow)
    assert isinstance(gone, ShownRow)
    assert kept.body is not None
    assert gone.body is None


def test_a_passage_to_be_covered_is_hashed_at_the_door_and_repeated_nowhere() -> None:
    said = {"do": "redact", "ticket": TICKET, "passage": "某某患病", "length": 9, "reason": "他人健康信息。"}
    he = known_as(POLICY, "p-he", NOON)
    found = read(POLICY, he, json.dumps(said).encode(), NOON, KEYS)

    assert isinstance(found, OfficeAct)
    assert isinstance(found.action, Redact)
    assert (found.action.seal, found.action.length) == (seal_of("某某患病", KEYS.redaction), 4)
    assert "某某患病" not in found.action.model_dump_json()
