"""What `policy validate`, `verify` and every refusal at a terminal say is Chinese, but for what one types or looks up.

Sentences are found by the classes that carry them. A detail or a problem can be made of nothing but `Chinese`, which
mypy sees to. Here each one that is written anywhere is looked at, whether or not some test makes the system say it.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import pytest
from pydantic import BaseModel
from typer.main import get_command

from liuhen.cli import build
from rulebook import codes
from rulebook.policy import FILES
from schemas import values
from schemas.registry import topics
from tools.local.plan import service_names
from vocabulary.expected import EXPECTED
from worktime.notices import Notice

ROOT: Final = Path(__file__).resolve().parents[2]
HOUSES: Final = ("rulebook", "worktime", "vocabulary", "tools", "liuhen", "classification", "services")
HAN: Final = re.compile("[\u4e00-\u9fff]")
WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
PART: Final = re.compile(r"\{[a-z_.:,>0-9]*\}")
FORMATS: Final = {
    "UTF-8",
    "JSON",
    "YAML",
    "YYYY-MM-DD",
    "Debian",
    "jinja2",
    "tojson",
    "true",
    "false",
    "policy",
    "schema",
}
PROGRAMS: Final = {"liuhen", "make", "setup", "Kafka", "PostgreSQL", "postgresql", "http", "run", "env"}
KEYS: Final = {"day", "moves", "encoding", "ce_type", "parked", "master-key", "w-01", "T15", "T00", "h", "d"}
"""Keys, kinds and examples that commands take, and which stand in no model of the policy."""
SQL: Final = {"ALTER", "ROLE", "NOSUPERUSER", "NOREPLICATION", "NOBYPASSRLS"}
LOOKED_UP: Final = re.compile(r"LIUHEN(_[A-Z]+)+")
_KINDS: Final = {
    "str": "string",
    "tuple": "tuple",
    "dict": "dict",
    "model": "model",
    "enum": "enum",
    "literal": "literal_error",
}
VALUES: Final = _KINDS | {kind: kind for kind in ("int", "float", "bool", "date", "datetime", "time")}

SPEAKS: Final[Mapping[str, tuple[int, ...]]] = {
    "Chinese": (0,),
    "SaidClearly": (0,),
    "NoticeError": (2, 3),
    "TextColumn": (0,),
}
"""What carries sentences to operators, and which of its arguments are sentences."""


class Written(NamedTuple):
    """A sentence as it is written, with `{}` for each of its parts; None where it is made elsewhere."""

    speaker: str
    where: str
    text: str | None


def name_of(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def core_kinds() -> set[str]:
    """The kinds of values that the models of a policy are made of, by what pydantic calls them."""
    found: set[str] = set()
    waiting: list[Any] = [model.__pydantic_core_schema__ for model in FILES.values()]
    while waiting:
        match waiting.pop():
            case dict() as schema:
                found |= {str(schema.get("type"))} & {*VALUES}
                waiting += schema.values()
            case list() | tuple() as several:
                waiting += several
            case _:
                pass
    return {VALUES[kind] for kind in found}


def texts_of(node: ast.expr) -> Iterator[str | None]:
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr():
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield "".join(map(str, parts))
        case ast.IfExp():
            yield from texts_of(node.body)
            yield from texts_of(node.orelse)
        case _:
            yield None


def written(source: str, where: str) -> Iterator[Written]:
    """Find each sentence in a module."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        for place in SPEAKS.get(name_of(node), ()):
            for text in texts_of(node.args[place]) if place < len(node.args) else ():
                yield Written(name_of(node), f"{where}:{node.lineno}", text)


def _all() -> Iterator[Written]:
    for house in HOUSES:
        for file in sorted((ROOT / house).rglob("*.py")):
            yield from written(file.read_text("utf-8"), str(file.relative_to(ROOT)))


def _fields(annotation: Any) -> Iterator[str]:
    """The names of all fields in a type, and in those that it is made of."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            yield info.alias or name
            yield from _fields(info.annotation)
    for part in get_args(annotation):
        yield from _fields(part)


def _commands(command: Any) -> Iterator[str]:
    yield from (option.lstrip("-") for each in command.params for option in each.opts)
    for name, below in getattr(command, "commands", {}).items():
        yield name
        yield from _commands(below)


def _typed() -> frozenset[str]:
    """What an operator types or looks up: files and their fields, codes, topics, services, commands, formats."""
    found = {*FORMATS, *PROGRAMS, *KEYS, *SQL, *FILES, *(Path(file).stem for file in FILES), *service_names()}
    found |= {topic.name for topic in topics(())}
    found |= {name for model in (*FILES.values(), Notice) for name in _fields(model)}
    kinds = (each for module in (codes, values) for each in vars(module).values() if inspect.isclass(each))
    found |= {str(each.value) for kind in kinds if issubclass(kind, Enum) for each in kind}
    return frozenset(found | {*_commands(get_command(build()))})


TYPED: Final = _typed()


def english_in(text: str) -> list[str]:
    """The English of a sentence that its reader neither types nor looks up; its parts are left out."""
    bare = PART.sub("", text)
    if WORD.search(bare) and not HAN.search(bare):
        return [text]
    return [
        word for word in WORD.findall(bare) if not {word, *word.split(".")} & TYPED and not LOOKED_UP.fullmatch(word)
    ]


@pytest.mark.parametrize("speaker", SPEAKS)
def test_each_sentence_is_chinese(speaker: str) -> None:
    said = [each for each in _all() if each.speaker == speaker and each.text is not None]

    assert said
    assert {each.where: found for each in said if (found := english_in(str(each.text)))} == {}


def test_what_is_marked_as_a_sentence_stands_where_it_is_marked() -> None:
    """Otherwise it could be anything; what fills a sentence's parts is the one that makes one of another."""
    elsewhere = {each.where.partition(":")[0] for each in _all() if each.text is None and each.speaker == "Chinese"}

    assert elsewhere == {"vocabulary/chinese.py"}


def test_a_rule_of_the_policy_says_in_a_sentence_what_it_expects() -> None:
    for file in sorted((ROOT / "rulebook").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and name_of(node.exc) == "ValueError":
                (said,) = node.exc.args
                assert isinstance(said, ast.Call), f"{file.name}:{node.lineno}"
                assert name_of(said) == "Chinese", f"{file.name}:{node.lineno}"


def test_what_a_problem_finds_is_what_stands_there_or_a_sentence() -> None:
    for file in sorted((ROOT / "rulebook").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node) == "problem":
                for text in texts_of(node.args[2]):
                    assert text is None or text in TYPED or WORD.search(PART.sub("", text)) is None, file.name


@pytest.mark.parametrize("kind", sorted(core_kinds()))
def test_each_kind_of_value_in_a_policy_has_a_word_for_what_is_expected(kind: str) -> None:
    assert kind in EXPECTED


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ('Chinese(f"{name} was recorded twice")', ["{} was recorded twice"]),
        ('Chinese(f"{name} 没有 owner 这个 responsible")', ["responsible"]),
        ('SaidClearly("no such file" if gone else "没有这个文件")', ["no such file"]),
        ('NoticeError(file, "days", "each date once", "第二个")', ["each date once"]),
    ],
)
def test_a_new_english_one_is_found(source: str, english: list[str]) -> None:
    assert [word for each in written(source, "x") for word in english_in(str(each.text))] == english


def test_what_verify_promises_is_said_in_chinese_alone() -> None:
    said = [
        node.value
        for file in sorted((ROOT / "tools" / "verify").glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value)
    ]
    assert said
    assert [text for text in said if re.search(r"\([a-z]+ ", text)] == []
