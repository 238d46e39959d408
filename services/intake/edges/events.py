"""CloudEvents over HTTP: one event a request, in the binary or the structured mode of the HTTP binding 1.0."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired
from urllib.parse import unquote_to_bytes

from aiohttp import web
from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from chassis.problems import HttpProblem
from chassis.routes import Parameter
from doors.refusals import expected_of
from schemas.envelope import STRUCTURED, Envelope, EnvelopeError, decode
from services.intake.edges.taking import LONGEST_ID, Headers, take_in

_PREFIX: Final = "ce-"
_Attribute = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}
ATTRIBUTES: Final = (
    Parameter("ce-specversion", {"type": "string", "const": "1.0"}),
    Parameter("ce-id", _TEXT),
    Parameter("ce-source", _TEXT),
    Parameter("ce-type", _TEXT),
    Parameter("ce-time", {"type": "string", "format": "date-time"}),
)
"""Required in binary mode, passed over in structured mode; percent-encoded where they are not printable ASCII."""


class Structured(TypedDict):
    """One event with its attributes; `data` is the business JSON, or `data_base64` holds it encoded."""

    specversion: Literal["1.0"]
    id: _Attribute
    source: _Attribute
    type: _Attribute
    time: AwareDatetime
    data: NotRequired[dict[str, Any]]
    data_base64: NotRequired[str]
    datacontenttype: NotRequired[str]


async def take(request: web.Request) -> web.StreamResponse:
    """POST /v1/events: take one CloudEvent; its source and id identify the submission, its type says what is asked."""
    given: list[tuple[str, bytes]] = [
        ("content-type", request.headers.get("Content-Type", "").encode(errors="replace"))
    ]
    if request.content_type != STRUCTURED:
        given += _attributes(request)
    value = await request.read()
    try:
        envelope, data = decode(given, value)
    except EnvelopeError as error:
        raise _unreadable(error) from None
    said = Envelope(envelope.id, envelope.source, envelope.type, envelope.time, "", traceparent=envelope.traceparent)
    return await take_in(request, said.headers(), data)


def _attributes(request: web.Request) -> Headers:
    """Take the attributes of binary mode out of the headers, as the headers of a record have them."""
    return [
        (f"ce_{name.lower().removeprefix(_PREFIX)}", unquote_to_bytes(value.encode(errors="surrogateescape")))
        for name, value in request.headers.items()
        if name.lower().startswith(_PREFIX)
    ]


def _unreadable(error: EnvelopeError) -> HttpProblem:
    """Say which attribute is wrong, by the name that it has over HTTP."""
    field = error.field.replace("ce_", _PREFIX) if error.field.startswith("ce_") else error.field
    status = 415 if error.field == "content-type" else 400
    return HttpProblem(status, "bad_envelope", field, f"事件属性 {field} 不可用，应为{expected_of(error)}。")
