"""Reading YAML and CSV so that every value still knows the line that it came from."""

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from rulebook.problems import PolicyError, Problem
from schemas.files import Loader
from vocabulary import NOTHING, Chinese

Trail = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """The plain data of one file, and the line of each path in it."""

    file: str
    data: Any
    lines: Mapping[Trail, int] = field(default_factory=dict)

    def line(self, path: Trail) -> int:
        """Return the line of a path, or of the nearest part of it that stands in the file."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 0


class _Loader(Loader):
    """Safe YAML in which `21:00` and `2026-01-01` stay what they look like, and a key stands once."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":int"))]
    for first, resolvers in Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]+$"), list("-0123456789"))


def read_yaml(file: str, text: str) -> Source:
    """Read one YAML file.

    Raises PolicyError when it is no YAML or a key stands twice.
    """
    loader = _Loader(text)
    lines: dict[Trail, int] = {}
    try:
        node = loader.get_single_node()
        data = None if node is None else _walk(file, loader, node, (), lines)
    except yaml.MarkedYAMLError as error:
        line = 0 if error.problem_mark is None else error.problem_mark.line + 1
        raise _refused(file, line, _line(text, line), Chinese("YAML 能读的内容")) from error
    finally:
        loader.dispose()
    return Source(file, data, lines)


def _walk(file: str, loader: _Loader, node: yaml.Node, path: Trail, lines: dict[Trail, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(loader.construct_object(key_node))
                if key in found:
                    raise _refused(
                        file, key_node.start_mark.line + 1, Chinese(f"第二个 {key}"), Chinese("每个键只写一次")
                    )
                found[key] = _walk(file, loader, value_node, (*path, key), lines)
            return found
        case yaml.SequenceNode():
            return [_walk(file, loader, item, (*path, index), lines) for index, item in enumerate(node.value)]
        case _:
            return loader.construct_object(node)


def read_csv(
    file: str, text: str, collection: str, columns: Mapping[str, bool], may_lack: Collection[str] = ()
) -> Source:
    """Read one CSV file with a header row into a list of rows under `collection`.

    `columns` says of each column whether it holds several values, parted by spaces; an empty cell is left out. Those
    of `may_lack` need not be there.
    Raises PolicyError when the header or the width of a row is wrong.
    """
    reader = csv.reader(io.StringIO(text), strict=True)
    header = next(reader, [])
    if header != [name for name in columns if name in header or name not in may_lack]:
        raise _refused(file, 1, ",".join(header) or NOTHING, Chinese(f"表头 {','.join(columns)}"))
    rows: list[dict[str, Any]] = []
    lines: dict[Trail, int] = {(): 1}
    for cells in reader:
        if len(cells) != len(header):
            raise _refused(file, reader.line_num, Chinese(f"{len(cells)} 格"), Chinese(f"{len(header)} 格"))
        lines[collection, len(rows)] = reader.line_num
        rows.append(
            {name: cell.split() if columns[name] else cell for name, cell in zip(header, cells, strict=True) if cell}
        )
    return Source(file, {collection: rows}, lines)


def _line(text: str, line: int) -> str:
    return next(iter(text.splitlines()[line - 1 : line]), "").strip() or NOTHING


def _refused(file: str, line: int, found: str, expected: Chinese) -> PolicyError:
    return PolicyError((Problem(file, line, "", found, expected, Chinese("请更正这一行，再检查一遍。")),))
