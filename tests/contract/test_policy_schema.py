"""The JSON Schemas beside the policy files say what the loader accepts."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from rulebook.export import schema_files

POLICY = Path(__file__).parents[2] / "policy"


def test_the_exported_schemas_are_current() -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in (POLICY / "schema").glob("*.json")}

    assert on_disk == schema_files(), "run `liuhen policy schema`"


@pytest.mark.parametrize("file", sorted(path.name for path in POLICY.glob("*.yaml")))
def test_each_yaml_file_fits_its_schema(file: str) -> None:
    schema = json.loads(schema_files()[f"{file.removesuffix('.yaml')}.schema.json"])
    data = yaml.safe_load((POLICY / file).read_text(encoding="utf-8"))

    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []
