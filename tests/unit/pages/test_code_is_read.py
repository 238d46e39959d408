"""The page of facts follows functions through their sources, in reading order."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tools.pages import code
from tools.pages.code import keywords, made, place_of, texts

PACKAGE: Final = __name__


class Fact:
    def __init__(self, **values: object) -> None:
        self.values = values


class First(Fact):
    pass


class Second(Fact):
    pass


class Third(Fact):
    pass


def says(*, well: bool) -> Iterator[Fact]:
    yield First(at="first")
    if well:
        yield from goes_on()
    yield First(of="again")


def goes_on() -> Iterator[Fact]:
    yield Second(at="second")
    yield from says(well=False)


def makes_a_local_one(third: type[Fact]) -> Fact:
    goes_on = third
    return goes_on(at="nowhere")


TABLE: Final[dict[str, Callable[[], Fact]]] = {
    "in a table": lambda: Third(at="third"),
}


def test_what_a_function_makes_is_found_through_what_it_uses_and_each_function_is_read_once() -> None:
    found = made(says, PACKAGE, Fact)

    assert [(each.kind, each.function) for each in found] == [(First, "says"), (Second, "goes_on"), (First, "says")]
    assert [each.place.path.name for each in found] == ["test_code_is_read.py"] * 3
    assert [each.place.line - inspect.getsourcelines(says)[1] for each in found[::2]] == [1, 4]


def test_functions_of_other_packages_are_not_read() -> None:
    assert [each.kind for each in made(says, "elsewhere", Fact)] == [First, First]


def test_a_local_name_is_not_taken_for_one_of_the_module() -> None:
    assert made(makes_a_local_one, PACKAGE, Fact) == []


def test_a_function_without_a_name_has_a_place_and_a_source() -> None:
    in_table = TABLE["in a table"]

    assert [each.kind for each in made(in_table, PACKAGE, Fact)] == [Third]
    assert place_of(in_table).line == inspect.getsourcelines(makes_a_local_one)[1] + 6


def test_texts_and_keywords_are_found() -> None:
    assert texts(says, PACKAGE) == ["first", "second", "again"]
    assert keywords(says, PACKAGE, First) == ["at", "of"]


def test_what_has_no_source_is_refused() -> None:
    with pytest.raises(TypeError, match="no function"):
        place_of(len)


def test_a_place_is_a_link_from_a_page() -> None:
    place = place_of(code.SourceLine)

    assert place.link == f"[code.py:{place.line}](../tools/pages/code.py#L{place.line})"
