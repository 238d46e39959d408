"""From a directory of files to one policy, or to everything that is wrong with it."""

import hashlib
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from pydantic import ValidationError

from rulebook.base import Model
from rulebook.checked import Checked
from rulebook.checks import cross_check
from rulebook.directory import Succeeded
from rulebook.expected import expected_of
from rulebook.idle import idle
from rulebook.policy import FILES, Catalogue, Manifest, Policy, Streets, Units
from rulebook.problems import PolicyError, Problem
from rulebook.rules import Callers, Templates
from rulebook.source import Source, Trail, read_csv, read_yaml
from vocabulary import NOTHING, Chinese

HASH_LENGTH = 8


_LATER: Final = ("proof",)
"""Columns that tables of earlier policies do not have."""


def load_policy(directory: Path) -> Policy:
    """Load the policy of a directory.

    Raises PolicyError with every problem of every file.
    """
    checked, problems = _check(directory)
    if checked is None or problems:
        raise PolicyError(problems)
    manifest = checked.model("policy.yaml", Manifest)
    parts: dict[str, Any] = {
        "categories": checked.model("catalogue.csv", Catalogue).categories,
        "streets": checked.model("streets.csv", Streets).streets,
        "units": checked.model("units.csv", Units).units,
        "templates": checked.templates,
        "delivery": checked.model("templates.yaml", Templates).delivery,
        "digest": checked.model("templates.yaml", Templates).digest,
        "callers": checked.model("callers.yaml", Callers),
        **{name: checked.models[f"{name}.yaml"] for name in _WHOLE},
    }
    version = f"{manifest.version}+{content_hash(directory)}"
    return Policy(
        name=manifest.name, version=version, area=manifest.area, progress_page=manifest.progress_page, **parts
    )


_WHOLE = ("directory", "limits", "office", "duty", "automation", "stop_words", "grounds", "ladder", "rates")


def validate(directory: Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with the policy of a directory, file by file and line by line."""
    return _check(directory)[1]


def content_hash(directory: Path) -> str:
    """Return a short hash of all that the policy consists of, whatever the files' dates and order."""
    digest = hashlib.sha256()
    for name in sorted(FILES):
        content = (directory / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:HASH_LENGTH]


def _check(directory: Path) -> tuple[Checked | None, tuple[Problem, ...]]:
    models: dict[str, Model] = {}
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for name, model in FILES.items():
        try:
            source = _read(directory / name, name, model)
            models[name] = _fit(source, model)
            sources[name] = source
        except PolicyError as error:
            problems.extend(error.problems)
    if problems:
        return None, tuple(problems)
    checked = Checked(models, sources)
    return checked, (*cross_check(checked), *idle(checked))


def _read(path: Path, name: str, model: type[Model]) -> Source:
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets put a mark at the beginning that nobody sees
    except FileNotFoundError as error:
        step = Chinese(f"请补上 {name}，完整的见项目的 policy/。")
        raise PolicyError((Problem(name, 0, "", NOTHING, Chinese("一个文件"), step),)) from error
    except UnicodeDecodeError as error:
        found, step = Chinese(f"第 {error.start + 1} 个字节不合 UTF-8"), Chinese("请把文件存成 UTF-8。")
        raise PolicyError((Problem(name, 0, "", found, Chinese("UTF-8 文字"), step),)) from error
    if path.suffix == ".csv":
        collection, row = _row_of(model)
        return read_csv(name, text, collection, _columns(row), {*Succeeded.model_fields, *_LATER})
    return read_yaml(name, text)


def _row_of(model: type[Model]) -> tuple[str, type[Model]]:
    """Tell the one collection of a table's model and the model of its rows."""
    ((name, info),) = model.model_fields.items()
    return name, cast("type[Model]", typing.get_args(info.annotation)[0])


def _columns(row: type[Model]) -> Mapping[str, bool]:
    own = [name for name in row.model_fields if name not in Succeeded.model_fields]
    last = [name for name in row.model_fields if name in Succeeded.model_fields]
    return {name: typing.get_origin(row.model_fields[name].annotation) is tuple for name in (*own, *last)}


def _fit(source: Source, model: type[Model]) -> Model:
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        found = tuple(_problem(source, model, dict(detail)) for detail in error.errors(include_url=False))
        raise PolicyError(found) from error


def _problem(source: Source, model: type[Model], detail: Mapping[str, Any]) -> Problem:
    path = tuple(detail["loc"])
    field = ".".join(str(part) for part in path)
    missing = detail["type"] == "missing"
    # What a model of many fields says of itself is about them together: no page of it helps to find the mistake.
    whole = isinstance(detail["input"], dict | list) and detail["type"] == "value_error"
    found = NOTHING if missing else Chinese("这里的各项") if whole else str(detail["input"])[:120]
    known = _fields_at(model, path[:-1]) if detail["type"] == "extra_forbidden" else ""
    expected = Chinese(f"{known} 这些字段之一") if known else expected_of(detail)
    step = Chinese(f"请补上 {path[-1]}。") if missing else Chinese("请更正，policy/schema/ 里写明了可以怎样写。")
    return Problem(source.file, source.line(path), field, found, expected, step)


def _fields_at(model: type[Model], path: Trail) -> str:
    """Name the fields that are known where an unknown one stands."""
    here: type[Model] = model
    for part in path:
        info = here.model_fields.get(str(part))
        if info is not None:
            here = _model_in(info.annotation) or here
    return "、".join(info.alias or name for name, info in here.model_fields.items())


def _model_in(annotation: Any) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    inner = (_model_in(argument) for argument in typing.get_args(annotation))
    return next((found for found in inner if found is not None), None)
