"""The topics as AsyncAPI 3 documents: the published contract for whoever writes the other side, and what is inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from schemas.export import closed
from schemas.files import read_yaml, yaml_of
from schemas.inbound import Action
from schemas.message import Message
from schemas.registry import (
    TOPICS_FILE,
    VERSION,
    channels_of,
    messages_on,
    partitions_of,
    settings_of,
)
from schemas.values import PartyKind
from tools.lives import golden
from tools.pages.meanings import Described, described, words

Document = dict[str, Any]

_KAFKA: Final = "0.5.0"
_VALIDATION: Final[JsonSchemaMode] = "validation"
_LIMITS: Final = {"ce_id": 800, "ce_source": 800, "ce_type": 800, "ce_subject": 800}
_REQUIRED: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time")
_LOGS_IN: Final = "每一方用自己的口令登录。\n\nEach principal has a user and a password of its own."
_CORRELATED: Final = {
    "submission": ("$message.header#/ce_id", "The id that the author gave to the submission."),
    "answered": ("$message.payload#/submission", "The id of the submission that this answers."),
    "story": ("$message.header#/ce_correlationid", "The ticket or the receipt that the story belongs to."),
}
_RECEIPTS: Final = ("ReceiptGiven", "ReceiptRefused")
_ANSWERS: Final = {
    "department": ("liuhen.public.dispatch.{department}.v1", _RECEIPTS),
    "channel": ("liuhen.public.channel.{channel}.v1", _RECEIPTS),
}


def documents() -> Mapping[str, str]:
    """Write both documents, by the name of their file."""
    return {
        "asyncapi.yaml": _written(document(public=True)),
        "asyncapi-internal.yaml": _written(document(public=False)),
    }


def _written(defined: Document) -> str:
    header = "# Generated from the message classes, topics.yaml and tools/pages/fields.yaml by `make pages`.\n"
    return header + yaml_of(defined, width=110)


def document(*, public: bool) -> Document:
    """Describe the topics that the outside reads or writes, or those between services."""
    about = words()["documents"]["public" if public else "internal"]
    entries = [entry for entry in read_yaml(TOPICS_FILE)["topics"] if (entry["kind"] != "internal") is public]
    models = {model.type_name: model for entry in entries for model in messages_on(entry)}
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:liuhen:{'public' if public else 'internal'}",
        "info": {
            "title": about["title"],
            "version": VERSION,
            "description": f"{about['zh']}\n\n{about['en']}",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {name_of(entry): _channel(entry) for entry in entries},
        "operations": {name: operation for entry in entries for name, operation in _operations(entry)},
        "components": {
            "messages": {name: _message(models[name]) for name in sorted(models)},
            "schemas": {**_schemas(models.values()), "headers": _headers()},
            "securitySchemes": {"scram": {"type": "scramSha512", "description": _LOGS_IN}},
            "correlationIds": {
                name: {"location": location, "description": en} for name, (location, en) in _CORRELATED.items()
            },
        },
    }


def name_of(entry: Mapping[str, Any]) -> str:
    """Name the channel of a topic: its own name without braces."""
    return str(entry["name"]).replace("{", "").replace("}", "")


def _servers() -> Document:
    security = [{"$ref": "#/components/securitySchemes/scram"}]
    return {
        "trial": {
            "host": "localhost:19092",
            "protocol": "kafka",
            "description": "The broker that `make up` starts: SASL_PLAINTEXT on this machine alone.",
            "security": security,
        },
        "production": {
            "host": "{broker}",
            "protocol": "kafka-secure",
            "description": "SASL_SSL. The operator tells the address.",
            "variables": {"broker": {"default": "broker.example:9093", "description": "Host and port."}},
            "security": security,
        },
    }


def _channel(entry: Mapping[str, Any]) -> Document:
    name, settings = entry["name"], settings_of(entry)
    writers = _listed(entry["owner"], *entry.get("writers", ()))
    channel: Document = {
        "address": name,
        "description": f"Written by {writers}, read by {_listed(*entry['readers'])}.",
        "messages": {
            model.type_name: {"$ref": f"#/components/messages/{model.type_name}"} for model in messages_on(entry)
        },
        "bindings": {
            "kafka": {
                "topic": name,
                "partitions": partitions_of(entry["name"]),
                "topicConfiguration": {
                    "cleanup.policy": settings["cleanup.policy"].split(","),
                    "retention.ms": int(settings["retention.ms"]),
                    "max.message.bytes": int(settings["max.message.bytes"]),
                },
                "bindingVersion": _KAFKA,
            }
        },
    }
    if "{department}" in name:
        described_as = "承办单位的代码。\n\nThe code of the department, as in the directory of the policy."
        channel["parameters"] = {"department": {"description": described_as}}
    if "{channel}" in name:
        described_as = "渠道的代码。\n\nThe code of the channel."
        channel["parameters"] = {"channel": {"enum": list(channels_of(name)), "description": described_as}}
    return channel


def _listed(*principals: str) -> str:
    return ", ".join(principals)


def _operations(entry: Mapping[str, Any]) -> Iterator[tuple[str, Document]]:
    """As the system sees it: it receives what comes in, sends what goes out, and does both with what stays inside."""
    actions = {"inbound": ("receive",), "public": ("send",), "internal": ("send", "receive")}[entry["kind"]]
    name = name_of(entry)
    for action in actions:
        operation: Document = {"action": action, "channel": {"$ref": f"#/channels/{name}"}}
        if entry["kind"] == "inbound":
            operation["summary"] = f"提交（{entry['party']}）。 Submissions of {entry['party']}."
            if entry["party"] != PartyKind.CITIZEN:
                operation["reply"] = _reply(entry)
        elif entry["kind"] == "public":
            operation["summary"] = f"发布。 Published for {_listed(*entry['readers'])}."
            group = "The name of the principal that reads, a dot, and any name."
            operation["bindings"] = {
                "kafka": {"groupId": {"type": "string", "description": group}, "bindingVersion": _KAFKA}
            }
        yield f"{action}.{name}", operation


def _reply(entry: Mapping[str, Any]) -> Document:
    topic, names = _ANSWERS["department" if entry["party"] == "department" else "channel"]
    name = topic.replace("{", "").replace("}", "")
    answers = [model for model in messages_on({"kind": "public", "name": topic}) if model.__name__ in names]
    return {
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{model.type_name}"} for model in answers],
    }


def _message(model: type[Message]) -> Document:
    means = described(model)
    return {
        "name": model.type_name,
        "title": means.zh,
        "summary": means.en.partition("\n")[0],
        "description": f"{means.zh}。\n\n{means.en}",
        "headers": {"$ref": "#/components/schemas/headers"},
        "correlationId": {"$ref": f"#/components/correlationIds/{_correlation(model)}"},
        "payload": {"$ref": f"#/components/schemas/{_side(model)}.{model.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": _KAFKA}},
        **_example(model),
    }


def _example(model: type[Message]) -> Document:
    """The first one of its type in the lives that are told."""
    first = next(iter(golden().get(model.type_name, ())), None)
    return {} if first is None else {"examples": [{"headers": dict(first.headers), "payload": dict(first.value)}]}


def _correlation(model: type[Message]) -> str:
    if issubclass(model, Action):
        return "submission"
    return "answered" if "submission" in model.model_fields else "story"


def _side(model: type[Message]) -> str:
    return "asked" if issubclass(model, Action) else "told"


def _schemas(models: Iterable[type[Message]]) -> Document:
    """What comes in is closed, what goes out is open: the parts that both have are described once for each side."""
    found: Document = {}
    for side in ("asked", "told"):
        here = [(model, _VALIDATION) for model in models if _side(model) == side]
        if here:
            _, defined = models_json_schema(here, ref_template=f"#/components/schemas/{side}.{{model}}")
            parts = {f"{side}.{name}": _with_words(name, part) for name, part in defined["$defs"].items()}
            found |= closed(parts) if side == "asked" else parts
    return {name: _without_mappings(found[name]) for name in sorted(found)}


def _with_words(name: str, schema: Document) -> Document:
    """Say of each field what it is called in Chinese, what it means, and in which unit it is."""
    if "properties" not in schema:
        return schema
    fields = {}
    for field, part in schema["properties"].items():
        means = Described.of_field(name, field)
        fields[field] = part if means is None else {**part, **means.as_schema()}
    return {**schema, "properties": fields}


def _without_mappings(schema: Any) -> Any:
    """AsyncAPI names the field that tells kinds apart, and no table of them."""
    if isinstance(schema, list):
        return [_without_mappings(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: part["propertyName"] if name == "discriminator" and isinstance(part, dict) else _without_mappings(part)
        for name, part in schema.items()
    }


def _headers() -> Document:
    fields: Document = {}
    for name, defined in words()["headers"].items():
        fields[name] = {"type": "string", "description": f"{defined['zh']}\n\n{defined['en']}"}
        if name in _LIMITS:
            fields[name] |= {"minLength": 1, "maxLength": _LIMITS[name]}
    return {"type": "object", "required": list(_REQUIRED), "properties": fields}


def files(folder: Path) -> Mapping[Path, str]:
    """Name the files of both documents in a folder."""
    return {folder / name: text for name, text in documents().items()}
