"""How things are called towards those who called: known codes only, and none of the words that they never hear."""

from collections.abc import Iterator, Mapping
from typing import Final

from rulebook.checked import Checked
from rulebook.codes import Audience
from rulebook.directory import Directory
from rulebook.policy import Catalogue
from rulebook.problems import Problem
from rulebook.rules import Callers, Template
from rulebook.source import Trail
from vocabulary import Chinese

NEVER: Final = (
    *("扬言", "极端行为", "聚众", "群体事件", "涉黄"),
    *("诉求过高", "缠访", "闹访", "涉稳", "稳控", "重点人员"),
)
"""Words by which the house sorts people and matters, which nobody who called for help may read of themselves."""

_FILE: Final = "callers.yaml"


def check_callers(checked: Checked) -> Iterator[Problem]:
    """Tell which names for callers are of nothing, and what those who called would be told and must not."""
    callers, directory = checked.model(_FILE, Callers), checked.model("directory.yaml", Directory)
    categories = {each.code: each.name for each in checked.model("catalogue.csv", Catalogue).categories}
    bodies = {each.code: each.name for each in directory.departments}
    bodies |= {each.code: each.name for each in directory.outside}
    for field, known, file in (
        ("categories", categories, "catalogue.csv"),
        ("departments", bodies, "directory.yaml"),
    ):
        given: Mapping[str, str] = getattr(callers, field)
        for code in given.keys() - known.keys():
            yield checked.problem(_FILE, (field, code), code, Chinese(f"{file} 里的代码"), Chinese("请更正代码。"))
        for code, name in known.items():
            yield from _unfit(checked, _FILE, (field, code), given.get(code, name))
    for index, template in enumerate(checked.templates):
        if template.audience is Audience.REQUESTER:
            for part, text in _texts(template).items():
                yield from _unfit(checked, "templates.yaml", ("templates", index, *part), text)


def _unfit(checked: Checked, file: str, path: Trail, said: str) -> Iterator[Problem]:
    for word in NEVER:
        if word in said:
            step = Chinese(f"请不用“{word}”：对来电人的另一个说法写在 {_FILE} 里。")
            yield checked.problem(file, path, said, Chinese(f"对来电人的说法，不含“{word}”"), step)


def _texts(template: Template) -> Mapping[Trail, str]:
    texts: dict[Trail, str] = {("subject",): template.subject, ("text",): template.text}
    return texts | {("by_channel", channel): text for channel, text in template.by_channel.items()}
