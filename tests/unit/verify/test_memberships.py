"""An incident and its members agree on who belongs to it; whoever says otherwise is named."""

from __future__ import annotations

from services.dispatch.core.incidents.state import Incident, Membership
from tests.support.dispatch import given
from tests.support.dispatch.examples import MEMBER
from tests.support.dispatch.story import INCIDENT, OTHER, TICKET
from tools.verify.memberships import Memberships


def found(*members: str) -> list[tuple[str, str]]:
    """What is found of one ticket that says it is a member, and an incident that names these."""
    memberships = Memberships()
    memberships.note(TICKET, MEMBER(given.in_progress()).ticket)
    named = dict.fromkeys(members, Membership())
    memberships.note(INCIDENT, Incident(incident=INCIDENT, title="停电", members=named))
    return list(memberships.differing())


def test_two_that_agree_are_no_finding() -> None:
    assert found(TICKET) == []


def test_a_member_that_its_incident_does_not_know_is_named() -> None:
    ((ticket, text),) = found()
    assert (ticket, INCIDENT in text) == (TICKET, True)


def test_a_member_that_does_not_know_of_it_is_named() -> None:
    assert [ticket for ticket, _ in found(TICKET, OTHER)] == [OTHER]
