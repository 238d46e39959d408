"""What comes and goes: that whatever has a last day has a successor which is there on the next one."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from rulebook.checked import Checked
from rulebook.directory import Directory, Office, Succeeded, in_force
from rulebook.policy import Catalogue, Streets
from rulebook.problems import Problem
from rulebook.source import Trail
from vocabulary import Chinese


def check_successions(checked: Checked) -> Iterator[Problem]:
    """Tell every code that ends and leads nowhere, and every successor that does nothing."""
    departments = checked.model("directory.yaml", Directory).departments
    categories = checked.model("catalogue.csv", Catalogue).categories
    streets = checked.model("streets.csv", Streets).streets
    office = checked.model("office.yaml", Office)
    owners = set(office.owners.values())
    lists: list[tuple[str, str, list[tuple[str, Succeeded]]]] = [
        ("directory.yaml", "departments", [(each.code, each) for each in departments]),
        ("catalogue.csv", "categories", [(each.code, each) for each in categories]),
        ("streets.csv", "streets", [(each.name, each) for each in streets]),
        ("office.yaml", "people", [(each.id, each) for each in office.people]),
    ]
    for file, collection, rows in lists:
        known = dict(rows)
        for index, (code, each) in enumerate(rows):
            needed = collection in ("departments", "categories") or code in owners
            yield from _one(checked, file, (collection, index), code, each, known, needed=needed)


def _one(  # noqa: PLR0913 - a row of a file, and what is asked of it
    checked: Checked,
    file: str,
    row: Trail,
    code: str,
    each: Succeeded,
    known: Mapping[str, Succeeded],
    *,
    needed: bool,
) -> Iterator[Problem]:
    if each.valid_to is None:
        if each.successor is not None:
            expected, step = Chinese("空着：没有截止日期"), Chinese("请补上 valid_to，或者去掉 successor。")
            yield checked.problem(file, (*row, "successor"), each.successor, expected, step)
        return
    if each.successor is None:
        if needed:
            expected, step = Chinese("有截止日期的承接方"), Chinese("请写明由谁承接。")
            yield checked.problem(file, (*row, "successor"), Chinese(f"{code} 没有承接方"), expected, step)
        return
    if in_force(known, each.successor, each.valid_to + timedelta(days=1)) is None:
        expected = Chinese(f"本文件里 {each.valid_to + timedelta(days=1)} 起仍在的一项")
        step = Chinese("请换一项，或者更正它的日期：一路承接下去，最后一项要仍在。")
        yield checked.problem(file, (*row, "successor"), each.successor, expected, step)
