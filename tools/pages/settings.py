"""docs/settings.md: every variable by which a process is told something, read from the classes that read it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_HEAD: Final = """\
# Settings

Every variable that a process of ours reads, made of the classes that read them (`make pages`). A secret `LIUHEN_X` is
also read from the file that `LIUHEN_X_FILE` names, which stands above the variable. `deploy/services.yaml` says which
of them each process is told; ports are `LIUHEN_<NAME>_PORT` of the names there. Wrong values end a process at its
start, with the name of the field.

| variable | default | kind | read by | what it says |
|---|---|---|---|---|
"""
_READ_BY: Final = {
    "schemas/layout.py": "every service, the local runner, commands",
    "chassis/settings.py": "every service",
    "doors/settings.py": "trace, desk",
    "doors/attachments/settings.py": "intake, desk",
    "doors/city.py": "intake, notify, trace",
    "tools/watch.py": "the watch",
    "tools/local/settings.py": "the local runner",
}
_OF_CLASS: Final = {"OpensContacts": "intake, dispatch, notify, desk"}
_LAYOUT: Final = "Layout"
"""What settings are made of besides, and no environment is read by."""
_BASES: Final = re.compile(r"Settings$|^OpensContacts$|^KeepsAttachments$")


class NoMeaningError(ValueError):
    """A setting says nowhere what it is for."""


class Setting(NamedTuple):
    """One variable."""

    name: str
    default: str
    kind: str
    reader: str
    meaning: str

    @property
    def row(self) -> str:
        """Its line of the table."""
        cells = (f"`{self.name}`", f"`{self.default}`" if self.default else "", self.kind, self.reader, self.meaning)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def page(root: Path) -> str:
    """The table of all settings of a clone; NoMeaningError names one that is not explained."""
    files = [*(root / file for file in _READ_BY), *sorted(root.glob("services/*/settings.py"))]
    readers = dict[Setting, list[str]]()
    for setting in (setting for file in files for setting in _settings(file, root)):
        readers.setdefault(setting._replace(reader=""), []).append(setting.reader)
    found = [setting._replace(reader=", ".join(sorted(by))) for setting, by in readers.items()]
    return _HEAD + "".join(setting.row for setting in sorted(found, key=lambda each: (each.name, each.reader)))


def _settings(file: Path, root: Path) -> Iterator[Setting]:
    place = file.relative_to(root).as_posix()
    reader = _READ_BY.get(place) or file.parent.name
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and (
            node.name == _LAYOUT or any(_BASES.search(ast.unparse(base)) for base in node.bases)
        ):
            yield from _of_class(node, _OF_CLASS.get(node.name, reader))


def _of_class(node: ast.ClassDef, reader: str) -> Iterator[Setting]:
    story = " ".join((ast.get_docstring(node) or "").split())
    for at, line in enumerate(node.body):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            alias = _alias(line.value)
            name = alias or f"LIUHEN_{line.target.id.upper()}"
            meaning = _said_after(node.body, at) or _sentence(story, line.target.id)
            if not meaning:
                raise NoMeaningError(
                    f"{name} of {node.name}: say below it, or in the class's docstring, what it is for"
                )
            yield Setting(name, _default(line.value), _kind(line.annotation), reader, meaning)


def _said_after(body: list[ast.stmt], at: int) -> str:
    following = body[at + 1] if at + 1 < len(body) else None
    if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
        return " ".join(str(following.value.value).split())
    return ""


def _sentence(story: str, name: str) -> str:
    """What a docstring says of a field, from the sentence or part of one that names it."""
    parts = re.split(r"(?<=[.;]) ", story)
    return next((part.rstrip(";") for part in parts if f"`{name}`" in part), "")


def _alias(value: ast.expr | None) -> str:
    named = _keywords(value).get("validation_alias")
    return str(named.value) if isinstance(named, ast.Constant) else ""


def _default(value: ast.expr | None) -> str:
    value = _keywords(value).get("default", value)
    if isinstance(value, ast.Call) and value.args:
        value = value.args[0]
    said = "" if value is None else ast.unparse(value)
    return "" if said in {"''", "None", "{}"} else said.strip("'").replace("Compression.NONE", "none")


def _keywords(value: ast.expr | None) -> dict[str, ast.expr]:
    return {each.arg: each.value for each in value.keywords if each.arg} if isinstance(value, ast.Call) else {}


def _kind(annotation: ast.expr) -> str:
    words = {
        "SecretStr": "secret",
        "Path": "path",
        "str": "text",
        "Compression": "text",
        "int": "number",
        "float": "number",
        "bool": "true, false",
    }
    said = ast.unparse(annotation).removesuffix(" | None")
    chosen = re.match(r"^Literal\[(.*)\]$", said)
    return words.get(said) or (chosen[1].replace("'", "").removeprefix(", ") if chosen else said)
