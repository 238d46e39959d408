"""A contact is sealed once, into a row; whatever else is written names the row, and opens by it alone."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chassis.contacts import Naming, Opening, Putting, Vault, handles_in, opened, opened_in, opened_outside, veiled
from chassis.publish import wire
from chassis.store import Event
from schemas.correction import Correction
from schemas.public import CallbackRequest, ShownContact
from schemas.redaction import BLOCK
from schemas.sealed import Veil, completed, masked_contact, only, same, told_by
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


class Table:
    """The rows of a putting, as a connection reads them."""

    def __init__(self, putting: Putting, *, emptied: bool = False) -> None:
        self.boxes = {row.handle: None if emptied else row.box for row in putting.rows}
        self.asked: list[Sequence[str]] = []

    async def fetch(self, _query: str, *args: Any) -> Sequence[Any]:
        (handles,) = args
        self.asked.append(handles)
        return [(handle, self.boxes[handle]) for handle in handles if handle in self.boxes]


def vault_of(*words: str) -> Vault:
    return Vault(MasterKeys(" ".join(words) or "master-key", os.urandom), os.urandom)


def putting_of(vault: Vault | None = None) -> Putting:
    return Putting(vault or vault_of(), Naming(lambda contact: (f"h-{contact.phone}",), lambda *said: str(hash(said))))


def written(contact: Contact, putting: Putting, ticket: str = TICKET) -> str:
    """A message in which a contact stands deep inside, beside a text, as whoever puts it down writes it."""
    correction = Correction(text='他说 {"sealed":["AAAA"]} 是什么', contact=contact, place=Place(text="平凉路"))
    return CORRECTIONS.dump_json(correction, exclude_none=True, context=putting.of(ticket)).decode()


def kept(contact: Contact, putting: Putting, ticket: str = TICKET) -> Contact:
    """The contact as everybody else has it."""
    found = CORRECTIONS.validate_json(written(contact, putting, ticket)).contact
    assert found is not None
    return found


def opening_of(putting: Putting, *texts: str) -> Opening:
    named = {handle for text in texts for handle in handles_in(text)}
    return {row.handle: putting.vault.opened(row.handle, row.box) for row in putting.rows if row.handle in named}


@given(CONTACTS)
def test_what_was_put_down_is_read_as_it_was(contact: Contact) -> None:
    putting = putting_of()
    text = written(contact, putting)

    told = CORRECTIONS.validate_json(opened_in(text, opening_of(putting, text))).contact

    said = {name: value for name, value in contact.model_dump(exclude_none=True).items() if value}
    assert told is not None
    assert told.model_dump(exclude_none=True) == said


def test_nothing_that_was_said_of_somebody_stands_in_it() -> None:
    putting = putting_of()
    text = written(WANG, putting)

    assert [word for word in SAID if word in text or word.encode() in putting.rows[0].box] == []
    assert "平凉路" in text


def test_a_row_says_whose_it_is_by_keyed_hashes_alone() -> None:
    putting = putting_of()
    text = written(WANG, putting)

    ((handle, ticket, known_by, _),) = putting.rows
    assert (ticket, known_by, list(handles_in(text))) == (TICKET, ("h-13812345678",), [handle])


def test_who_opens_nothing_reads_a_mask() -> None:
    found = kept(WANG, putting_of())

    assert masked_contact(found) == Contact(name="王**", phone="138****5678")
    assert (found.wechat, found.address) == ("*", "*")


def test_it_is_sealed_once_and_written_on_as_it_is() -> None:
    putting = putting_of()
    found = kept(WANG, putting)
    again = CORRECTIONS.dump_json(Correction(contact=found), exclude_none=True, context=putting.of(TICKET)).decode()

    assert len(putting.rows) == 1
    assert CORRECTIONS.validate_json(again).contact == found


def test_what_two_messages_of_a_submission_say_is_one_row() -> None:
    putting = putting_of()

    assert written(WANG, putting) == written(WANG, putting)
    assert len(putting.rows) == 1


def test_a_row_opens_under_its_own_name_alone() -> None:
    vault = vault_of()

    with pytest.raises(BrokenSealError):
        vault.opened("another", vault.sealed("one", {"name": "王建国"}))


def test_a_rotated_key_opens_what_the_old_one_sealed_and_none_other_does() -> None:
    box = vault_of("the-old-key").sealed("one", {"name": "王建国"})

    assert vault_of("the-new-key", "the-old-key").opened("one", box) == {"name": "王建国"}
    with pytest.raises(UnknownMasterError):
        vault_of("the-new-key").opened("one", box)


def test_an_empty_contact_stays_empty() -> None:
    putting = putting_of()

    assert '"contact":{}' in written(Contact(), putting)
    assert putting.rows == []


def test_what_was_read_a_moment_ago_is_not_asked_for_again() -> None:
    putting = putting_of()
    text, table = written(WANG, putting), Table(putting)

    async def twice() -> tuple[Opening, Opening]:
        return await putting.vault.opening(table, [text]), await putting.vault.opening(table, [text, text])

    first, second = asyncio.run(twice())
    assert first == second
    assert len(table.asked) == 1


def test_what_is_completed_opens_to_both_and_what_is_left_out_does_not_open() -> None:
    putting = putting_of()
    before, given_later = kept(WANG, putting), kept(Contact(phone="13900000000"), putting)
    whole, number = completed(before, given_later), only(completed(before, given_later), "phone")
    opening = opening_of(putting, whole.model_dump_json())

    assert opened(whole, opening) == WANG.model_copy(update={"phone": "13900000000"})
    assert opened(number, opening) == Contact(phone="13900000000")
    assert not same(before, whole)


def test_two_of_a_ticket_that_say_the_same_are_known_to() -> None:
    naming = putting_of().naming
    one, other = (kept(WANG, Putting(vault_of(), naming)) for _ in range(2))

    assert one != other
    assert same(one, other)
    assert told_by(one, "phone") != told_by(kept(WANG, Putting(vault_of(), naming), OTHER), "phone")
    assert not same(WANG, Contact())


def event_of(body: str, topic: str, *, outward: bool) -> Event:
    rest = (TICKET, "id", ShownContact.type_name, NOW, TICKET, "cause", "", "", body, NOW)
    return Event("0", 1, topic, 0, 1, outward, *rest)


def test_outsiders_are_told_what_the_row_says() -> None:
    putting = putting_of()
    shown = ShownContact(ticket=TICKET, receipt="R0123456789AB", contact=WANG, text="请联系我")
    body = shown.model_dump_json(exclude_none=True, context=putting.of(TICKET))
    opening = opening_of(putting, body)

    inside = wire(event_of(body, "liuhen.dispatch.v1", outward=False), "dispatch", opening)
    outside = wire(event_of(body, "liuhen.public.desk.v1", outward=True), "dispatch", opening)

    assert [word for word in SAID if word.encode() in (inside.value or b"")] == []
    assert outside.value == shown.to_json()


def hidden_request(putting: Putting, *, every_phone: bool = False) -> str:
    text = "我是王建国，电话13987654321。"
    asked = CallbackRequest(happened="requested", ticket=TICKET, round=1, attempts=0, contact=Contact(), text=text)
    veil = Veil(contacts=(kept(WANG, putting),), every_phone=every_phone)
    return veiled(asked.model_dump_json(exclude_none=True), veil)


def _told(body: str, opening: Opening) -> Any:
    return json.loads(opened_outside(body, opening))


def test_what_is_told_leaves_without_what_its_veil_hides() -> None:
    putting = putting_of()
    body, every = hidden_request(putting), hidden_request(putting, every_phone=True)
    opening = opening_of(putting, body, every)

    assert _told(body, opening)["text"] == "我是***，电话13987654321。"
    assert _told(every, opening)["text"] == "我是***，电话***********。"
    assert "veil" not in _told(body, opening)


def test_of_whom_was_forgotten_the_mask_is_left_and_no_word_that_may_name_them() -> None:
    putting = putting_of()
    shown = ShownContact(ticket=TICKET, contact=WANG)
    body = shown.model_dump_json(exclude_none=True, context=putting.of(TICKET))
    hidden = hidden_request(putting)
    gone = asyncio.run(putting.vault.opening(Table(putting, emptied=True), [body, hidden]))

    assert _told(body, gone)["contact"] == {"name": "王**", "phone": "138****5678", "wechat": "*", "address": "*"}
    assert set(_told(hidden, gone)["text"]) == {BLOCK}
