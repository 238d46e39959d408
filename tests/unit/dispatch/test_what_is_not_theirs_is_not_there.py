"""Outsiders are told of a ticket that is not theirs what they are told of one that is not there."""

from __future__ import annotations

from typing import Any, Final, get_args

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas.tickets import ActionReceived
from schemas.values import Channel, Party, PartyKind, Person, TicketState, Verified
from services.dispatch.core.commands import Act
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, prepared
from tests.support.dispatch.story import AGENT, BY_HAND, LEAD, RECEIPT, TICKET, Story, rules_with
from tests.support.dispatch.town import Town

STATES: Final = sorted(frozenset(TicketState) - {TicketState.REGISTERED})
OTHERS: Final = Party(kind=PartyKind.DEPARTMENT, department="tourism")
"""A department that nothing of these tickets was ever given to."""
BY: Final = Person(id="d-1", name="经办人")
KINDS: Final[dict[str, type[Any]]] = {
    str(action.model_fields["do"].default): action
    for action in get_args(i.OnExisting)
    if not issubclass(action, i.OfficeAction | i.FollowUp) and action.spoken_by != {PartyKind.CITIZEN}
}
"""What citizens alone do, their door does, about tickets that it shows them.

Of a follow-up it is told whether there is such a ticket: what is said under a wrong number must not get lost.
"""


def spoken(kind: str, party: Party, **changed: Any) -> ActionReceived:
    """The example of a kind, said by a party."""
    command = EXAMPLES[kind](given.in_progress())
    assert isinstance(command, Act)
    fact = command.fact
    action: Any = fact.action
    action = action.model_copy(update=changed)
    return fact.model_copy(update={"party": party, "action": action})


def told(story: Story, said: ActionReceived) -> tuple[str, str]:
    """What its author is told, who must be refused."""
    (refused,) = [fact for fact in story.when(Act(said)).facts if isinstance(fact, d.ActionRefused)]
    return refused.code, refused.reason


def of_nothing(said: ActionReceived) -> tuple[str, str]:
    """What its author is told where no ticket has that number."""
    return told(Story(rules_with(**BY_HAND)), said)


DEPARTMENTS: Final = sorted(kind for kind, action in KINDS.items() if issubclass(action, i.DepartmentAction))
CALLBACKS: Final = sorted(kind for kind, action in KINDS.items() if issubclass(action, i.CallbackAction))
REQUESTERS: Final = sorted(kind for kind, action in KINDS.items() if issubclass(action, i.FromRequester))


def test_every_kind_of_message_of_outsiders_is_held_to_it() -> None:
    assert sorted([*DEPARTMENTS, *CALLBACKS, *REQUESTERS]) == sorted(KINDS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", DEPARTMENTS)
def test_a_department_that_never_had_it(kind: str, state: TicketState) -> None:
    for seen in (None, 1, 99):
        said = spoken(kind, OTHERS, if_seen=seen)
        for story in (given.at(state), prepared(given.at(state), kind)):
            assert told(story, said) == of_nothing(said)
            assert "编号" in of_nothing(said)[1]


@pytest.mark.parametrize("state", [state for state in STATES if state is not TicketState.CALLBACK_PENDING])
@pytest.mark.parametrize("kind", CALLBACKS)
def test_the_agency_whom_nobody_asks_to_call(kind: str, state: TicketState) -> None:
    said = spoken(kind, Party(kind=PartyKind.CALLBACK))
    assert told(given.at(state), said) == of_nothing(said)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", REQUESTERS)
@pytest.mark.parametrize("channel", list(Channel))
def test_a_channel_whose_requester_it_is_not(kind: str, channel: Channel, state: TicketState) -> None:
    party = Party(kind=PartyKind(channel.value))
    for agent in (None, AGENT):
        said = spoken(kind, party, agent=agent).model_copy(update={"matched": False})
        assert told(given.at(state), said) == of_nothing(said)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", REQUESTERS)
@pytest.mark.parametrize("channel", [Channel.SURVEY, Channel.WECHAT])
def test_a_channel_by_which_it_did_not_come_whosever_number_it_sends(
    kind: str, channel: Channel, state: TicketState
) -> None:
    story = given.at(state)
    party = Party(kind=PartyKind(channel.value) if story.ticket.matter.channel is not channel else PartyKind.WECHAT)
    for matched, verified in ((True, None), (False, Verified.CALLED_BACK)):
        claimed = spoken(kind, party, agent=AGENT, verified=verified).model_copy(update={"matched": matched})
        assert told(story, claimed) == of_nothing(claimed)


def test_a_follow_up_under_a_number_that_is_no_tickets_is_not_lost_in_silence() -> None:
    said = ActionReceived(
        ticket=TICKET,
        receipt=RECEIPT,
        party=Party(kind=PartyKind.WECHAT),
        action=i.FollowUp(ticket=TICKET, mode="add", text="三楼也漏。"),
        matched=None,
    )
    assert of_nothing(said)[0] == "unknown_ticket"


def test_an_incident_that_others_lead() -> None:
    said: list[tuple[type[i.DepartmentOnIncident], dict[str, str]]]
    said = [(i.AcceptIncident, {}), (i.ReportIncidentHandled, {"reply": "已修复。"})]
    nothing, place = Town(rules_with(**BY_HAND)), Town(rules_with(**BY_HAND))
    (one,) = place.calls(1)
    place.office(i.OpenIncident, title="停电", lead=LEAD)
    place.office(i.AttachToIncident, tickets=(one,))
    for action, values in said:
        (of_others,) = place.department(action, "tourism", **values)
        (of_none,) = nothing.department(action, "tourism", **values)
        assert isinstance(of_others, d.IncidentActionRefused)
        assert isinstance(of_none, d.IncidentActionRefused)
        assert (of_others.code, of_others.reason) == (of_none.code, of_none.reason)
