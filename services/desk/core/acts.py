"""One act of a person: read strictly, under the name of who is logged in, within what that person may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from doors.own import DESK
from doors.people import Known
from doors.permitted import not_permitted
from doors.reading import digest_of, document_of, doubled, dumped, not_storable, validated
from doors.refusals import Refusal, refusal
from rulebook import Policy
from rulebook.codes import TAKE_CALL
from schemas.acts import SETTLED
from schemas.envelope import derived_id
from schemas.inbound import Action, AnyAction, OfficeAction, OnIncident, Redact
from schemas.message import contracts
from schemas.redaction import seal_of
from schemas.text import fitted, one_line, unstorable
from schemas.values import Party, PartyKind, Person
from vocabulary import ACTIONS, DUTIES

SOURCE: Final = DESK
"""The CloudEvents source of all that persons say through this door."""
_SHOWN: Final = 40
_ACT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class OfficeAct(NamedTuple):
    """What somebody wants done, and for whom they act; `digest` is equal for equal content, however it was spelled."""

    party: Party
    action: AnyAction
    digest: bytes

    @property
    def about(self) -> str:
        """The ticket or incident that it names; '' for what is about neither."""
        return getattr(self.action, "ticket", None) or getattr(self.action, "incident", None) or ""

    @property
    def do(self) -> str:
        """What is to be done, by its name."""
        return self.action.do

    @property
    def on_incident(self) -> bool:
        """Whether it reaches every member of an incident, of which some may be refused."""
        return isinstance(self.action, OnIncident)


def act_of(login: str, key: str) -> str:
    """Name the act of a person under a key of theirs, which is the same for ever and known before it is said."""
    return derived_id(SOURCE, login, key)


def is_act(said: str) -> bool:
    """Tell whether an act can have this name."""
    return _ACT.fullmatch(said) is not None


def is_final(*, decided: bool | None, accepted_at: datetime, now: datetime) -> bool:
    """Whether an accepted act stands: the door decided it, or the ticket's life had its time to refuse it."""
    return bool(decided) or now - accepted_at >= SETTLED


def _named(kind: PartyKind) -> Mapping[str, type[Action]]:
    models = (model for model in contracts().values() if issubclass(model, Action) and kind in model.spoken_by)
    return {str(model.model_fields["do"].default): model for model in models}


SPOKEN_FOR: Final = (PartyKind.OFFICE, PartyKind.DEPARTMENT, PartyKind.CALLBACK, PartyKind.HOTLINE)
"""For whom somebody may speak at this door."""
_ACTIONS: Final = {kind: _named(kind) for kind in SPOKEN_FOR}


class Keys(NamedTuple):
    """The key under which contents are told apart, and that of the hashes of what is redacted."""

    contents: bytes
    redaction: bytes


def read(policy: Policy, who: Known, data: bytes, at: datetime, keys: Keys) -> OfficeAct | Refusal:
    """Read an act in the name of who is logged in; never raises.

    Of the office and the callback agency the person is who is logged in, and content that names somebody else is
    refused; whoever takes calls says for the hotline what callers ask for. Of a department the person is whom the
    department names: its own people are its own matter.
    """
    document = _content(data)
    if isinstance(document, Refusal):
        return document
    party = _party_of(who, document.get("do"))
    actions = _ACTIONS[party.kind]
    model = actions.get(document.get("do", ""))
    if model is None:
        return _unknown(document.get("do"), actions)
    if who.department is None:
        named, by = "agent" if party.kind is PartyKind.HOTLINE else "by", {"id": who.login, "name": who.name}
        if document.setdefault(named, by) != by:
            words = f"操作人就是登录的人（{who.name}），不能另写他人。"
            return refusal("not_permitted", named, words, f"请去掉 {named} 再提交。")
    if model is Redact:
        _seal(document, keys.redaction)
    content = dumped(document)
    action = validated(model, content)
    if isinstance(action, Refusal):
        return action
    if (refused := _beyond_duties(policy, who, party, action, at)) is not None:
        return refused
    return OfficeAct(party, action, digest_of(model.type_name, content, document, keys.contents))


def _party_of(who: Known, do: object) -> Party:
    """Tell for whom somebody acts: a person of the office who says what a caller asks for speaks for the hotline."""
    takes_call = who.party.kind is PartyKind.OFFICE and do in _ACTIONS[PartyKind.HOTLINE]
    return Party(kind=PartyKind.HOTLINE) if takes_call else who.party


def takes_no_calls(policy: Policy, who: Known, at: datetime) -> Refusal | None:
    """Refuse whoever may not say for the hotline what a caller asks for; None for whoever may."""
    return not_permitted(policy, TAKE_CALL, DUTIES[TAKE_CALL], Person(id=who.login, name=who.name), at)


def _seal(document: dict[str, Any], secret: bytes) -> None:
    """Put the keyed hash of a passage in its place: what is to be covered is neither kept nor said once more."""
    if isinstance(passage := document.get("passage"), str):
        del document["passage"]
        document |= {"seal": seal_of(passage, secret), "length": len(passage)}


def _beyond_duties(policy: Policy, who: Known, party: Party, action: Action, at: datetime) -> Refusal | None:
    if party.kind is PartyKind.HOTLINE:
        return takes_no_calls(policy, who, at)
    if not isinstance(action, OfficeAction):
        return None
    do = str(type(action).model_fields["do"].default)
    return not_permitted(policy, do, ACTIONS[do], action.by, at)


def _content(data: bytes) -> dict[str, Any] | Refusal:
    document = document_of(data)
    if document is None and (name := doubled(data)) is not None:
        return refusal("duplicate_field", name, f"字段 {name} 写了两次，请只写一次。")
    if document is None and data.strip() != b"null":
        return refusal("not_json", None, "内容不是合法的 JSON。")
    if not isinstance(document, dict) or not isinstance(document.get("do", ""), str):
        return refusal("wrong_type", None, "内容应为一个 JSON 对象，以文字 do 写明要做什么。")
    if (found := unstorable(document)) is not None:
        return not_storable(*found)
    return document


def _unknown(do: str | None, actions: Mapping[str, type[Action]]) -> Refusal:
    known = f"请用：{'、'.join(actions)}。"
    if do is None:
        return refusal("missing_field", "do", "缺少 do：要做什么。", known)
    return refusal("unknown_value", "do", f"没有 {fitted(one_line(do), _SHOWN)} 这种操作，或者不由您这一方做。", known)
