"""A contact is sealed wherever a service writes it, and opens for its own ticket alone."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chassis.contacts import ContactSeal
from chassis.lane import Reading, read
from chassis.publish import wire
from chassis.service import Refused
from chassis.store import Event
from schemas.correction import Correction
from schemas.envelope import Envelope
from schemas.public import ShownContact
from schemas.values import Contact, Place
from sealing.boxes import BrokenSealError
from sealing.masters import MasterKeys, UnknownMasterError

TICKET, OTHER = "26030200000017", "26030200000025"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
WANG = Contact(name="王建国", phone="13812345678", wechat="wjg-138", address="平凉路100弄3号201室")
SAID = ("王建国", "13812345678", "wjg-138", "201室")
CORRECTIONS = TypeAdapter(Correction)
CONTACTS = st.builds(
    Contact,
    name=st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.strip),
    phone=st.none() | st.text(st.characters(codec="utf-8"), max_size=20),
    wechat=st.none() | st.text(st.characters(codec="utf-8"), max_size=64),
    address=st.none() | st.text(st.characters(codec="utf-8"), max_size=300),
)


def seal_of(*words: str) -> ContactSeal:
    return ContactSeal(MasterKeys(" ".join(words) or "master-key", os.urandom), os.urandom)


def written(contact: Contact, seal: ContactSeal, ticket: str = TICKET) -> str:
    """A message in which a contact stands deep inside, beside a text, as a service writes it."""
    correction = Correction(text='他说 {"sealed":"AAAA"} 是什么', contact=contact, place=Place(text="平凉路"))
    return CORRECTIONS.dump_json(correction, exclude_none=True, context=seal.of(ticket)).decode()


@given(CONTACTS)
def test_what_was_written_sealed_is_read_as_it_was(contact: Contact) -> None:
    text = written(contact, seal_of())

    assert CORRECTIONS.validate_json(seal_of().opened(text, TICKET)).contact == contact


def test_nothing_that_was_said_of_somebody_stands_in_it() -> None:
    text = written(WANG, seal_of())

    assert [word for word in SAID if word in text] == []
    assert "平凉路" in text


def test_who_has_no_key_reads_a_mask() -> None:
    read_without = CORRECTIONS.validate_json(written(WANG, seal_of())).contact

    assert read_without == Contact(name="王**", phone="138****5678", wechat="*", address="*")


@given(CONTACTS)
def test_it_opens_for_no_other_ticket(contact: Contact) -> None:
    assume(contact.model_dump(exclude_none=True))
    text = written(contact, seal_of())
    assume('"sealed":"AAAA' not in text and any(contact.model_dump().values()))

    with pytest.raises(BrokenSealError):
        seal_of().opened(text, OTHER)


def test_a_rotated_key_opens_what_the_old_one_sealed_and_none_other_does() -> None:
    text = written(WANG, seal_of("the-old-key"))

    assert CORRECTIONS.validate_json(seal_of("the-new-key", "the-old-key").opened(text, TICKET)).contact == WANG
    with pytest.raises(UnknownMasterError):
        seal_of("the-new-key").opened(text, TICKET)


def test_what_was_written_before_there_were_seals_is_read_as_it_stands() -> None:
    text = CORRECTIONS.dump_json(Correction(contact=WANG), exclude_none=True).decode()

    assert seal_of().opened(text, TICKET) == text


def test_an_empty_contact_stays_empty() -> None:
    assert '"contact":{}' in written(Contact(), seal_of())


def test_outsiders_are_told_what_the_table_keeps_sealed() -> None:
    seal = seal_of()
    shown = ShownContact(ticket=TICKET, receipt="R0123456789AB", contact=WANG, text="请联系我")
    body = shown.model_dump_json(exclude_none=True, context=seal.of(TICKET))
    rest = (TICKET, "id", shown.type_name, NOW, TICKET, "cause", "", "", body, NOW)

    inside = wire(Event("0", 1, "liuhen.dispatch.v1", 0, 1, False, *rest), "dispatch", seal)  # noqa: FBT003 - outward
    outside = wire(Event("0", 1, "liuhen.public.desk.v1", 0, 1, True, *rest), "dispatch", seal)  # noqa: FBT003

    assert [word for word in SAID if word.encode() in (inside.value or b"")] == []
    assert outside.value == shown.to_json()


def test_a_broken_seal_is_refused_without_a_word_of_what_it_held() -> None:
    shown = ShownContact(ticket=TICKET, contact=WANG)
    body = shown.model_dump_json(exclude_none=True, context=seal_of().of(OTHER)).encode()
    envelope = Envelope("e-1", "liuhen/dispatch/0", shown.type_name, NOW, TICKET, 1, TICKET, "e-1")

    with pytest.raises(Refused) as refused:
        read(envelope, body, seal_of())

    assert (refused.value.reason, [word for word in SAID if word in str(refused.value)]) == ("body", [])
    masked = read(envelope, body, Reading().contacts)
    assert masked == shown.model_copy(
        update={"contact": Contact(name="王**", phone="138****5678", wechat="*", address="*")}
    )


def test_what_a_sealed_contact_says_can_be_covered() -> None:
    seal = seal_of()

    def covered(document: dict[str, str]) -> dict[str, str]:
        return {**document, "address": document["address"].replace("201室", "████")}

    after = seal.changed(written(WANG, seal), TICKET, covered)

    opened = json.loads(seal.opened(after, TICKET))
    assert opened["contact"] == {**WANG.model_dump(), "address": "平凉路100弄3号████"}
    assert seal.changed(after, TICKET, lambda document: document) == after
