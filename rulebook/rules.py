"""What policy decides by itself: automation, grounds, the ladder of escalation, rates, message templates."""

from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from math import sqrt
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from rulebook.base import CategoryCode, Code, Model, Share, Text
from rulebook.codes import Audience, Passing, Role, Step
from rulebook.limits import Count, Span
from schemas.values import Clock, Contacted, Grade, Ruling, Unruled
from vocabulary import NOTHING, Chinese

_Z: Final = 1.959964
"""Standard deviations on either side of a 95 % interval."""


def wilson(right: int, checked: int) -> tuple[float, float]:
    """Wilson's 95 % interval for the share of right ones; nothing is known where nothing was checked."""
    if not checked:
        return 0.0, 1.0
    share, once = right / checked, _Z**2 / checked
    spread = _Z * sqrt((share * (1 - share) + once / 4) / checked)
    return (share + once / 2 - spread) / (1 + once), (share + once / 2 + spread) / (1 + once)


class Proof(Model):
    """Of so many suggestions of a category that a person checked on real calls, so many were right."""

    category: CategoryCode
    checked: Annotated[int, Field(ge=1)]
    right: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _not_more_right_than_checked(self) -> Self:
        if self.right > self.checked:
            raise ValueError(Chinese("不大于 checked 的 right"))
        return self

    @property
    def at_least(self) -> float:
        """The lower end of Wilson's 95 % interval for the share of right ones."""
        return wilson(self.right, self.checked)[0]


class Suggestion(Model):
    """Which suggested categories are dispatched without a person: proved ones, from a score on."""

    threshold: Share
    margin: Share
    floor: Share
    proved: tuple[Proof, ...]
    shown: Count

    def trusts(self, category: str | None, score: float, margin: float) -> bool:
        """Tell whether a suggestion counts without a person."""
        proved = any(each.category == category and each.at_least >= self.floor for each in self.proved)
        return proved and score >= self.threshold and margin >= self.margin


class Check(Model):
    """Which share of what policy dispatches a person checks, and when a category goes back to the desk.

    That is when of its `newest` checks, at least `minimum`, the lower end of Wilson's interval lies below the `floor`.
    """

    share: Share
    floor: Share
    minimum: Annotated[int, Field(ge=1, le=1_000)]
    newest: Annotated[int, Field(ge=1, le=1_000)]

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.newest < self.minimum:
            raise ValueError(Chinese("不小于 minimum 的 newest"))
        if wilson(self.minimum, self.minimum)[0] < self.floor:
            raise ValueError(Chinese("核对满 minimum 件、件件正确时达得到的 floor"))
        return self

    def draws(self, ticket: str) -> bool:
        """Whether a ticket is checked: by its number alone, so that anybody can tell which are."""
        return int.from_bytes(sha256(ticket.encode()).digest()[:8], "big") < self.share * 2**64

    def fails(self, right: int, checked: int) -> bool:
        """Whether so many right ones of the newest checks are too few."""
        return checked >= self.minimum and self.at_least(right, checked) < self.floor

    def at_least(self, right: int, checked: int) -> float:
        """The share of right ones that the checks leave no doubt of: the lower end of Wilson's 95 % interval."""
        return wilson(right, checked)[0]


class Alike(Model):
    """Many callers about one thing: so many, of one category at one place within so many days, are shown to a person.

    Once somebody said that it is not one thing nobody is asked about the like for `quiet_days`.
    """

    callers: Annotated[int, Field(ge=2, le=100)]
    days: Annotated[int, Field(ge=1, le=90)]
    quiet_days: Annotated[int, Field(ge=1, le=365)]


class Automation(Model):
    """Which steps policy passes without a person, and what it points out to one.

    Where `alike` is missing nobody is told of many callers about one thing.
    """

    unit_pass_on: Passing
    survey_office: Passing
    review: Passing
    task_review: Passing
    dispatch: Passing
    suggestion: Suggestion
    check: Check
    alike: Alike | None = None


class Ground(Model):
    """A legal ground that an act must name: its short name, and what it says in full to whom it concerns."""

    code: Code
    name: Text
    text: Text


class ProvableGround(Ground):
    """A ground that can be cited with evidence alone: `proof` says what has to be attached."""

    proof: Text | None = None


class Grounds(Model):
    """The grounds for each act that needs one."""

    return_: tuple[ProvableGround, ...] = Field(alias="return")
    suspension: tuple[ProvableGround, ...]
    extension: tuple[ProvableGround, ...]
    not_accepted: tuple[Ground, ...]
    final_answer: tuple[Ground, ...]
    sent_back: tuple[Ground, ...]
    looking: tuple[Ground, ...]

    def by_act(self) -> Mapping[str, tuple[Ground, ...]]:
        """All grounds by the name of the act that needs them, for whoever has to name one and decides nothing by it."""
        return {info.alias or name: getattr(self, name) for name, info in type(self).model_fields.items()}

    def named(self, code: str) -> Ground | None:
        """Find a ground by its code, whatever act it is for."""
        return next((ground for grounds in self.by_act().values() for ground in grounds if ground.code == code), None)


class Rung(Model):
    """One step of escalation: what brings it about and who orders it.

    It is due when one of the clocks is missed, or when the step `after` was taken `after_count` times (once, unless
    told) and stays unanswered for so long, which is looked at whenever the ticket is pressed or a clock is missed.
    Where it is not automatic, whoever orders it is asked to; whoever orders a harder step may order it too.
    """

    step: Step
    on_breach_of: tuple[Clock, ...] = ()
    after: Step | None = None
    after_count: Count | None = None
    unanswered_for: Span | None = None
    ordered_by: Role
    automatic: bool


class Ladder(Model):
    """How a matter that does not move is escalated."""

    rungs: tuple[Rung, ...]
    follow_ups_that_nudge: Count

    @model_validator(mode="after")
    def _rungs_in_order(self) -> Self:
        if [rung.step for rung in self.rungs] != list(Step):
            raise ValueError(Chinese(f"依次为 {'、'.join(Step)}，各一级"))
        for lower, rung in pairwise((None, *self.rungs)):
            if rung is not None and rung.after not in (None, lower and lower.step):
                raise ValueError(Chinese(f"{rung.step} 之前是 {lower.step if lower else NOTHING}，不是 {rung.after}"))
        return self


class Rates(Model):
    """Which answers and rulings count in the published rates, and with what weight."""

    weights: Mapping[Grade, Share]
    solved: tuple[Ruling, ...]
    solved_base: tuple[Ruling, ...]
    first_contact_left_out: tuple[Contacted, ...]
    decisive_callback: Literal["first", "last"]
    person_rules_on: tuple[Unruled, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        graded = [grade for grade in Grade if grade is not Grade.NOT_RATED]
        if set(self.weights) != set(graded):
            raise ValueError(Chinese(f"{'、'.join(graded)} 每一项的权重"))
        if not set(self.solved) <= set(self.solved_base):
            raise ValueError(Chinese("包含在 solved_base 里的 solved"))
        if set(self.first_contact_left_out) - {Contacted.NOT_RATED}:
            raise ValueError(Chinese(f"只去掉 {Contacted.NOT_RATED}：指标就是由 yes 和 no 得出的"))
        return self


class Template(Model):
    """One message: for whom, its subject and text in jinja2, other wording for some channels."""

    code: Code
    audience: Audience
    at_once: bool = False
    subject: Text
    text: Text
    by_channel: Mapping[Code, Text] = Field(default_factory=dict)


class Pace(Model):
    """How many messages a minute go one way, and how many at once after a pause."""

    per_minute: Annotated[int, Field(ge=1, le=1_000_000)]
    at_once: Annotated[int, Field(ge=1, le=100_000)]


WayName: TypeAlias = Literal["sms", "call", "wechat", "mail", "visitor", "city"]


class Delivery(Model):
    """How often a message is tried, and how long is waited in between: each wait is `factor` times the one before.

    `pace` bounds what leaves by a way, of all workers together; what is beyond it leaves later. Where the other side
    of a way reports what arrived, it has `unknown_after_hours` for it. What did not arrive by a way is told by those
    that stand in `otherwise`, one after the other, as far as that person is reached by them.
    """

    attempts: Count
    first_wait_seconds: Annotated[int, Field(ge=1, le=86_400)]
    factor: Annotated[float, Field(ge=1, le=10)]
    longest_wait_seconds: Annotated[int, Field(ge=1, le=86_400)]
    timeout_seconds: Annotated[int, Field(ge=1, le=120)]
    pace: Mapping[WayName, Pace] = Field(default_factory=dict)
    unknown_after_hours: Mapping[WayName, Annotated[int, Field(ge=1, le=720)]] = Field(default_factory=dict)
    otherwise: Mapping[WayName, tuple[WayName, ...]] = Field(default_factory=dict)

    def wait_after(self, attempt: int) -> float | None:
        """Seconds to wait after so many failed attempts; None when it is given up."""
        if attempt >= self.attempts:
            return None
        return min(self.first_wait_seconds * self.factor ** (attempt - 1), self.longest_wait_seconds)


class Callers(Model):
    """Names by code that those who called are told instead of the house's own."""

    categories: Mapping[CategoryCode, Text] = Field(default_factory=dict)
    departments: Mapping[Code, Text] = Field(default_factory=dict)


class Digest(Model):
    """Several notices in one message: its subject, and how each of them stands in it, in jinja2."""

    subject: Text
    item: Text


class Templates(Model):
    """All message templates, how notices are gathered in one, and how persistently they are delivered."""

    delivery: Delivery
    digest: Digest
    templates: tuple[Template, ...]
