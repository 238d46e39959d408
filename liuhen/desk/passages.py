"""Finding a passage in a ticket's texts, so that a redaction can point at it without repeating it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from schemas import dispatch as d
from schemas.message import Message
from schemas.recognised import masked
from schemas.registry import model_of
from schemas.spoken import said_besides, spoken_in
from services.trace.for_tools import EntryAnswer
from tools.errors import SaidClearly
from vocabulary import passage as named

_NOTES: Final[Mapping[type[Message], str]] = {
    d.Dispatched: "note",
    d.DispatcherNoted: "note",
    d.ProgressNoted: "text",
    d.FollowUpAdded: "text",
    d.InfoProvided: "text",
    d.FixReported: "text",
    d.FirstContactMade: "note",
    d.FirstContactTried: "note",
    d.SupportTaskDone: "reply",
}
"""What is shared with all who work on a ticket, and the field in which it is said."""
_FIRST_CONTACTS: Final = (d.FirstContactMade, d.FirstContactTried)
_BEGIN: Final = (d.Opened, d.AnsweredOnLine)
"""What a ticket begins with; all that it says has a name."""
_REPLIES: Final[Mapping[type[Message], str]] = {
    d.Handled: "reply",
    d.SettledAtUnit: "reply",
    d.FinalAnswerGiven: "text",
}


def texts_of(entries: Sequence[EntryAnswer]) -> Mapping[str, str]:
    """The texts of a ticket by the names that dispatch has for them, read off its trace."""
    said = _Said()
    for entry in entries:
        model = model_of(entry["type"])
        if model is not None and issubclass(model, d.DispatchFact):
            said.hear(model, entry["body"])
    return said.texts()


@dataclass
class _Said:
    """What was said so far."""

    single: dict[str, str | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    callbacks: list[str] = field(default_factory=list)
    taken: dict[str, list[str]] = field(default_factory=dict)
    earlier: tuple[str, ...] = ()

    def hear(self, model: type[Message], body: Mapping[str, Any]) -> None:
        """Keep what a fact says under the name that its text has, and under that of what was said earlier."""
        if model not in _BEGIN and model not in d.REFUSALS:
            self.earlier = said_besides(self.earlier, body)
        if model in _NOTES:
            self._share(model, body, _NOTES[model])
        elif model in _REPLIES:
            self.single["reply"] = body.get(_REPLIES[model])
        elif model in _BEGIN:
            self.single |= {
                "text": body.get("text") or body.get("answer"),
                "place": (body.get("place") or {}).get("text"),
            }
        elif model is d.Corrected:
            self.single |= dict(_corrected(body["new"]))
        elif model is d.CallbackRecorded:
            self.callbacks.append(body.get("note") or "")
        elif model is d.MergeTaken:
            self.taken[body["other"]] = [each["text"] for each in body.get("supplements") or ()]
        elif model is d.MergeDropped:
            self.taken.pop(body["other"], None)
        elif model is d.Reopened:
            self.single["reply"] = None

    def _share(self, model: type[Message], body: Mapping[str, Any], name: str) -> None:
        if body.get(name) and not body.get("withheld"):
            self.notes.append(body[name])
        if model in _FIRST_CONTACTS:
            self.single["first_contact"] = body.get("note")

    def texts(self) -> Mapping[str, str]:
        merged = (text for texts in self.taken.values() for text in texts)
        found = {
            **self.single,
            **{f"note-{number}": text for number, text in enumerate(reversed(self.notes), 1)},
            **{f"callback-{number}": text for number, text in enumerate(self.callbacks, 1)},
            **{f"supplement-{number}": text for number, text in enumerate(merged, 1)},
            **{f"earlier-{number}": text for number, text in enumerate(reversed(self.earlier), 1)},
        }
        return {name: text for name, text in found.items() if text}


def _corrected(new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if new.get("text"):
        yield "text", new["text"]
    if new.get("place"):
        yield "place", new["place"]["text"]
    if new.get("reply"):
        yield "reply", new["reply"]


def find(texts: Mapping[str, str], passage: str, where: str | None) -> tuple[str, int] | None:
    """Tell in which text a passage stands, and from which character; it may be given masked as it is shown.

    None where it stands in none; SaidClearly where the text that is meant is none.
    """
    if where is not None and where not in texts:
        raise SaidClearly(f"该工单没有名为 {where} 的文字。有：{'、'.join(map(named, texts))}")
    for name, text in texts.items():
        for form in (passage, masked(passage)):
            if where in (None, name) and form in text:
                return name, text.index(form)
    return None


def was_said(entries: Sequence[EntryAnswer], passage: str) -> bool:
    """Tell whether somebody said a passage of the ticket at all: long ago, or in what was refused.

    SaidClearly where it is given masked, for nothing tells what stands there.
    """
    shown = masked(passage)
    if not any(shown in text for entry in entries for text in spoken_in(entry["body"])):
        return False
    if "*" in passage:
        raise SaidClearly("这一段不在工单现有的文字里，请写没有遮盖的原文。")
    return True
