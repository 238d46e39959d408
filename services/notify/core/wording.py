"""From a wish to a notice: the words of the template, and the moment from which it may go out."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jinja2 import Environment, Template

import rulebook as given
from rulebook.messages import LEFT_IN_PEACE
from schemas.envelope import derived_id
from schemas.values import Tier
from services.notify.core.book import AddressBook
from services.notify.core.notice import Notice, Wish
from services.notify.core.profile import Profile
from services.notify.core.values import filled


class Wording:
    """Words notices under one policy; compiles each template once."""

    def __init__(self, policy: given.Policy) -> None:
        self.policy = policy
        self.book = AddressBook(policy)
        self._zone = ZoneInfo(policy.office.zone)
        self._environment = Environment(autoescape=False)  # noqa: S701 - plain text, never HTML
        self._compiled: dict[str, Template] = {}

    def notice(self, wish: Wish, profile: Profile, cause: str, at: datetime) -> Notice | None:
        """Word a wish; None where the policy has no such template. The key is the same however often it is asked."""
        template = self.policy.template(wish.template)
        if template is None:
            return None
        values = filled(profile, self.book, wish.values, caller=template.audience is given.Audience.REQUESTER)
        return Notice(
            key=derived_id(cause, "notice", wish.template, wish.to.audience, wish.to.way.value),
            template=wish.template,
            to=wish.to,
            not_before=self.not_before(template, profile, at),
            subject=self._render(template.subject, values),
            text=self._render(template.by_channel.get(wish.to.way.value, template.text), values),
        )

    def not_before(self, template: given.Template, profile: Profile, at: datetime) -> datetime:
        """Leave citizens in peace at night; what is urgent, and everybody on duty, is told at once."""
        if template.audience not in LEFT_IN_PEACE or template.at_once or profile.tier is Tier.URGENT:
            return at
        here = at.astimezone(self._zone)
        if not self.policy.is_quiet(here.time()):
            return at
        until = self.policy.office.quiet_until
        morning = here.replace(hour=until.hour, minute=until.minute, second=0, microsecond=0)
        return morning if morning > here else morning + timedelta(days=1)

    def _render(self, text: str, values: dict[str, str]) -> str:
        compiled = self._compiled.get(text)
        if compiled is None:
            compiled = self._compiled[text] = self._environment.from_string(text)
            # Templates know their variables only; jinja's own names would be copied for every message.
            compiled.globals = {}
        return compiled.render(values)
