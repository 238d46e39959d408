"""The date on a citizen's page and in the news of a channel is the one that their SMS promises, at every moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from rulebook import Policy
from schemas import dispatch as d
from schemas.owner import Owner
from schemas.public import TicketNews
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    Due,
    DueTime,
    Kind,
    OfficialDue,
    Place,
    ProvisionalDue,
    RequesterKind,
    Tier,
)
from services.intake.core.news import Newsroom
from services.intake.core.promises import Promise
from services.intake.core.state import KnownTicket
from services.intake.reactions import concerns, react
from services.intake.work import newsroom_of
from worktime import SHANGHAI

TICKET: Final = "26091407000015"
NOW: Final = datetime(2026, 9, 14, 10, tzinfo=SHANGHAI)
RULE: Final = Actor(by_rule="policy")
HOUSING: Final[dict[str, Any]] = {"ticket": TICKET, "by": RULE, "department": "housing"}
SUSPENDED: Final = d.Suspended(**HOUSING, ground="litigation", until=NOW + timedelta(days=60), reason="涉诉")
RESUMED: Final = d.SuspensionEnded(**HOUSING, reason="到期")
REWORKED: Final = d.ReworkOrdered(**HOUSING, round=1, reason="unsolved")
PROMISED: Final = "2026年09月21日 17:30"


def due(day: int, month: int = 9) -> OfficialDue:
    return OfficialDue(at=datetime(2026, month, day, 17, 30, tzinfo=SHANGHAI))


def dispatched(until: Due | None, handling: Due, **values: Any) -> d.Dispatched:
    given: dict[str, Any] = {"order": 1, "lead": "housing", "tier": Tier.COMPLEX, "reason": "catalogue"}
    times = (DueTime(clock=Clock.HANDLING, due=handling),)
    return d.Dispatched(ticket=TICKET, by=RULE, deadline=until, due=times, **{**given, **values})


def noted(until: Due | None, reason: str, clock: Clock = Clock.HANDLING) -> d.DueNoted:
    owner = Owner("department:housing")
    return d.DueNoted(ticket=TICKET, by=RULE, clock=clock, clock_id=clock.value, due=until, owner=owner, reason=reason)


def overdue(clock: Clock, *, withdrawn: bool = False) -> d.Overdue:
    owner = Owner("office:p-he") if clock is Clock.CITIZEN else Owner("department:housing")
    return d.Overdue(ticket=TICKET, by=RULE, clock=clock, clock_id=clock.value, owner=owner, withdrawn=withdrawn)


class Page:
    """What a citizen's page shows, and what its channel heard with the last fact."""

    def __init__(self, newsroom: Newsroom) -> None:
        """A ticket of which nothing was told."""
        self.ticket = KnownTicket(TICKET, "R0123456789AB", "wechat", None, open=True, registered=NOW)
        self._newsroom = newsroom

    def hear(self, fact: d.DispatchFact, at: datetime = NOW) -> str:
        if concerns(fact, self._newsroom) is None:
            return ""
        reaction = react(fact, at, self.ticket, self._newsroom)
        self.ticket = reaction.ticket or self.ticket
        return "".join(each.message.text for each in reaction.says if isinstance(each.message, TicketNews))

    @property
    def missed(self) -> str:
        return Promise.model_validate_json(self.ticket.promise or "{}").missed


@pytest.fixture(scope="session")
def newsroom(policy: Policy) -> Newsroom:
    return newsroom_of(policy)


@pytest.fixture
def page(newsroom: Newsroom) -> Page:
    """The page of a ticket that is promised for 21 September; its department has until the 22nd."""
    page = Page(newsroom)
    assert PROMISED in page.hear(dispatched(due(21), due(22)))
    return page


def test_while_the_work_stands_still_no_date_is_shown_and_afterwards_the_one_that_holds(page: Page) -> None:
    assert "此前告知的办结期限不再适用，恢复办理后另行告知。" in page.hear(SUSPENDED)
    assert page.ticket.promised is None
    assert page.hear(noted(None, "paused")) == ""
    assert "期限" not in page.hear(RESUMED)
    assert page.hear(noted(due(30, 11), "resumed")) == "您的诉求的办结期限为2026年11月30日 17:30。"
    assert page.ticket.promised == "2026年11月30日 17:30"


def test_time_that_was_granted_is_told_where_it_reaches_beyond_what_was_promised(page: Page) -> None:
    assert page.hear(noted(due(20), "extended")) == ""
    assert page.ticket.promised == PROMISED
    assert "现为2026年09月25日 17:30，此前告知的期限不再适用。" in page.hear(noted(due(25), "extended"))
    assert page.ticket.promised == "2026年09月25日 17:30"


def test_what_a_clock_of_the_department_says_else_moves_no_promise_of_the_citizens(page: Page) -> None:
    assert page.hear(noted(due(30), "rederived")) == ""
    assert page.hear(noted(due(30), "started", Clock.FIRST_CONTACT)) == ""
    assert page.ticket.promised == PROMISED


def test_a_rework_shows_its_own_date_and_one_that_is_taken_back_the_citizens_again(page: Page) -> None:
    page.hear(REWORKED)
    assert "2026年09月17日 17:30" in page.hear(noted(due(17), "started", Clock.REWORK))
    assert page.ticket.promised == "2026年09月17日 17:30"
    answers = {"contacted": "yes", "solved": "solved", "attitude": "satisfied", "result": "satisfied", "round": 0}
    page.hear(d.ReworkWithdrawn.model_validate({**HOUSING, "round": 1, "reason": "记错", "answers": answers}))
    assert page.ticket.promised == PROMISED


def test_a_promise_that_was_not_kept_is_owned_up_to_once_with_the_date_ahead(page: Page) -> None:
    late = due(21).at + timedelta(seconds=1)
    text = page.hear(overdue(Clock.CITIZEN), late)
    assert text == f"您的诉求未能在{PROMISED}前办结，向您致歉，将继续办理。办结期限现为2026年09月22日 17:30。"
    assert (page.ticket.promised, page.missed) == ("2026年09月22日 17:30", PROMISED)
    later = due(22).at + timedelta(seconds=1)
    assert "未能在2026年09月22日 17:30前办结" in page.hear(overdue(Clock.HANDLING), later)
    assert (page.ticket.promised, page.missed) == (None, "2026年09月22日 17:30")
    assert page.hear(overdue(Clock.HANDLING), later + timedelta(days=1)) == ""


def test_what_is_late_before_the_promised_date_breaks_no_promise(newsroom: Newsroom) -> None:
    page = Page(newsroom)
    page.hear(dispatched(due(21), due(15)))
    assert page.hear(overdue(Clock.HANDLING), due(15).at + timedelta(seconds=1)) == ""
    assert (page.ticket.promised, page.missed) == (PROMISED, "")


def test_what_was_not_missed_after_all_is_not_shown_as_missed(page: Page) -> None:
    page.hear(overdue(Clock.CITIZEN), due(21).at + timedelta(seconds=1))
    assert page.hear(overdue(Clock.CITIZEN, withdrawn=True)) == ""
    assert page.missed == ""


def test_what_was_reopened_shows_the_date_of_its_next_order(page: Page) -> None:
    page.hear(d.Reopened(ticket=TICKET, by=RULE, reason="又坏了", count=1))
    assert page.ticket.promised is None
    assert "办结期限2026年10月12日 17:30" in page.hear(dispatched(None, due(12, 10), order=2))


def test_a_settled_date_that_is_not_settled_any_more_is_told_and_one_that_settles_is_not(page: Page) -> None:
    maybe = ProvisionalDue(earliest=due(21).at, latest=due(23).at)
    raised = d.Classified(ticket=TICKET, by=RULE, category="0101-02", tier=Tier.COMPLEX, deadline=maybe)
    assert "（暂定，以公布的放假安排为准，最迟2026年09月23日 17:30）" in page.hear(raised)
    assert page.hear(raised.model_copy(update={"deadline": due(21)})) == ""
    assert page.ticket.promised == PROMISED


@pytest.mark.parametrize("kind", [Kind.PRAISE, Kind.SUGGEST])
def test_whoever_praises_or_suggests_is_promised_an_answer(
    front: Any, report: Any, newsroom: Newsroom, kind: Kind
) -> None:
    page = Page(newsroom)
    registered, *_ = front.took("hotline", "register", report | {"kind": kind})
    page.ticket = front.state.tickets[registered.ticket]
    assert f"答复期限{PROMISED}。" in page.hear(dispatched(due(21), due(22)))
    assert "此前告知的答复期限不再适用" in page.hear(SUSPENDED)
    page.hear(RESUMED)
    assert page.hear(noted(due(30, 11), "resumed")) == "您的诉求的答复期限为2026年11月30日 17:30。"
    late = page.hear(overdue(Clock.HANDLING), due(30, 11).at + timedelta(seconds=1))
    assert late == "您的诉求未能在2026年11月30日 17:30前答复，向您致歉，将继续办理。"
    page.hear(d.Reopened(ticket=TICKET, by=RULE, reason="又想到", count=1))
    assert "答复期限2026年12月12日 17:30" in page.hear(dispatched(None, due(12, 12), order=2))


def test_a_promise_that_named_two_days_is_owned_up_to_by_the_earlier_once_the_calendar_made_it_that(
    newsroom: Newsroom,
) -> None:
    # given a matter that was promised for the 21st, or the 23rd at the latest
    page = Page(newsroom)
    page.hear(dispatched(ProvisionalDue(earliest=due(21).at, latest=due(23).at), due(22)))
    # when its time ran out on the 21st
    text = page.hear(overdue(Clock.CITIZEN), due(21).at + timedelta(seconds=1))
    # then neither of the two days is promised any more
    assert text == f"您的诉求未能在{PROMISED}前办结，向您致歉，将继续办理。办结期限现为2026年09月22日 17:30。"
    assert (page.ticket.promised, page.missed) == ("2026年09月22日 17:30", PROMISED)


def test_a_department_that_is_late_before_the_citizens_day_is_known_breaks_no_promise(newsroom: Newsroom) -> None:
    page = Page(newsroom)
    page.hear(dispatched(ProvisionalDue(earliest=due(21).at, latest=due(23).at), due(15)))
    assert page.hear(overdue(Clock.HANDLING), due(15).at + timedelta(seconds=1)) == ""


def test_a_part_of_a_praise_is_promised_an_answer_as_its_whole_was(newsroom: Newsroom) -> None:
    # given a praise of two things, of which one went its own way
    page = Page(newsroom)
    whole = page.ticket
    opened = d.Opened(
        ticket=f"{TICKET}-1",
        by=RULE,
        channel=Channel.WECHAT,
        receipt=whole.receipt,
        kind=Kind.PRAISE,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(),
        text="民警帮忙找回了老人",
        place=Place(text="平凉路100号"),
        tier=Tier.COMPLEX,
        part_of=whole.id,
    )
    page.hear(opened)
    # then its page and channel speak of an answer
    sent = dispatched(due(21), due(22)).model_copy(update={"ticket": opened.ticket})
    assert f"答复期限{PROMISED}。" in page.hear(sent)
