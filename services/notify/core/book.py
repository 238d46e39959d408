"""Who is reached how: the addresses of the policy's offices and people, and of requesters as far as they gave one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rulebook import Audience, Policy, Role
from schemas.owner import Owner
from schemas.sealed import only
from schemas.values import Channel, Contact
from services.notify.core.notice import Addressee, Way
from services.notify.core.phones import takes_messages
from services.notify.core.profile import Profile

_REQUESTER: Final = Owner.of(Audience.REQUESTER.value)


def _loud(audience: Owner, phone: str) -> Iterable[Addressee]:
    """Tell somebody as loudly as can be: a short message where the number takes one, and a place on the call list."""
    if takes_messages(phone):
        yield Addressee(audience, Way.SMS, phone)
    yield Addressee(audience, Way.CALL, phone)


def _address(contact: Contact, field: str) -> str:
    """Where the requester is reached: the contact alone knows, until the message leaves."""
    part = only(contact, field)
    said: str = getattr(part, field)
    return said if part.sealed is None else part.model_dump_json(exclude_none=True)


def _requester_by(contact: Contact, way: Way) -> str | None:
    match way:
        case Way.WECHAT:
            return _address(contact, "wechat") if contact.wechat else None
        case Way.SMS:
            return _address(contact, "phone") if contact.phone and takes_messages(contact.phone) else None
        case Way.CALL:
            return _address(contact, "phone") if contact.phone else None
        case Way.MAIL | Way.VISITOR | Way.CITY:
            return None


def _staff_by(phone: str, mail: str, way: Way) -> str | None:
    match way:
        case Way.MAIL:
            return mail
        case Way.CALL:
            return phone
        case Way.SMS:
            return phone if takes_messages(phone) else None
        case Way.WECHAT | Way.VISITOR | Way.CITY:
            return None


@dataclass(frozen=True)
class AddressBook:
    """The addresses of one policy."""

    policy: Policy

    def requester(self, profile: Profile, ways: Collection[str]) -> Iterable[Addressee]:
        """Reach the requester on the channel that they came by, else by telephone; nobody where neither is known.

        A landline takes no short message: who has only that is rung up, where the message may go that way.
        """
        contact = profile.contact
        if profile.anonymous:
            return
        if profile.channel is Channel.WECHAT and contact.wechat:
            yield Addressee(_REQUESTER, Way.WECHAT, _address(contact, "wechat"))
        elif contact.phone and takes_messages(contact.phone):
            yield Addressee(_REQUESTER, Way.SMS, _address(contact, "phone"))
        elif contact.phone and Way.CALL in ways:
            yield Addressee(_REQUESTER, Way.CALL, _address(contact, "phone"))

    def visitor(self, profile: Profile) -> Iterable[Addressee]:
        """Reach the visitor who brought the problem, unless it is confidential."""
        if profile.visitor and not profile.confidential:
            yield Addressee(Owner.of(Audience.VISITOR.value, profile.visitor), Way.VISITOR, profile.visitor)

    def city(self, profile: Profile) -> Iterable[Addressee]:
        """Reach the city's platform about what it handed down, under its own number."""
        if profile.upstream is not None:
            yield Addressee(Owner.of(Audience.CITY.value), Way.CITY, profile.upstream)

    def departments(self, profile: Profile, *codes: str | None, at_once: bool = False) -> Iterable[Addressee]:
        """Reach the desks of departments, or whoever is on duty there by telephone; never one that is accused."""
        for code in dict.fromkeys(codes):
            found = self.policy.department(code) if code and code not in profile.accused else None
            if found is None:
                continue
            audience = Owner.of_department(found.code)
            if at_once:
                yield from _loud(audience, found.duty.phone)
            else:
                yield Addressee(audience, Way.MAIL, found.desk.mail, gathers=True)

    def supervisors(self, at: datetime, *, at_once: bool = False) -> Iterable[Addressee]:
        """Reach the supervisors by mail, or by telephone."""
        for person in self.policy.with_role(Role.SUPERVISOR, at):
            audience = Owner.of(Audience.SUPERVISOR.value, person.id)
            if at_once:
                yield from _loud(audience, person.phone)
            else:
                yield Addressee(audience, Way.MAIL, person.mail, gathers=person.digest)

    def duty_officer(self, code: str) -> Iterable[Addressee]:
        """Reach somebody on duty in the centre, by telephone, day and night."""
        found = self.policy.person(code)
        if found is not None:
            yield from _loud(Owner.of(Audience.DUTY_OFFICER.value, found.id), found.phone)

    def person(self, code: str, *, at_once: bool = False) -> Iterable[Addressee]:
        """Reach a named person of the centre or the survey office by mail, or by telephone."""
        found = self.policy.person(code)
        if found is not None and at_once:
            yield from _loud(Owner.of(Audience.CENTRE.value, found.id), found.phone)
        elif found is not None:
            yield Addressee(Owner.of(Audience.CENTRE.value, found.id), Way.MAIL, found.mail, gathers=found.digest)

    def by_way(self, profile: Profile, audience: Owner, way: Way) -> Addressee | None:
        """Reach somebody who is told something by this way; None where they are not reached by it."""
        match audience.kind:
            case Audience.REQUESTER:
                address = None if profile.anonymous else _requester_by(profile.contact, way)
            case Audience.DEPARTMENT:
                address = self._department_by(profile, audience.code, way)
            case Audience.CENTRE | Audience.SUPERVISOR | Audience.DUTY_OFFICER:
                found = self.policy.person(audience.code or "")
                address = _staff_by(found.phone, found.mail, way) if found else None
            case _:
                address = None
        return Addressee(audience, way, address) if address else None

    def _department_by(self, profile: Profile, code: str | None, way: Way) -> str | None:
        found = self.policy.department(code) if code and code not in profile.accused else None
        return _staff_by(found.duty.phone, found.desk.mail, way) if found else None

    def name(self, code: str | None) -> str:
        """Name a department or an outside body."""
        return self.policy.body_name(code) if code else ""

    def name_for_callers(self, code: str | None) -> str:
        """Name a department or an outside body as those who called are told of it."""
        return self.policy.name_for_callers(code) if code else ""
