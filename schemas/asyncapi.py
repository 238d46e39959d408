"""Topics and messages as an AsyncAPI 3.0 document, for whoever writes the other side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from schemas.files import read_yaml
from schemas.inbound import Action
from schemas.message import Message, contracts
from schemas.registry import TOPICS_FILE

_ON_CHANNELS: Final = ("ReceiptGiven", "ReceiptRefused", "TicketNews", "DeviceAsked")
_PUBLIC: Final[Mapping[str, tuple[str, ...]]] = {
    "liuhen.public.dispatch.{department}.v1": ("Order", "ActionAnswer", "ShownContact"),
    "liuhen.public.callbacks.v1": ("CallbackRequest",),
    "liuhen.public.desk.v1": ("DeskTask", "ShownContact"),
    "liuhen.public.channel.{channel}.v1": _ON_CHANNELS,
}
_HEADERS: Final = {
    "ce_specversion": "Always 1.0.",
    "ce_id": "With ce_source: which event. A repeat carries the same.",
    "ce_source": "Who says it. For what comes in: the writer's own name for itself.",
    "ce_type": "Which message.",
    "ce_time": "The moment by which the message is judged, RFC 3339 with an offset.",
    "ce_subject": "The ticket, where there is one.",
    "ce_sequence": "What goes out: counts from 1 without gaps for each ce_source, topic and partition.",
    "ce_correlationid": "The ticket or the receipt that the story belongs to.",
    "ce_causationid": "The event that brought this one about.",
    "ce_policyversion": "The policy under which it was decided.",
    "traceparent": "W3C trace context.",
    "content-type": "application/json; application/cloudevents+json is read as well.",
}
_REQUIRED: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time")


def document() -> dict[str, Any]:
    """Describe every topic with its messages, writers and readers."""
    entries = read_yaml(TOPICS_FILE)["topics"]
    models = list(contracts().values())
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Liuhen 留痕",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 over Kafka, binary mode. Keys are ticket ids, with the task or the receipt "
            "behind a slash where several messages about one ticket stand beside one another. The partition is the "
            "CRC-32 of the subject modulo their number. Unknown fields are refused on inbound topics and tolerated "
            "elsewhere.",
        },
        "defaultContentType": "application/json",
        "channels": {_name(entry["name"]): _channel(entry) for entry in entries},
        "operations": {name: operation for entry in entries for name, operation in _operations(entry)},
        "components": {
            "messages": {model.type_name: _message(model) for model in models},
            "schemas": {**schemas["$defs"], "Headers": _headers()},
        },
    }


def messages_on(entry: Mapping[str, Any]) -> list[type[Message]]:
    """List what may stand on a topic of topics.yaml."""
    models = list(contracts().values())
    if entry["kind"] == "inbound":
        party = entry["party"]
        return [model for model in models if issubclass(model, Action) and party in model.spoken_by]
    if entry["kind"] == "public":
        return [model for model in models if model.__name__ in _PUBLIC[entry["name"]]]
    return [model for model in models if model.family == entry["messages"]]


def _name(topic: str) -> str:
    return topic.replace("{", "").replace("}", "")


def _channel(entry: Mapping[str, Any]) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": entry["name"],
        "description": f"Written by {entry['owner']}, read by {', '.join(entry['readers'])}.",
        "messages": {
            model.type_name: {"$ref": f"#/components/messages/{model.type_name}"} for model in messages_on(entry)
        },
    }
    for parameter in ("department", "channel"):
        if f"{{{parameter}}}" in entry["name"]:
            channel["parameters"] = {parameter: {"description": f"The code of the {parameter}."}}
    return channel


def _operations(entry: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """As the system sees it: it receives what comes in, sends what goes out, and does both with what stays inside."""
    actions = {"inbound": ("receive",), "public": ("send",), "internal": ("send", "receive")}[entry["kind"]]
    name = _name(entry["name"])
    for action in actions:
        yield f"{action}.{name}", {"action": action, "channel": {"$ref": f"#/channels/{name}"}}


def _message(model: type[Message]) -> dict[str, Any]:
    return {
        "name": model.type_name,
        "summary": (model.__doc__ or "").strip().partition("\n")[0],
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }


def _headers() -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(_REQUIRED),
        "properties": {name: {"type": "string", "description": words} for name, words in _HEADERS.items()},
    }
