"""From a wish to a notice: the words of the template, and the moment from which it may go out."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Template

import rulebook as given
from rulebook.messages import LEFT_IN_PEACE
from rulebook.sentences import templating
from schemas.discreet import discreet
from schemas.envelope import derived_id
from schemas.recognised import masked
from schemas.sealed import Veil
from schemas.values import Contact, Tier
from services.notify.core.book import AddressBook
from services.notify.core.notice import Notice, Wish
from services.notify.core.profile import Profile
from services.notify.core.values import filled


class DigestWords:
    """Words what is gathered for one address under one policy."""

    def __init__(self, policy: given.Policy) -> None:
        environment = templating()
        self._area = policy.area
        self._subject = environment.from_string(policy.digest.subject)
        self._item = environment.from_string(policy.digest.item)

    def subject(self, count: int) -> str:
        """Say how many notices there are."""
        return self._subject.render(area=self._area, count=count)

    def item(self, number: int, subject: str, text: str) -> str:
        """Say one of the notices, by its place among them."""
        return self._item.render(area=self._area, number=number, subject=subject, text=text)


class Wording:
    """Words notices under one policy; compiles each template once."""

    def __init__(self, policy: given.Policy) -> None:
        self.policy = policy
        self.book = AddressBook(policy)
        self._environment = templating()
        self._compiled: dict[str, Template] = {}

    def notice(self, wish: Wish, profile: Profile, cause: str, at: datetime) -> Notice | None:
        """Word a wish; None where the policy has no such template. The key is the same however often it is asked."""
        template = self.policy.template(wish.template)
        if template is None:
            return None
        caller = template.audience is given.Audience.REQUESTER
        values = filled(profile, self.book, wish.values, caller=caller)
        gathered = wish.to.gathers and profile.tier is not Tier.URGENT
        peaceful = self._peaceful(template, profile)
        return Notice(
            key=derived_id(cause, "notice", wish.template, wish.to.audience, wish.to.way.value),
            template=wish.template,
            to=wish.to,
            not_before=self._not_before(at, wish.over, peaceful=peaceful, gathered=gathered),
            subject=self._shown(self._render(template.subject, values), template.audience),
            text=self._shown(
                self._render(template.by_channel.get(wish.to.way.value, template.text), values), template.audience
            ),
            peaceful=peaceful,
            gathered=gathered,
            over=wish.over,
            veil=None if caller else _veil(profile),
            origin=derived_id(cause, "notice", wish.template, wish.to.audience),
        )

    def _shown(self, text: str, audience: given.Audience) -> str:
        """Whoever works on it may have to ring somebody up; whoever asked reads no number of anybody's."""
        return discreet(text, self.policy.office_numbers) if audience in LEFT_IN_PEACE else masked(text)

    def _peaceful(self, template: given.Template, profile: Profile) -> bool:
        """Leave citizens in peace at night; what is urgent, and everybody on duty, is told at once."""
        return template.audience in LEFT_IN_PEACE and not template.at_once and profile.tier is not Tier.URGENT

    def _not_before(self, at: datetime, over: datetime | None, *, peaceful: bool, gathered: bool) -> datetime:
        """What is gathered waits for the half day, but never until it is over."""
        if gathered:
            opens = self.policy.next_half_day(at)
            return opens if over is None or opens < over else at
        return self.policy.peace_until(at) if peaceful else at

    def _render(self, text: str, values: dict[str, str]) -> str:
        compiled = self._compiled.get(text)
        if compiled is None:
            compiled = self._compiled[text] = self._environment.from_string(text)
            # Templates know their variables only; jinja's own names would be copied for every message.
            compiled.globals = {}
        return compiled.render(values)


def _veil(profile: Profile) -> Veil | None:
    """Of a requester who must stay unknown staff reads nothing at all."""
    if not (profile.confidential or profile.anonymous):
        return None
    known = tuple(contact for contact in (profile.contact, *profile.contacts) if contact != Contact())
    return Veil(contacts=known, every_phone=profile.anonymous, introductions=True)
