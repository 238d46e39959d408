"""One act on many tickets: which are meant, and what is said of each."""

from __future__ import annotations

from typing import Any

import pytest

from liuhen.desk.batch import BatchResult, Filters, Listed, chosen, is_meant, possible_in, result_of, seen_by_the_office
from liuhen.desk.submitting import Rejection, SubmissionAnswer, followed, note
from schemas.inbound import AcceptIncident, AttachToIncident, OpenIncident
from schemas.values import Person, TicketState
from tests.support import receipts
from tests.support.desk import ONE, TWO, order
from tests.support.receipts import RECEIPT
from tools.client.desk import KnownOrder

INCIDENT = "M0123456789AB"
WANG = Person(id="w-1", name="王芳")
LISTED = Listed(ONE, "dispatched", "平凉路100弄", "停电", category="0104-03", incident=INCIDENT)


@pytest.mark.parametrize(
    ("filters", "meant"),
    [
        (Filters(), True),
        (Filters(state="dispatched", category="0104-03", place="平凉路", incident=INCIDENT, tickets=(ONE,)), True),
        (Filters(state="in_progress"), False),
        (Filters(category="0104-04"), False),
        (Filters(place="控江路"), False),
        (Filters(incident="M0000000000ZZ"), False),
        (Filters(tickets=(TWO,)), False),
    ],
)
def test_a_filter_names_what_is_meant(filters: Filters, *, meant: bool) -> None:
    assert is_meant(LISTED, filters) is meant


def test_what_is_urgent_or_has_such_words_is_not_done_with_all_others_unless_it_is_named() -> None:
    usual, gas = LISTED._replace(incident=None), Listed(TWO, "dispatched", "平凉路100弄", "煤气", for_eyes=True)

    assert chosen([gas, usual], Filters(place="平凉路")) == ([usual], [gas])
    assert chosen([gas, usual], Filters(tickets=(TWO,))) == ([gas], [])
    member = gas._replace(incident=INCIDENT)
    assert chosen([member, usual], Filters(incident=INCIDENT)) == ([member], [])


def test_each_ticket_of_the_offices_frozen_list_says_the_version_that_stands_on_it() -> None:
    """Acts of staff count, in the order in which they stand in the trace; what a clock or a policy says does not."""
    office = {"by": {"party": {"kind": "office"}}}
    entries: Any = [
        {"type": "liuhen.dispatch.dispatched.v1", "body": office},
        {"type": "liuhen.dispatch.nudged.v1", "body": office},
        {"type": "liuhen.dispatch.nudged.v1", "body": {"by": {"by_rule": "policy"}}},
    ]
    told = {ONE: entries, TWO: entries[:1]}

    seen = seen_by_the_office([LISTED, LISTED._replace(ticket=TWO)], told.__getitem__)

    assert [(each.ticket, each.version) for each in seen] == [(ONE, 2), (TWO, 1)]


def test_what_another_hand_changed_is_refused_in_its_row() -> None:
    refused = SubmissionAnswer("s", RECEIPT, refusal=Rejection("changed_meanwhile", None, "徐文珏刚刚派单。"))

    assert result_of(ONE, refused) == BatchResult(ONE, "refused", "徐文珏刚刚派单。")


def test_only_what_can_be_done_in_its_state_is_listed() -> None:
    assert possible_in("accept") == {TicketState.DISPATCHED}


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (SubmissionAnswer("s", RECEIPT, taken=True, followed=("签收",)), BatchResult(ONE, "done", "签收")),
        (SubmissionAnswer("s", RECEIPT), BatchResult(ONE, "unanswered")),
        (
            SubmissionAnswer("s", RECEIPT, refusal=Rejection("illegal_in_state", None, "已签收。")),
            BatchResult(ONE, "already", "已签收。"),
        ),
        (
            SubmissionAnswer("s", RECEIPT, refusal=Rejection("joined_already", None, "已在其中。")),
            BatchResult(ONE, "already", "已在其中。"),
        ),
        (
            SubmissionAnswer("s", RECEIPT, refusal=Rejection("not_yours", None, "不由你单位承办。")),
            BatchResult(ONE, "refused", "不由你单位承办。"),
        ),
    ],
)
def test_what_was_done_already_is_told_and_is_no_failure(answer: SubmissionAnswer, result: BatchResult) -> None:
    assert result_of(ONE, answer) == result


def noted(action: Any, *messages: Any) -> SubmissionAnswer:
    answer = SubmissionAnswer("s", RECEIPT)
    for message in messages:
        answer = note(answer, message, action)
    return answer


def test_whoever_opens_an_incident_hears_its_code() -> None:
    given = receipts.given(action="open_incident", incident=INCIDENT)
    answer = noted(OpenIncident(by=WANG, title="停电"), given)
    assert (answer.taken, answer.incident, answer.refusal) == (True, INCIDENT, None)


def test_an_act_on_an_incident_is_followed_by_its_members_orders() -> None:
    said = {"incident": INCIDENT, "state": TicketState.IN_PROGRESS}
    orders = [
        KnownOrder(order(ONE, **said), ((2, "accepted"),), None),
        KnownOrder(order("26090100000035", **said), ((1, "dispatched"),), None),
        KnownOrder(order(TWO, **said), ((5, "due_changed"), (5, "accepted")), None),
    ]
    taken = SubmissionAnswer("s", RECEIPT, taken=True, left_out=(("26090100000035", "否。"),))

    answer = followed(taken, orders, {ONE: 1, TWO: 4}, AcceptIncident(incident=INCIDENT, by=WANG))

    assert answer.tickets == (ONE, TWO)
    assert dict(answer.left_out) == {"26090100000035": "否。"}
    assert answer.followed[0].startswith("2件")


def test_a_refusal_of_the_whole_act_is_one() -> None:
    attach = AttachToIncident(incident=INCIDENT, by=WANG, tickets=(ONE,))
    refused = receipts.refused(action="attach_to_incident", code="incident_closed", reason="已结束。")
    assert noted(attach, refused).refusal == Rejection("incident_closed", None, "已结束。")
