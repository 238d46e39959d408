"""JSON Schemas of the policy files, for editors and for people."""

import json

from rulebook.policy import FILES


def schema_files() -> dict[str, str]:
    """Return the text of each schema by its file name; a table's schema describes it as a list of rows."""
    found: dict[str, str] = {}
    for file, model in FILES.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        name = f"{file.rsplit('.', 1)[0]}.schema.json"
        found[name] = json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    return found
