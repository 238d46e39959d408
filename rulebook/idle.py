"""What a policy says and nothing would ever come of: an edit that does nothing is refused, not accepted in silence."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from jinja2 import Environment, TemplateError, TemplateSyntaxError, meta

from rulebook.base import Model
from rulebook.checked import Checked
from rulebook.clocks import CLIMBING, EXTENDABLE, NAMED, NEVER_STILL, OWNERS, PRESSING, TIERS
from rulebook.codes import Audience, OwedBy, Step
from rulebook.directory import Office
from rulebook.limits import Limit, Limits
from rulebook.messages import ALWAYS, DIGEST, ELSEWHERE, LEFT_IN_PEACE, MESSAGES, Message
from rulebook.policy import Catalogue
from rulebook.problems import Problem
from rulebook.rules import Ladder, Rung, Template, Templates
from rulebook.sentences import FILTERS
from rulebook.source import Trail
from schemas.values import Tier
from vocabulary import NOTHING, Chinese

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
        expected = Chinese(f"{'、'.join(sorted(EXTENDABLE))} 至少一个可以延期")
        step = Chinese("请给其中一个写上 extendable: true：没有时限可延，延期就不起作用。")
        yield checked.problem(_LIMITS, ("extension",), Chinese("没有可以延期的时限"), expected, step)


def _one_clock(checked: Checked, row: Trail, limit: Limit) -> Iterator[Problem]:
    if limit.owner not in OWNERS[limit.clock]:
        expected = Chinese(f"{'、'.join(sorted(OWNERS[limit.clock]))}，时限 {limit.clock} 只能归它")
        yield checked.problem(_LIMITS, (*row, "owner"), limit.owner, expected, Chinese("请换一个 owner。"))
    if limit.pauses and limit.clock in NEVER_STILL:
        expected = Chinese(f"false，因为{NEVER_STILL[limit.clock]}")
        yield checked.problem(_LIMITS, (*row, "pauses"), "true", expected, Chinese("请写 pauses: false。"))
    if limit.extendable and limit.clock not in EXTENDABLE:
        expected = Chinese(f"false：只有 {'、'.join(sorted(EXTENDABLE))} 可以申请延期")
        yield checked.problem(_LIMITS, (*row, "extendable"), "true", expected, Chinese("请写 extendable: false。"))
    if limit.named_date and limit.clock not in NAMED:
        expected = Chinese(f"false：只有 {'、'.join(sorted(NAMED))} 约定日期")
        yield checked.problem(_LIMITS, (*row, "named_date"), "true", expected, Chinese("请去掉 named_date。"))


def _tiers_of(limit: Limit) -> frozenset[Tier]:
    return TIERS.get(limit.clock, frozenset(Tier))


def _tiers(
    checked: Checked, path: Trail, by_tier: Mapping[Tier, object], usual: str, known: frozenset[Tier]
) -> Iterator[Problem]:
    for tier in by_tier:
        if tier not in known:
            expected = Chinese(f"空着：这个时限只用于 {'、'.join(sorted(known))}")
            yield checked.problem(_LIMITS, (*path, tier.value), tier, expected, Chinese(f"请去掉 {tier}。"))
    if known <= set(by_tier):
        expected = Chinese(f"至少留一档用 {usual}")
        step = Chinese(f"请去掉与 {usual} 相同的一档，或者把最长的一档写到 {usual}。")
        yield checked.problem(_LIMITS, path, Chinese("每一档都写了"), expected, step)


def _people(checked: Checked) -> Iterator[Problem]:
    office = checked.model("office.yaml", Office)
    for index, person in enumerate(office.people):
        if not person.roles and person.id not in office.owners.values():
            expected = Chinese("有职责，或者在 owners 里负责一个时限")
            step = Chinese(f"请给 {person.id} 一项职责，或者去掉这个人。")
            yield checked.problem("office.yaml", ("people", index, "roles"), NOTHING, expected, step)


def _owners(checked: Checked) -> Iterator[Problem]:
    owed = {limit.clock: limit.owner for limit in checked.model(_LIMITS, Limits).clocks}
    for clock in checked.model("office.yaml", Office).owners:
        if owed[clock] is not OwedBy.OFFICE:
            expected = Chinese(f"在 limits.yaml 里归 office 的时限；{clock} 归 {owed[clock]}")
            step = Chinese(f"请从 owners 里去掉 {clock}，或者在 limits.yaml 里写 owner: office。")
            yield checked.problem("office.yaml", ("owners", clock.value), clock, expected, step)


# --- ladder.yaml -----------------------------------------------------------------------------------------------------


def _rungs(checked: Checked) -> Iterator[Problem]:
    for index, rung in enumerate(checked.model(_LADDER, Ladder).rungs):
        row: Trail = ("rungs", index)
        can = PRESSING if rung.step is Step.NUDGE else CLIMBING
        for place, clock in enumerate(rung.on_breach_of):
            if clock not in can:
                expected = Chinese(f"{'、'.join(sorted(can))} 之一")
                step = Chinese("请去掉：它到期即止，或者这一级上它的逾期不归牵头单位。")
                yield checked.problem(_LADDER, (*row, "on_breach_of", place), clock, expected, step)
        yield from _waits_for_nothing(checked, row, rung)


def _waits_for_nothing(checked: Checked, row: Trail, rung: Rung) -> Iterator[Problem]:
    if rung.after is not None:
        return
    for name, value in (("after_count", rung.after_count), ("unanswered_for", rung.unanswered_for)):
        if value is not None:
            expected = Chinese(f"空着：{rung.step} 之前没有别的一级")
            yield checked.problem(_LADDER, (*row, name), name, expected, Chinese(f"请去掉 {name}，或者写明 after。"))
    if rung.automatic and not rung.on_breach_of:
        expected = Chinese(f"false：没有什么会引起 {rung.step}")
        step = Chinese("请写 automatic: false，或者写明哪些时限逾期引起它。")
        yield checked.problem(_LADDER, (*row, "automatic"), "true", expected, step)


# --- templates.yaml --------------------------------------------------------------------------------------------------


def _elsewhere(checked: Checked) -> Iterator[Problem]:
    for way, others in checked.model(_TEMPLATES, Templates).delivery.otherwise.items():
        for place, other in enumerate(others):
            if other not in ELSEWHERE[way]:
                can = sorted(ELSEWHERE[way])
                expected = Chinese(f"{'、'.join(can)} 之一") if can else Chinese("空着")
                step = Chinese(f"请去掉 {other}：{way} 送不到的人，没有一个能用它送到。")
                path = ("delivery", "otherwise", way, place)
                yield checked.problem(_TEMPLATES, path, other, expected, step)


def _messages(checked: Checked) -> Iterator[Problem]:
    yield from _elsewhere(checked)
    digest = checked.model(_TEMPLATES, Templates).digest
    for part, text in (("subject", digest.subject), ("item", digest.item)):
        yield from _one_text(checked, ("digest", part), text, DIGEST[part])
    for index, template in enumerate(checked.templates):
        row: Trail = ("templates", index)
        message = MESSAGES.get(template.code)
        if message is None:
            step = Chinese(f"请更正代码，或者去掉这个模板。消息有 {'、'.join(sorted(MESSAGES))}。")
            yield checked.problem(_TEMPLATES, (*row, "code"), template.code, Chinese("会发出的消息"), step)
        else:
            yield from _one_message(checked, row, template, message)


def _one_message(checked: Checked, row: Trail, template: Template, message: Message) -> Iterator[Problem]:
    if template.audience is not message.audience:
        step = Chinese(f"请写 audience: {message.audience}。")
        yield checked.problem(
            _TEMPLATES, (*row, "audience"), template.audience, Chinese(f"{message.audience}，这条消息发给它"), step
        )
    if template.at_once and message.audience not in LEFT_IN_PEACE:
        expected = Chinese(f"false：对 {message.audience} 本来就是立即告知")
        yield checked.problem(_TEMPLATES, (*row, "at_once"), "true", expected, Chinese("请去掉 at_once。"))
    for way in template.by_channel:
        if way not in message.ways:
            expected = Chinese(f"{'、'.join(sorted(message.ways))} 之一，这条消息由此发出")
            yield checked.problem(_TEMPLATES, (*row, "by_channel", way), way, expected, Chinese(f"请去掉 {way}。"))
    if message.ways <= set(template.by_channel):
        expected = Chinese("至少留一种方式用 text")
        step = Chinese("请把其中一种的文字写到 text。")
        yield checked.problem(_TEMPLATES, (*row, "by_channel"), Chinese("每种方式都写了"), expected, step)
    texts: dict[Trail, str] = {("subject",): template.subject, ("text",): template.text}
    texts |= {("by_channel", channel): text for channel, text in template.by_channel.items()}
    for part, text in texts.items():
        yield from _one_text(checked, (*row, *part), text, ALWAYS | message.variables)
    if message.audience is Audience.CITY and not _is_a_document(template.text, message):
        expected = Chinese("一个 JSON 对象，填什么都是")
        step = Chinese("请核对引号和括号，变量一律写成 {{ … | tojson }}。")
        yield checked.problem(_TEMPLATES, (*row, "text"), template.text, expected, step)


def _is_a_document(text: str, message: Message) -> bool:
    """Whether a machine can read what is said, whatever fills it; a text that is no template is told elsewhere."""
    worst = dict.fromkeys(ALWAYS | message.variables, '"}\n')
    try:
        return isinstance(json.loads(_ENVIRONMENT.from_string(text).render(worst)), dict)
    except TemplateError:
        return True
    except ValueError:
        return False


def _one_text(checked: Checked, path: Trail, text: str, filled: frozenset[str]) -> Iterator[Problem]:
    try:
        used = meta.find_undeclared_variables(_ENVIRONMENT.parse(text))
    except TemplateSyntaxError as error:
        found, step = text.splitlines()[error.lineno - 1].strip(), Chinese("请核对大括号。")
        yield checked.problem(_TEMPLATES, path, found, Chinese("jinja2 能读的模板"), step)
        return
    for name in sorted(used - filled):
        expected = Chinese(f"{'、'.join(sorted(filled))} 之一")
        yield checked.problem(_TEMPLATES, path, name, expected, Chinese("请用这条消息会填写的变量。"))


# --- catalogue.csv ---------------------------------------------------------------------------------------------------


def _categories(checked: Checked) -> Iterator[Problem]:
    for index, category in enumerate(checked.model(_CATALOGUE, Catalogue).categories):
        row: Trail = ("categories", index)
        named_before = {category.lead}
        for name, codes in (("supporting", category.supporting), ("consulted", category.consulted)):
            for code in codes:
                if code in named_before:
                    found = Chinese(f"第二个 {code}")
                    expected = Chinese("每个单位一次，不含牵头单位")
                    yield checked.problem(
                        _CATALOGUE, (*row, name), found, expected, Chinese(f"请从 {name} 里去掉 {code}。")
                    )
                named_before.add(code)
        for keyword in category.keywords:
            if len(keyword) == 1 or unicodedata.normalize("NFKC", keyword) != keyword:
                expected = Chinese("两个字以上，数字、字母和标点用半角")
                step = Chinese(f"请改写或者去掉 {keyword}：一个字不算分量，全角的合不上。")
                yield checked.problem(_CATALOGUE, (*row, "keywords"), keyword, expected, step)


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
                yield checked.problem(file, path, Chinese(f"两个 {word}"), Chinese("每项一次"), Chinese("请去掉一个。"))
            for index, part in enumerate(value):
                yield from _twice(checked, file, (*path, index), part)
        case _:
            return
