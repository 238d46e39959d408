"""Who is reached how: the addresses of the policy's offices and people, and of requesters as far as they gave one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rulebook import Audience, Policy, Role
from schemas.owner import Owner
from schemas.values import Channel
from services.notify.core.notice import Addressee, Way
from services.notify.core.profile import Profile

_REQUESTER: Final = Owner.of(Audience.REQUESTER.value)


@dataclass(frozen=True)
class AddressBook:
    """The addresses of one policy."""

    policy: Policy

    def requester(self, profile: Profile) -> Iterable[Addressee]:
        """Reach the requester on the channel that they came by, else by telephone; nobody where neither is known."""
        contact = profile.contact
        if profile.anonymous:
            return
        if profile.channel is Channel.WECHAT and contact.wechat:
            yield Addressee(_REQUESTER, Way.WECHAT, contact.wechat)
        elif contact.phone:
            yield Addressee(_REQUESTER, Way.SMS, contact.phone)

    def visitor(self, profile: Profile) -> Iterable[Addressee]:
        """Reach the visitor who brought the problem, unless it is confidential."""
        if profile.visitor and not profile.confidential:
            yield Addressee(Owner.of(Audience.VISITOR.value, profile.visitor), Way.VISITOR, profile.visitor)

    def departments(self, profile: Profile, *codes: str | None, at_once: bool = False) -> Iterable[Addressee]:
        """Reach the desks of departments, or whoever is on duty there by telephone; never one that is accused."""
        for code in dict.fromkeys(codes):
            found = self.policy.department(code) if code and code not in profile.accused else None
            if found is None:
                continue
            audience = Owner.of_department(found.code)
            if at_once:
                yield Addressee(audience, Way.SMS, found.duty.phone)
            else:
                yield Addressee(audience, Way.MAIL, found.desk.mail)

    def supervisors(self) -> Iterable[Addressee]:
        for person in self.policy.with_role(Role.SUPERVISOR):
            yield Addressee(Owner.of(Audience.SUPERVISOR.value, person.id), Way.MAIL, person.mail)

    def duty_officers(self) -> Iterable[Addressee]:
        """Reach whoever is on duty in the centre, by telephone, day and night."""
        for person in self.policy.with_role(Role.DUTY_OFFICER):
            yield Addressee(Owner.of(Audience.DUTY_OFFICER.value, person.id), Way.SMS, person.phone)

    def person(self, code: str) -> Iterable[Addressee]:
        """Reach a named person of the centre or the survey office."""
        found = self.policy.person(code)
        if found is not None:
            yield Addressee(Owner.of(Audience.CENTRE.value, found.id), Way.MAIL, found.mail)

    def name(self, code: str | None) -> str:
        """Name a department or an outside body."""
        if not code:
            return ""
        known = self.policy.department(code) or next((body for body in self.policy.outside if body.code == code), None)
        return known.name if known else code
