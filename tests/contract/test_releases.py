"""Who wrote a client against a release goes on: what breaks it is red, in either direction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from schemas import releases
from schemas.export import schema_of
from schemas.inbound import Accept
from schemas.public import Order
from schemas.releases import RELEASED, broken, of_clients

VERSIONS: Final = sorted(path.name for path in RELEASED.glob("*"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_of_a_release_reads_and_is_read(version: str) -> None:
    assert dict(broken(RELEASED / version)) == {}


def released(folder: Path, model: Any, **changes: Any) -> Path:
    """A release in which one field of a message was described otherwise than today."""
    schema = schema_of(model)
    schema["properties"] |= changes
    (folder / f"{model.type_name}.json").write_text(json.dumps(schema), "utf-8")
    return folder


def test_what_a_client_wrote_and_is_read_no_more_is_red(tmp_path: Path) -> None:
    wider = released(tmp_path, Accept, comment={"type": "string"})
    assert dict(broken(wider)) == {Accept.type_name: "comment is gone"}


def test_what_a_client_would_not_read_is_red(tmp_path: Path) -> None:
    narrower = released(tmp_path, Order, role={"type": "string", "enum": ["lead", "none"]})
    assert dict(broken(narrower)) == {Order.type_name: "role became narrower"}


def test_what_a_client_counted_on_and_may_be_absent_is_red(tmp_path: Path) -> None:
    schema = schema_of(Order)
    schema["required"].append("due")
    (tmp_path / f"{Order.type_name}.json").write_text(json.dumps(schema), "utf-8")
    assert dict(broken(tmp_path)) == {Order.type_name: "due became required"}


def test_a_message_that_is_no_more_is_red(tmp_path: Path) -> None:
    (tmp_path / "liuhen.public.news.v1.json").write_text("{}", "utf-8")
    assert dict(broken(tmp_path)) == {"liuhen.public.news.v1": "is gone"}


def test_a_release_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "RELEASED", tmp_path)
    kept = releases.keep("9.9")
    assert {path.stem for path in kept.iterdir()} == set(of_clients())
    with pytest.raises(FileExistsError):
        releases.keep("9.9")
