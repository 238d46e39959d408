"""A copy of a model changes fields that it has, to values of their types: the project's plugin of mypy holds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy import api

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
_CODE = """
from schemas.values import Place
place = Place(text="四平路100号")
right = place.model_copy(update={"subdistrict": "siping"})
misspelt = place.model_copy(update={"subdistrikt": "siping"})
wrong_type = place.model_copy(update={"number": "one hundred"})
hidden = place.model_copy(update=dict(text="x"))
"""


@pytest.mark.slow
def test_a_misspelt_field_and_a_wrong_type_are_errors(tmp_path: Path) -> None:
    module = tmp_path / "copies.py"
    module.write_text(_CODE, encoding="utf-8")
    options = ["--config-file", str(PROJECT), "--cache-dir", str(tmp_path / "cache"), "--follow-imports", "silent"]

    said, _, _ = api.run([*options, str(module)])

    found = {int(line.split(":")[1]): line for line in said.splitlines() if "[model-copy]" in line}
    assert found.keys() == {5, 6, 7}, said
    assert '"Place" has no field "subdistrikt"' in found[5]
    assert 'Field "number" of "Place" is' in found[6]
    assert "Write the fields that change" in found[7]
