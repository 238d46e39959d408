"""What a policy says and nothing would ever come of: an edit that does nothing is refused, not accepted in silence."""

from collections.abc import Iterator, Mapping
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, meta

from rulebook.base import Model
from rulebook.checked import Checked
from rulebook.clocks import CLIMBING, EXTENDABLE, NAMED, NEVER_STILL, OWNERS, PRESSING, TIERS
from rulebook.codes import OwedBy, Step
from rulebook.directory import Office
from rulebook.limits import Limit, Limits
from rulebook.messages import ALWAYS, DIGEST, LEFT_IN_PEACE, MESSAGES, Message
from rulebook.policy import Catalogue
from rulebook.problems import Problem
from rulebook.rules import Ladder, Rung, Template, Templates
from rulebook.sentences import FILTERS
from rulebook.source import Trail
from schemas.values import Tier

_LIMITS, _LADDER, _TEMPLATES, _CATALOGUE = "limits.yaml", "ladder.yaml", "templates.yaml", "catalogue.csv"
_ENVIRONMENT: Final = Environment(autoescape=False)  # noqa: S701 - text messages
_ENVIRONMENT.filters.update(FILTERS)


def idle(checked: Checked) -> Iterator[Problem]:
    """Tell every line of a policy that would do nothing."""
    yield from _clocks(checked)
    yield from _people(checked)
    yield from _owners(checked)
    yield from _rungs(checked)
    yield from _messages(checked)
    yield from _categories(checked)
    for file, model in checked.models.items():
        yield from _twice(checked, file, (), model)


# --- limits.yaml, office.yaml ----------------------------------------------------------------------------------------


def _clocks(checked: Checked) -> Iterator[Problem]:
    limits = checked.model(_LIMITS, Limits)
    for index, limit in enumerate(limits.clocks):
        row: Trail = ("clocks", index)
        yield from _one_clock(checked, row, limit)
        yield from _tiers(checked, (*row, "by_tier"), limit.by_tier, "budget", _tiers_of(limit))
        yield from _tiers(checked, (*row, "due_soon_by_tier"), limit.due_soon_by_tier, "due_soon", _tiers_of(limit))
    yield from _tiers(checked, ("extension", "by_tier"), limits.extension.by_tier, "span", frozenset(Tier))
    if not any(limit.extendable for limit in limits.clocks):
        expected = f"{' or '.join(sorted(EXTENDABLE))} to be extendable"
        step = "Write extendable: true for one of them: an extension that no clock takes does nothing."
        yield checked.problem(_LIMITS, ("extension",), "no clock that can be extended", expected, step)


def _one_clock(checked: Checked, row: Trail, limit: Limit) -> Iterator[Problem]:
    if limit.owner not in OWNERS[limit.clock]:
        expected = f"{' or '.join(sorted(OWNERS[limit.clock]))}, whose the clock {limit.clock} can be"
        yield checked.problem(_LIMITS, (*row, "owner"), limit.owner, expected, "Name another owner.")
    if limit.pauses and limit.clock in NEVER_STILL:
        expected = f"false, for {NEVER_STILL[limit.clock]}"
        yield checked.problem(_LIMITS, (*row, "pauses"), "true", expected, "Write pauses: false.")
    if limit.extendable and limit.clock not in EXTENDABLE:
        expected = f"false, for more time is asked only for {', '.join(sorted(EXTENDABLE))}"
        yield checked.problem(_LIMITS, (*row, "extendable"), "true", expected, "Write extendable: false.")
    if limit.named_date and limit.clock not in NAMED:
        expected = f"false, for a date is named only for {', '.join(sorted(NAMED))}"
        yield checked.problem(_LIMITS, (*row, "named_date"), "true", expected, "Take named_date out.")


def _tiers_of(limit: Limit) -> frozenset[Tier]:
    return TIERS.get(limit.clock, frozenset(Tier))


def _tiers(
    checked: Checked, path: Trail, by_tier: Mapping[Tier, object], usual: str, known: frozenset[Tier]
) -> Iterator[Problem]:
    for tier in by_tier:
        if tier not in known:
            expected = f"none, for this clock runs only for {', '.join(sorted(known))}"
            yield checked.problem(_LIMITS, (*path, tier.value), tier, expected, f"Take {tier} out.")
    if known <= set(by_tier):
        expected = f"at least one tier for which {usual} stands"
        step = f"Take out a tier that is like {usual}, or put the longest one there."
        yield checked.problem(_LIMITS, path, "every tier", expected, step)


def _people(checked: Checked) -> Iterator[Problem]:
    office = checked.model("office.yaml", Office)
    for index, person in enumerate(office.people):
        if not person.roles and person.id not in office.owners.values():
            expected = "a role, or a clock to answer for under owners"
            step = f"Give {person.id} a role, or take the person out."
            yield checked.problem("office.yaml", ("people", index, "roles"), "no role", expected, step)


def _owners(checked: Checked) -> Iterator[Problem]:
    owed = {limit.clock: limit.owner for limit in checked.model(_LIMITS, Limits).clocks}
    for clock in checked.model("office.yaml", Office).owners:
        if owed[clock] is not OwedBy.OFFICE:
            expected = f"only clocks whose owner in limits.yaml is office; that of {clock} is {owed[clock]}"
            step = f"Take {clock} out of owners, or write owner: office in limits.yaml."
            yield checked.problem("office.yaml", ("owners", clock.value), clock, expected, step)


# --- ladder.yaml -----------------------------------------------------------------------------------------------------


def _rungs(checked: Checked) -> Iterator[Problem]:
    for index, rung in enumerate(checked.model(_LADDER, Ladder).rungs):
        row: Trail = ("rungs", index)
        can = PRESSING if rung.step is Step.NUDGE else CLIMBING
        for place, clock in enumerate(rung.on_breach_of):
            if clock not in can:
                expected = f"one of {', '.join(sorted(can))}"
                step = "Take it out: it lapses, or its lateness is not the lead's to answer for on this rung."
                yield checked.problem(_LADDER, (*row, "on_breach_of", place), clock, expected, step)
        yield from _waits_for_nothing(checked, row, rung)


def _waits_for_nothing(checked: Checked, row: Trail, rung: Rung) -> Iterator[Problem]:
    if rung.after is not None:
        return
    for name, value in (("after_count", rung.after_count), ("unanswered_for", rung.unanswered_for)):
        if value is not None:
            expected = f"nothing where {rung.step} comes after no other step"
            yield checked.problem(_LADDER, (*row, name), name, expected, f"Take {name} out, or say after what.")
    if rung.automatic and not rung.on_breach_of:
        expected = f"false where nothing brings about {rung.step}"
        step = "Write automatic: false, or name the clocks whose breach brings it about."
        yield checked.problem(_LADDER, (*row, "automatic"), "true", expected, step)


# --- templates.yaml --------------------------------------------------------------------------------------------------


def _messages(checked: Checked) -> Iterator[Problem]:
    digest = checked.model(_TEMPLATES, Templates).digest
    for part, text in (("subject", digest.subject), ("item", digest.item)):
        yield from _one_text(checked, ("digest", part), text, DIGEST[part])
    for index, template in enumerate(checked.templates):
        row: Trail = ("templates", index)
        message = MESSAGES.get(template.code)
        if message is None:
            step = f"Correct the code, or take the template out. Messages are {', '.join(sorted(MESSAGES))}."
            yield checked.problem(_TEMPLATES, (*row, "code"), template.code, "a message that somebody sends", step)
        else:
            yield from _one_message(checked, row, template, message)


def _one_message(checked: Checked, row: Trail, template: Template, message: Message) -> Iterator[Problem]:
    if template.audience is not message.audience:
        step = f"Write audience: {message.audience}."
        yield checked.problem(_TEMPLATES, (*row, "audience"), template.audience, message.audience, step)
    if template.at_once and message.audience not in LEFT_IN_PEACE:
        expected = f"false, for {message.audience} is told at once anyway"
        yield checked.problem(_TEMPLATES, (*row, "at_once"), "true", expected, "Take at_once out.")
    for way in template.by_channel:
        if way not in message.ways:
            expected = f"one of {', '.join(sorted(message.ways))}, by which the message goes"
            yield checked.problem(_TEMPLATES, (*row, "by_channel", way), way, expected, f"Take {way} out.")
    if message.ways <= set(template.by_channel):
        expected = "at least one way for which text stands"
        step = "Put the wording of one of them into text."
        yield checked.problem(_TEMPLATES, (*row, "by_channel"), "every way", expected, step)
    texts: dict[Trail, str] = {("subject",): template.subject, ("text",): template.text}
    texts |= {("by_channel", channel): text for channel, text in template.by_channel.items()}
    for part, text in texts.items():
        yield from _one_text(checked, (*row, *part), text, ALWAYS | message.variables)


def _one_text(checked: Checked, path: Trail, text: str, filled: frozenset[str]) -> Iterator[Problem]:
    try:
        used = meta.find_undeclared_variables(_ENVIRONMENT.parse(text))
    except TemplateSyntaxError as error:
        yield checked.problem(_TEMPLATES, path, error.message, "a jinja2 template", "Correct the braces.")
        return
    for name in sorted(used - filled):
        expected = f"one of {', '.join(sorted(filled))}"
        yield checked.problem(_TEMPLATES, path, name, expected, "Use a variable that this message fills.")


# --- catalogue.csv ---------------------------------------------------------------------------------------------------


def _categories(checked: Checked) -> Iterator[Problem]:
    for index, category in enumerate(checked.model(_CATALOGUE, Catalogue).categories):
        row: Trail = ("categories", index)
        told = {category.lead}
        for name, codes in (("supporting", category.supporting), ("consulted", category.consulted)):
            for code in codes:
                if code in told:
                    found = f"{code} again"
                    expected = "each department once, and not the one that leads"
                    yield checked.problem(_CATALOGUE, (*row, name), found, expected, f"Take {code} out of {name}.")
                told.add(code)


# --- everywhere ------------------------------------------------------------------------------------------------------


def _twice(checked: Checked, file: str, path: Trail, value: object) -> Iterator[Problem]:
    """What a list says twice counts once."""
    match value:
        case Model():
            for name, info in type(value).model_fields.items():
                yield from _twice(checked, file, (*path, info.alias or name), getattr(value, name))
        case Mapping():
            for key, part in value.items():
                yield from _twice(checked, file, (*path, str(key)), part)
        case tuple():
            words = [part for part in value if isinstance(part, str)]
            for word in sorted({word for word in words if words.count(word) > 1}):
                yield checked.problem(file, path, f"{word} twice", "each once", "Take one of them out.")
            for index, part in enumerate(value):
                yield from _twice(checked, file, (*path, index), part)
        case _:
            return
