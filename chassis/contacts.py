"""Contacts are kept sealed in one table, a row for each that was given; everything else names the row, with masks.

Whoever may open reads the rows of what it is about to show. A row that was emptied opens to its masks: that is how a
person is forgotten.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from pydantic_core import from_json, to_json

from chassis.clock import stopwatch
from schemas.redaction import BLOCK
from schemas.sealed import CONTACT_FIELDS, Veil, mask_of
from schemas.spoken import reworded
from schemas.values import Contact
from sealing.boxes import Chance, about
from sealing.data_keys import DataKeys
from sealing.masters import WRAPPED_BYTES, Kms, Wrapped, rewrapped

KEPT_IN: Final = "intake.contact"
"""The table of contacts: whoever may open one may read it."""
_OWNER: Final = "contacts"
_FIELD: Final = "contact"
_BOX: Final = "box"
_HANDLE_BYTES: Final = 12
_REMEMBERED: Final = 8_192
_SECONDS: Final = 60.0
"""For so long what was opened is remembered: whoever is forgotten is forgotten everywhere after that."""
_TEXT: Final = r'"(?:[^"\\]|\\.)*"'
_VALUE: Final = rf"(?:{_TEXT}|\[[^\[\]]*\]|null)"
_ONE: Final = re.compile(rf'\{{\s*"sealed"\s*:\s*\[[^\[\]]*\](?:\s*,\s*"[a-z]+"\s*:\s*{_VALUE})*\s*\}}')
"""A sealed contact as it stands in JSON; what people wrote has its quotes escaped there, and never looks like it."""
_VEILED: Final = re.compile(r"\{\s*\"veil\"\s*:")

Opening = Mapping[str, Mapping[str, str]]
"""What rows say, by their handles, field by field; of one that was emptied nothing."""


class Source(Protocol):
    """Where rows are read: a connection or a pool."""

    async def fetch(self, query: str, *args: Any) -> Sequence[Any]:
        """Return the rows of a query."""
        ...


class ContactRow(NamedTuple):
    """One contact as it is kept: of which ticket, the keyed hashes of its number and account, and its sealed bytes."""

    handle: str
    ticket: str
    known_by: Sequence[str]
    box: bytes


@dataclass(frozen=True)
class Naming:
    """The keyed hashes of a contact: all that its person is known by, and of one field of a ticket, for comparing."""

    known_by: Callable[[Contact], Sequence[str]]
    marked: Callable[[str, str, str], str]


@dataclass
class Putting:
    """What one transaction puts down: each contact that is written in it becomes a row, and its handle."""

    vault: Vault
    naming: Naming
    rows: list[ContactRow] = field(default_factory=list)
    _known: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, Any]] = field(default_factory=dict)

    def of(self, ticket: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """How the contacts of a ticket are written, as pydantic's context of whoever writes them."""
        return lambda fields: self._put(ticket, {name: fields[name] for name in CONTACT_FIELDS if fields.get(name)})

    def again(self, ticket: str, handles: Iterator[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """The same for contacts that were put down before and whose rows are gone: under the handles of then."""
        return lambda fields: self._put(
            ticket, {name: fields[name] for name in CONTACT_FIELDS if fields.get(name)}, handles
        )

    def _put(self, ticket: str, fields: dict[str, str], handles: Iterator[str] | None = None) -> dict[str, Any]:
        if not fields:
            return {}
        known = (ticket, tuple(fields.items()))
        handle = None if handles is None else next(handles, None)
        if known not in self._known or (handle is not None and self._known[known]["sealed"] != [handle]):
            handle = handle or self.vault.new_handle()
            box = self.vault.sealed(handle, fields)
            self.rows.append(ContactRow(handle, ticket, self.naming.known_by(Contact.model_validate(fields)), box))
            marks = [f"{name}:{self.naming.marked(ticket, name, value)}" for name, value in fields.items()]
            masks = {name: mask_of(name, value) for name, value in fields.items()}
            self._known[known] = {"sealed": [handle], "hashes": marks, **masks}
        return self._known[known]

    async def write(self, connection: Any) -> None:
        """Write the rows, in the transaction that says what names them."""
        if self.rows:
            handles, tickets, known_by, boxes = zip(*self.rows, strict=True)
            await connection.execute(
                f"insert into {KEPT_IN} (handle, ticket, known_by, box)"  # noqa: S608 - our own name
                " select handle, ticket, string_to_array(known_by, ' '), box"
                " from unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) x(handle, ticket, known_by, box)"
                " on conflict (handle) do nothing",
                handles,
                tickets,
                [" ".join(each) for each in known_by],
                boxes,
            )


class Vault:
    """Seals contacts into rows, and opens what rows say."""

    def __init__(self, kms: Kms, chance: Chance) -> None:
        """Have data keys wrapped by `kms`; what was opened lately is remembered for a minute."""
        self._keys = DataKeys(kms, chance, _OWNER)
        self._chance = chance
        self._opened: OrderedDict[str, tuple[float, Mapping[str, str]]] = OrderedDict()

    def new_handle(self) -> str:
        """Name a row by chance."""
        return urlsafe_b64encode(self._chance(_HANDLE_BYTES)).decode("ascii")

    def sealed(self, handle: str, fields: Mapping[str, str]) -> bytes:
        """Seal what a contact says for its row."""
        wrapped, box = self._keys.sealed(_dumped(fields).encode(), about(handle, _FIELD))
        return bytes(wrapped) + box

    def opened(self, handle: str, box: bytes) -> dict[str, str]:
        """Open a row; BrokenSealError or UnknownMasterError where it cannot be opened."""
        wrapped = Wrapped.of(box[:WRAPPED_BYTES])
        found: dict[str, str] = json.loads(self._keys.opened(wrapped, box[WRAPPED_BYTES:], about(handle, _FIELD)))
        return found

    async def opening(self, source: Source, texts: Iterable[str]) -> Opening:
        """What the rows say that sealed contacts in JSON texts name; read from the table unless it is known yet."""
        handles = {handle for text in texts for handle in handles_in(text)}
        now = stopwatch()
        found = {}
        for handle in handles:
            at, fields = self._opened.get(handle, (now - 2 * _SECONDS, {}))
            if now - at < _SECONDS:
                found[handle] = fields
        if missing := handles - found.keys():
            rows = await source.fetch(
                f"select handle, box from {KEPT_IN} where handle = any($1::text[])",  # noqa: S608 - our own name
                sorted(missing),
            )
            for handle, box in rows:
                found[handle] = self._remembered(handle, now, {} if box is None else self.opened(handle, box))
        return found

    async def cover(self, connection: Any, ticket: str, change: Callable[[Any], Any]) -> None:
        """Change what the rows of a ticket say; for the service that puts rows down."""
        rows = await connection.fetch(
            f"select handle, box from {KEPT_IN} where ticket = $1 and box is not null",  # noqa: S608 - our own name
            ticket,
        )
        for handle, box in rows:
            fields = self.opened(handle, box)
            after = change(fields)
            if after is not fields:
                await connection.execute(
                    f"update {KEPT_IN} set box = $2 where handle = $1",  # noqa: S608 - our own name
                    handle,
                    self.sealed(handle, after),
                )
                self._opened.pop(handle, None)

    def _remembered(self, handle: str, now: float, fields: Mapping[str, str]) -> Mapping[str, str]:
        self._opened[handle] = now, fields
        self._opened.move_to_end(handle)
        if len(self._opened) > _REMEMBERED:
            self._opened.popitem(last=False)
        return fields


class WordSeal:
    """Seals single texts for a place in a table, and opens them again."""

    def __init__(self, kms: Kms, chance: Chance) -> None:
        """Have data keys wrapped by `kms`."""
        self._keys = DataKeys(kms, chance, _OWNER)

    def sealed(self, word: str, *place: str) -> str:
        """One text, sealed for a place."""
        wrapped, box = self._keys.sealed(word.encode(), about(*place))
        return b64encode(bytes(wrapped) + box).decode("ascii")

    def of(self, ticket: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """How the contact of a ticket is kept in a document; `shown` opens it there."""
        return lambda fields: {_BOX: self.sealed(_dumped(fields), ticket)} if fields else fields

    def shown(self, document: dict[str, Any], ticket: str) -> dict[str, Any]:
        """A document with its contact opened."""
        box = document["contact"].get(_BOX)
        return document if box is None else {**document, "contact": json.loads(self.opened(box, ticket))}

    def opened(self, text: str, *place: str) -> str:
        """What `sealed` sealed for the place; BrokenSealError or UnknownMasterError where it cannot be opened."""
        raw = b64decode(text)
        return self._keys.opened(Wrapped.of(raw[:WRAPPED_BYTES]), raw[WRAPPED_BYTES:], about(*place)).decode()


def rewrapped_box(box: bytes, kms: Kms) -> bytes:
    """The same sealed bytes with their data key under the newest master key."""
    return bytes(rewrapped(Wrapped.of(box[:WRAPPED_BYTES]), _OWNER, kms)) + box[WRAPPED_BYTES:]


def rewrapped_word(text: str, kms: Kms) -> str:
    """Likewise of what `WordSeal` sealed, as it stands in a column of JSON."""
    return json.dumps(b64encode(rewrapped_box(b64decode(json.loads(text)), kms)).decode("ascii"))


def rewrapped_contact(text: str, kms: Kms) -> str:
    """Likewise of the contact that stands in a document."""
    document = json.loads(text)
    box = document["contact"].get(_BOX)
    if box is None:
        return text
    anew = b64encode(rewrapped_box(b64decode(box), kms)).decode("ascii")
    return text if anew == box else _dumped({**document, "contact": {_BOX: anew}})


def handles_in(text: str) -> Iterator[str]:
    """The handles that sealed contacts in a JSON text name."""
    if '"sealed"' in text:
        for found in _ONE.finditer(text):
            yield from from_json(found[0])["sealed"]


def opened_in(text: str, opening: Opening) -> str:
    """JSON text with its sealed contacts as whoever may read them does; of a person who was forgotten the masks."""
    if '"sealed"' not in text:
        return text
    return _ONE.sub(lambda found: _dumped(_opened(from_json(found[0]), opening)), text)


def opened(contact: Contact, opening: Opening) -> Contact:
    """A contact with what its rows say; one that is not sealed as it is."""
    if contact.sealed is None:
        return contact
    return Contact.model_validate(_opened(contact.model_dump(), opening))


def opened_outside(text: str, opening: Opening) -> str:
    """What outsiders read of a message as it is kept: its contacts opened, and nothing that its veil hides."""
    opened = opened_in(text, opening)
    if _VEILED.match(text) is None:
        return opened
    document = json.loads(opened)
    veil = Veil.model_validate(document.pop("veil"))
    if any(not opening.get(handle) for handle in handles_in(text)):
        # Nobody can tell any more which of these words name them.
        return _dumped(reworded(document, lambda said: BLOCK * len(said)))
    return _dumped(veil(document))


def veiled(body: str, veil: Veil | None) -> str:
    """The JSON of a message as it is kept, with what hides its texts when it leaves."""
    return body if veil is None else f'{{"veil":{veil.model_dump_json(exclude_none=True)},{body[1:]}'


def _opened(contact: Mapping[str, Any], opening: Opening) -> dict[str, str]:
    said: dict[str, str] = {}
    for handle in contact["sealed"]:
        said |= opening.get(handle, {})
    return {name: said.get(name, contact[name]) for name in CONTACT_FIELDS if contact.get(name) is not None}


def _dumped(document: Any) -> str:
    return to_json(document).decode()
