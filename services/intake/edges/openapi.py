"""The HTTP door described in OpenAPI 3.1, from the very classes that read what comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from schemas.inbound import Action


class Taken(BaseModel):
    """The broker has the submission; what becomes of it stands under the receipt."""

    receipt: str
    state: str = "pending"
    href: str
    repeated: bool


class News(BaseModel):
    """What the requester was told of a step of the ticket."""

    at: str
    happened: str
    state: str
    text: str


class Ticket(BaseModel):
    """One ticket of a submission: its number alone where the contact that came along is not the requester's."""

    ticket: str
    open: bool | None = None
    news: list[News] = Field(default_factory=list)


class Standing(BaseModel):
    """What became of a submission: pending, accepted or refused."""

    receipt: str
    state: str
    received_at: str
    action: str | None = None
    follow_up: bool | None = None
    tickets: list[Ticket] = Field(default_factory=list)
    code: str | None = None
    field: str | None = None
    reason: str | None = None


class Wrong(BaseModel):
    """Why a request is not taken: a machine's word, the field, and what to do, in Chinese.

    Where its id was used for another content: the receipt of that, and the fields that differ.
    """

    code: str
    field: str | None
    reason: str
    receipt: str | None = None
    differs: list[str] = Field(default_factory=list)


_STATUSES: Final = {
    "400": "Not JSON, or no id of the client's own",
    "401": "No token",
    "403": "The token of another channel",
    "409": "The id was used for another content",
    "413": "Larger than 1,000,000 bytes",
    "422": "A field is missing, unknown or wrong",
    "503": "The broker is away: try again with the same id",
}


def describe(routes: Mapping[str, type[Action]]) -> dict[str, Any]:
    """Describe every way in and the look-up of receipts."""
    models: list[type[BaseModel]] = [Taken, Standing, Wrong, *dict.fromkeys(routes.values())]
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    wrong = {status: _response(text, "Wrong") for status, text in _STATUSES.items()}
    receipt = {"name": "receipt", "in": "path", "required": True, "schema": {"type": "string"}}
    paths: dict[str, Any] = {path: {"post": _post(action, wrong)} for path, action in routes.items()}
    paths["/v1/receipts/{receipt}"] = {
        "get": {
            "summary": "What became of a submission, and the news of its tickets.",
            "parameters": [receipt],
            "responses": {"200": _response("Known", "Standing"), "401": wrong["401"], "404": _response("No", "Wrong")},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Liuhen intake", "version": "1"},
        "security": [{"channel": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"channel": {"type": "http", "scheme": "bearer"}},
        },
    }


def _post(action: type[Action], wrong: Mapping[str, Any]) -> dict[str, Any]:
    key = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}
    return {
        "summary": (action.__doc__ or "").partition("\n")[0],
        "parameters": [key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(action.__name__)}}},
        "responses": {"202": _response("The broker has it", "Taken"), **wrong},
    }


def _response(description: str, model: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(model)}}}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model}"}
