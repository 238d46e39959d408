"""Redaction (涂去): a passage goes out of the ticket, out of what is told, and is never repeated."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.message import Message
from schemas.public import CallbackRequest, Order
from schemas.redaction import Overlay, Passage, seal_of
from schemas.values import Actor, Person, Place, Supplement
from services.dispatch.core.state import STATE
from services.dispatch.core.texts import texts_of
from tests.support.dispatch import given
from tests.support.dispatch.story import OTHER, RECEIPT, TICKET, Story, opened

SECRET = "某某患有精神病"
TEXT = f"楼上邻居{SECRET}，半夜吵闹。{SECRET}！"
CLERK = Person(id="p-he", name="何静宜")


def redact(story: Story, where: str = "text", passage: str = SECRET, reason: str = "涉及他人隐私。") -> Story:
    start = texts_of(story.ticket)[where].index(passage)
    return story.office(i.Redact, where=where, start=start, length=len(passage), reason=reason)


def messages(story: Story, model: type[Message]) -> list[Any]:
    return [each.message for each in story.told if isinstance(each.message, model)]


def test_a_passage_is_covered_wherever_it_stands_and_the_fact_does_not_repeat_it() -> None:
    story = opened(text=TEXT).lead(i.Accept).lead(i.NoteProgress, text=f"已上门，邻居{SECRET}。")
    done = redact(story)
    fact = done.said(d.Redacted)
    assert (fact.where, fact.start, fact.length, fact.seal) == ("text", 4, len(SECRET), seal_of(SECRET, b""))
    assert SECRET not in fact.model_dump_json()
    assert SECRET not in STATE.dump_json(done.ticket).decode()
    assert done.ticket.matter.text == f"楼上邻居{'█' * 7}，半夜吵闹。{'█' * 7}！"
    assert done.ticket.notes[-1].text == f"已上门，邻居{'█' * 7}。"
    orders = messages(done, Order)
    assert orders
    assert all(SECRET not in order.model_dump_json() for order in orders)
    assert all(SECRET not in message.message.model_dump_json() for message in done.told)


@pytest.mark.parametrize("where", ["text", "place", "reply", "note-1", "callback-1"])
def test_each_kind_of_text_can_be_redacted(where: str) -> None:
    story = opened(text=TEXT, place=Place(text=f"四平路100号{SECRET}家楼下", subdistrict="siping"))
    story = given.without_task(story.lead(i.Accept)).lead(i.NoteProgress, text=f"{SECRET}不在家")
    story = story.lead(i.ReportHandled, reply=f"已劝导{SECRET}").office(i.Review, accepted=True)
    answer = {"contacted": "yes", "solved": "solved", "attitude": "satisfied", "result": "satisfied"}
    story = story.callback(i.RecordCallback, **answer, note=f"{SECRET}仍在吵")
    done = redact(story, where)
    assert SECRET not in STATE.dump_json(done.ticket).decode()


def test_what_stands_only_in_what_was_said_before_can_be_redacted() -> None:
    handled = given.without_task(opened(text="楼上太吵。").lead(i.Accept)).lead(
        i.ReportHandled, reply=f"{SECRET}已劝导"
    )
    corrected = handled.office(i.Correct, reply="已劝导。", reason="写了隐私。")
    assert SECRET not in str(texts_of(corrected.ticket)["reply"])
    where = next(name for name, text in texts_of(corrected.ticket).items() if SECRET in text)
    done = redact(corrected, where)
    assert (done.said(d.Redacted).length, done.said(d.Redacted).seal) == (len(SECRET), seal_of(SECRET, b""))
    assert SECRET not in STATE.dump_json(done.ticket).decode()


def test_a_reason_that_an_act_gave_can_be_redacted() -> None:
    asked = opened(text="楼上太吵。").lead(i.RequestReturn, ground="not-our-duty", reason=f"{SECRET}，归民政。")
    where = next(name for name, text in texts_of(asked.ticket).items() if SECRET in text)
    assert SECRET not in STATE.dump_json(redact(asked, where).ticket).decode()


def test_the_callback_that_waits_is_asked_for_in_the_new_words() -> None:
    story = given.callback_pending()
    done = redact(story, passage="涨价")
    (call,) = messages(done, CallbackRequest)
    assert call.text == "物业费██没有公示。"
    assert call.happened == "requested"


def test_what_cannot_be_redacted_is_refused_and_says_what_to_do() -> None:
    story = opened(text=TEXT)
    story.office(i.Redact, where="reply", start=0, length=2, reason="隐私。").refused("no_such_text")
    story.office(i.Redact, where="text", start=len(TEXT) - 1, length=2, reason="隐私。").refused("no_such_passage")
    redact(story, reason=f"写了{SECRET}").refused("reason_repeats_it")
    redact(story).office(i.Redact, where="text", start=4, length=7, reason="隐私。").refused("redacted_already")
    stranger = i.Redact(
        ticket=TICKET, by=Person(id="p-tao", name="陶美玲"), where="text", start=4, length=7, reason="隐私。"
    )
    story.act(stranger).refused("role_missing")


def test_a_ticket_that_took_the_words_in_covers_them_too_and_answers_back_once() -> None:
    supplement = Supplement(ticket=OTHER, place=Place(text="四平路100号"), text=TEXT)
    taken = r.TakeMerge(
        ticket=TICKET,
        origin=OTHER,
        by=Actor(),
        requester="h-1",
        supplements=(supplement,),
        reason="重复",
        receipt=RECEIPT,
    )
    story = opened().asked(taken)
    request = r.RedactToo(
        ticket=TICKET, origin=OTHER, by=Actor(), seal=seal_of(SECRET, b""), length=len(SECRET), reason="涉及他人隐私。"
    )
    done = story.asked(request)
    assert (done.said(d.Redacted).where, done.said(d.Redacted).origin) == ("supplement-1", OTHER)
    assert SECRET not in STATE.dump_json(done.ticket).decode()
    assert done.asked(request).facts == ()


def test_the_ticket_that_was_taken_in_is_asked_to_cover_the_same() -> None:
    supplement = Supplement(ticket=OTHER, place=Place(text="四平路100号"), text=TEXT)
    taken = r.TakeMerge(
        ticket=TICKET,
        origin=OTHER,
        by=Actor(),
        requester="h-1",
        supplements=(supplement,),
        reason="重复",
        receipt=RECEIPT,
    )
    done = redact(opened().asked(taken), "supplement-1")
    (request,) = messages(done, r.RedactToo)
    assert (request.ticket, request.origin, request.seal) == (OTHER, TICKET, seal_of(SECRET, b""))


def test_an_overlay_finds_a_passage_by_its_hash_alone_and_only_in_what_somebody_said() -> None:
    overlay = Overlay([Passage(seal_of(SECRET, b"key"), len(SECRET))], b"key")
    body = f'{{"ticket":"{SECRET}","text":"甲{SECRET}乙","notes":[{{"text":"{SECRET}"}}]}}'
    covered = overlay.body(body)
    assert covered == f'{{"ticket":"{SECRET}","text":"甲{"█" * 7}乙","notes":[{{"text":"{"█" * 7}"}}]}}'
    assert overlay.body(covered) == covered
    assert Overlay([Passage(seal_of(SECRET, b"key"), len(SECRET))], b"other").body(body) == body


def by_hash(story: Story, passage: str = SECRET, reason: str = "涉及他人隐私。") -> Story:
    return story.office(i.Redact, seal=seal_of(passage, b""), length=len(passage), reason=reason)


def test_what_the_ticket_does_not_remember_is_known_by_its_hash_and_covered_elsewhere() -> None:
    story = opened(text="楼上太吵。").lead(i.Accept)
    done = by_hash(story)
    fact = done.said(d.Redacted)
    assert (fact.where, fact.start, fact.seal) == (None, None, seal_of(SECRET, b""))
    assert done.ticket.redacted == (fact.seal,)
    by_hash(done).refused("redacted_already")
    by_hash(story, reason=f"写了{SECRET}").refused("reason_repeats_it")


def test_what_stands_in_the_ticket_under_no_name_is_found_by_its_hash() -> None:
    noted = opened(text="楼上太吵。").lead(i.Accept).lead(i.NoteInternally, text=f"{SECRET}，小心。")
    forgotten = replace(noted, state=replace(noted.ticket, texts=()))
    assert SECRET not in str(texts_of(forgotten.ticket))
    done = by_hash(forgotten)
    assert done.said(d.Redacted).where.startswith("kept-")
    assert SECRET not in STATE.dump_json(done.ticket).decode()


def test_a_passage_is_pointed_at_in_one_way() -> None:
    story = opened(text=TEXT)
    story.office(i.Redact, length=7, reason="隐私。").refused("points_nowhere")
    story.office(i.Redact, where="text", length=7, reason="隐私。").refused("points_nowhere")
    story.office(i.Redact, length=7, passage=SECRET, reason="隐私。").refused("points_nowhere")
    both = {"where": "text", "start": 4, "seal": seal_of(SECRET, b"")}
    story.office(i.Redact, **both, length=7, reason="隐私。").refused("points_nowhere")
