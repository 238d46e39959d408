"""What dispatch does in a lane transaction: fold, and pass refusals at the door on to departments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from chassis.decider import Decider, folding
from chassis.service import Foreign, Heard, Outcome, Say, Turn, Work
from schemas.policy import Policy
from schemas.public import ActionAnswer
from schemas.registry import DISPATCH, department_topic
from schemas.tickets import SubmissionRefused
from services.dispatch import store
from services.dispatch.core.commands import Command
from services.dispatch.core.decide import decide
from services.dispatch.core.evolve import evolve
from services.dispatch.core.rules import Rules, Suggest
from services.dispatch.core.ticket import Ticket
from services.dispatch.reactions import react
from services.dispatch.telling import tell

STATE: Final = TypeAdapter(Ticket)


def work_of(policy: Policy, suggest: Suggest) -> Work:
    """The work of the service under a policy."""

    async def work(turn: Turn, items: Sequence[Heard | Foreign]) -> Outcome:
        rules = Rules(policy, suggest, await store.precedents(turn.connection)) if items else Rules(policy, suggest)
        outcome = await folding(decider(rules))(turn, items)
        passed_on = [said for item in items if isinstance(item, Heard) for said in _passed_on(item)]
        return replace(outcome, says=(*outcome.says, *passed_on))

    return work


def decider(rules: Rules) -> Decider[Ticket, Command]:
    """The pure core under some rules."""
    return Decider(
        topic=DISPATCH,
        state=STATE,
        react=react,
        decide=lambda state, command, cause: decide(state, command, cause.time, rules),
        evolve=evolve,
        tell=lambda state, fact, cause: tell(state, fact, cause.time, rules.policy),
        project=store.keep_precedents,
    )


def _passed_on(item: Heard) -> Sequence[Say]:
    fact = item.message
    if not isinstance(fact, SubmissionRefused) or fact.party.department is None:
        return ()
    answer = ActionAnswer(
        receipt=fact.receipt,
        action=fact.action,
        ticket=fact.ticket,
        code=fact.code,
        field=fact.field,
        reason=fact.reason,
    )
    return (Say(item.lane, department_topic(fact.party.department), fact.receipt, answer, item.cause),)
