"""Whoever can be reached is owed a first contact by whoever leads."""

from __future__ import annotations

from chassis.frozen import replace
from schemas.values import Contact
from services.dispatch.core.ticket import Matter
from tests.support.dispatch.story import Story, opened
from tools.verify.contacts import Contacts


def noted(story: Story) -> list[str]:
    contacts = Contacts()
    contacts.note(story.ticket.id, story.ticket)
    assert contacts.looked_at == 1
    return [ticket for ticket, _ in contacts.forgotten()]


def test_who_became_reachable_and_is_owed_nothing_is_found() -> None:
    nobody = opened(contact=Contact(name="王阿姨"))
    assert noted(nobody) == []
    matter = Matter.model_validate({**dict(nobody.ticket.matter), "contact": Contact(phone="13800000000")})
    story = replace(nobody, state=replace(nobody.ticket, matter=matter))
    assert noted(story) == [story.ticket.id]
    assert noted(opened()) == []
