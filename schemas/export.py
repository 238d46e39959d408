"""The messages as files for the other side: their JSON Schemas.

`python -m schemas.export` writes them anew, says what it changed, and refuses what would break a reader of today unless
it is told `--breaking`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from schemas import registry as _all  # noqa: F401 - every message is declared once it is loaded
from schemas.inbound import Action
from schemas.message import Message, contracts
from schemas.registry import FAMILIES

HERE: Final = Path(__file__).parent
JSON: Final = HERE / "json"


def exported() -> dict[str, type[Message]]:
    """Every message that is a contract, by type name: those of the families that the registry names."""
    families = {family.__name__.rpartition(".")[2] for family in FAMILIES}
    return {name: model for name, model in contracts().items() if model.family in families}


def schema_of(model: type[Message]) -> dict[str, Any]:
    """Export one message; what comes in from outside is closed, for there an unknown field is refused."""
    schema = model.model_json_schema()
    if issubclass(model, Action):
        schema = closed(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": model.type_name, **schema}


def closed(schema: Any) -> Any:
    """Say of every object in a schema that it has no further fields."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in schema.items()}
    if "properties" in parts and parts.get("type") == "object":
        parts["additionalProperties"] = False
    return parts


def files() -> Iterator[tuple[Path, str]]:
    """Name every exported file with what must stand in it."""
    for name, model in exported().items():
        yield JSON / f"{name}.json", json.dumps(schema_of(model), ensure_ascii=False, indent=2) + "\n"


def broken() -> Iterator[tuple[str, str]]:
    """Name each message whose exported schema of today allows what the class would no longer read, and why."""
    # Needed by who changes messages, not by who runs them.
    from schemas.compatibility import breaks  # noqa: PLC0415

    for name, model in exported().items():
        path = JSON / f"{name}.json"
        before, now = json.loads(path.read_text("utf-8")) if path.exists() else None, schema_of(model)
        if before not in (None, now) and (why := breaks(before, now)):
            yield name, why


def stale() -> Mapping[Path, str]:
    """Find the files that are not what they must be."""
    return {path: text for path, text in files() if not path.exists() or path.read_text("utf-8") != text}


def left_over() -> list[Path]:
    """Find exported schemas of messages that are no more."""
    known = {path for path, _ in files()}
    return sorted(path for path in JSON.glob("*.json") if path not in known)


def main(arguments: list[str]) -> int:
    """Write what is stale; returns the exit code."""
    breaking = dict(broken()) if "--breaking" not in arguments else {}
    for name, why in breaking.items():
        sys.stderr.write(f"{name}: readers of today would be lost: {why}\n")
    if breaking:
        return 1
    for path, text in stale().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        sys.stdout.write(f"{path.relative_to(HERE)}\n")
    for path in left_over():
        path.unlink()
        sys.stdout.write(f"{path.relative_to(HERE)} removed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
