"""How things are called towards those who called: known codes only, and none of the words that they never hear."""

from collections.abc import Iterator, Mapping
from typing import Final

from rulebook.checked import Checked
from rulebook.codes import Audience
from rulebook.directory import Directory
from rulebook.policy import Catalogue
from rulebook.problems import Problem
from rulebook.rules import Template, Templates
from rulebook.source import Trail

NEVER: Final = (
    *("扬言", "极端行为", "聚众", "群体事件", "涉黄"),
    *("诉求过高", "缠访", "闹访", "涉稳", "稳控", "重点人员"),
)
"""Words by which the house sorts people and matters, which nobody who called for help may read of themselves."""

_FILE: Final = "templates.yaml"


def check_callers(checked: Checked) -> Iterator[Problem]:
    """Tell what `callers` of the templates names in vain, and what those who called would be told and must not."""
    templates, directory = checked.model(_FILE, Templates), checked.model("directory.yaml", Directory)
    categories = {each.code: each.name for each in checked.model("catalogue.csv", Catalogue).categories}
    bodies = {each.code: each.name for each in directory.departments}
    bodies |= {each.code: each.name for each in directory.outside}
    for field, known, file in (
        ("categories", categories, "catalogue.csv"),
        ("departments", bodies, "directory.yaml"),
    ):
        given: Mapping[str, str] = getattr(templates.callers, field)
        for code in given.keys() - known.keys():
            yield checked.problem(_FILE, ("callers", field, code), code, f"a code of {file}", "Correct the code.")
        for code, name in known.items():
            yield from _unfit(checked, ("callers", field, code), given.get(code, name))
    for index, template in enumerate(templates.templates):
        if template.audience is Audience.REQUESTER:
            for part, text in _texts(template).items():
                yield from _unfit(checked, ("templates", index, *part), text)


def _unfit(checked: Checked, path: Trail, said: str) -> Iterator[Problem]:
    for word in NEVER:
        if word in said:
            step = f"Say it without {word}; another name for callers stands under {'.'.join(map(str, path[:2]))}."
            yield checked.problem(_FILE, path, said, f"words for callers, without {word}", step)


def _texts(template: Template) -> Mapping[Trail, str]:
    texts: dict[Trail, str] = {("subject",): template.subject, ("text",): template.text}
    return texts | {("by_channel", channel): text for channel, text in template.by_channel.items()}
