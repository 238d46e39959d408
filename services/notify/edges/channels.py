"""Notify's edge: takes what is due, sends it, writes down what became of it. Nothing is sent inside a transaction."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import product
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import aiosmtplib
import structlog
from prometheus_client import Counter, Gauge

from chassis import crash_points
from chassis.crash_points import CrashPoint
from chassis.failures import transient
from chassis.metrics import ALARMS, PREFIX
from chassis.service import Edge, EdgeContext
from doors.city import Platform
from doors.statuses import says_no
from rulebook import Audience, Policy
from rulebook.rules import Delivery
from schemas.text import harmless, one_line
from services.notify import store
from services.notify.core.notice import Way
from services.notify.core.overtaken import still_true
from services.notify.core.wording import DigestWords
from services.notify.edges import settling
from services.notify.edges.city import to_city
from services.notify.edges.gathering import as_one, in_one, is_over, leaving, opened
from services.notify.edges.sending import SIDE_BY_SIDE, UNSENDABLE, Channel, Failed, Leaving, one_by_one
from services.notify.edges.wecom import to_wecom
from services.notify.settings import NotifySettings
from services.notify.store import OVER, DueDelivery, Ended, Paced, WantedDeliveries

_AT_ONCE: Final = 500
_IDLE_SECONDS: Final = 0.2
_AWAY_SECONDS: Final = 1.0
_END_SECONDS: Final = 5.0
_COUNT_EVERY: Final = 25
_LOOKS_BACK: Final = timedelta(minutes=1)
"""So often reports are held against all messages that are older than those of the last minutes."""
_MAIL_PORT: Final = 25
_REQUESTER: Final = Audience.REQUESTER.value
OUTCOMES: Final = ("accepted", "delivered", "failed", "given_up", "dropped")
SETTLEMENTS: Final = ("delivered", "undelivered", "unconfirmed")
_log: Final = structlog.get_logger()

DELIVERIES: Final = Counter(
    PREFIX + "deliveries", "Attempts to deliver a message, by what they came to.", ["way", "outcome"]
)
SETTLED: Final = Counter(
    PREFIX + "deliveries_settled", "Messages that the other side took, by what is known of them.", ["way", "outcome"]
)
UNREPORTED: Final = Gauge(
    PREFIX + "deliveries_unreported", "Messages that the other side took and has not reported of.", ["way"]
)
WAITING: Final = Gauge(
    PREFIX + "deliveries_waiting", "Messages that are due and not yet delivered or given up.", ["way"]
)


def to_files(folder: Path) -> Channel:
    """Append messages to a file of their way, one JSON object per line."""

    async def channel(batch: Sequence[DueDelivery]) -> Sequence[Failed | None]:
        try:
            await asyncio.to_thread(_append, folder, batch)
        except OSError as error:
            return [Failed(f"file-{error.errno}")] * len(batch)
        return [None] * len(batch)

    return channel


def _append(folder: Path, batch: Sequence[DueDelivery]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for way in {delivery.way for delivery in batch}:
        lines = [json.dumps(_payload(delivery), ensure_ascii=False) + "\n" for delivery in batch if delivery.way == way]
        descriptor = os.open(folder / f"{way}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, "".join(lines).encode())
        finally:
            os.close(descriptor)


def to_webhook(session: aiohttp.ClientSession, url: str, seconds: float) -> Channel:
    """Post messages as JSON; the notice's key is the Idempotency-Key, so that a repeat does no harm."""

    async def send(delivery: DueDelivery) -> None:
        headers = {"Idempotency-Key": delivery.notice}
        try:
            # A page to which somebody is sent, for logging in, would be taken for the answer.
            async with session.post(url, json=_payload(delivery), headers=headers, allow_redirects=False) as answer:
                if answer.status >= 300:  # noqa: PLR2004 - HTTP's words
                    raise Failed(f"http-{answer.status}", for_ever=says_no(answer.status))
        except aiohttp.ClientError:
            raise Failed("unreachable") from None

    return one_by_one(send, seconds)


def to_mail_server(address: str, sender: str, seconds: float) -> Channel:
    """Hand messages to a mail server; the notice's key is the message's id."""
    parts = urlsplit(address)
    host, port = parts.hostname or "127.0.0.1", parts.port or _MAIL_PORT

    async def send(delivery: DueDelivery) -> None:
        try:
            await aiosmtplib.send(_mail(delivery, sender), hostname=host, port=port, timeout=seconds)
        except aiosmtplib.SMTPResponseException as error:
            raise Failed(f"smtp-{error.code}", for_ever=error.code >= 500) from None  # noqa: PLR2004 - SMTP's words
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise Failed(f"smtp-{min(codes)}", for_ever=min(codes) >= 500) from None  # noqa: PLR2004 - SMTP's words
        except (aiosmtplib.SMTPException, OSError):
            raise Failed("unreachable") from None

    return one_by_one(send, seconds)


def _mail(delivery: DueDelivery, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, delivery.address, one_line(delivery.subject)
    mail["Message-ID"] = f"<{delivery.notice}@{sender.partition('@')[2]}>"
    mail["Idempotency-Key"] = delivery.notice
    mail.set_content(harmless(delivery.text))
    return mail


def _payload(delivery: DueDelivery) -> dict[str, str]:
    return {
        "notice": delivery.notice,
        "ticket": delivery.ticket,
        "audience": delivery.audience,
        "template": delivery.template,
        "way": delivery.way,
        "to": delivery.address,
        "subject": one_line(delivery.subject),
        "text": harmless(delivery.text),
    }


def delivering(settings: NotifySettings, policy: Policy) -> Edge:
    """Make the edge that delivers: by the channels of the settings, as persistent and as quiet as the policy."""
    rules = policy.delivery

    async def edge(context: EdgeContext) -> None:
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            channels = channels_of(settings, rules, session)
            words = DigestWords(policy)
            await Loop(context, settings, rules, words, channels, lambda at: policy.peace_until(at) > at).run()

    return edge


def channels_of(settings: NotifySettings, rules: Delivery, session: aiohttp.ClientSession) -> Mapping[str, Channel]:
    """Make the channel of each way."""
    channels: dict[str, Channel] = {}
    for way in Way:
        address = settings.routes.get(way, "")
        if way is Way.CITY and settings.city:
            channels[way] = to_city(Platform(settings, session), rules.timeout_seconds)
        elif address.startswith(("http://", "https://")):
            channels[way] = to_webhook(session, address, rules.timeout_seconds)
        elif address.startswith("wecom-"):
            channels[way] = to_wecom(session, address, rules.timeout_seconds)
        elif address.startswith("smtp://"):
            channels[way] = to_mail_server(address, settings.sender, rules.timeout_seconds)
        else:
            channels[way] = to_files(settings.notices)
    return channels


def patience_of(settings: NotifySettings, rules: Delivery) -> Mapping[str, timedelta]:
    """How long each way that reports has for it; ValueError names one of which the policy does not say."""
    unsaid = sorted(set(settings.reporting) - rules.unknown_after_hours.keys())
    if unsaid:
        said = "、".join(unsaid)
        raise ValueError(
            f"LIUHEN_REPORTING 写了 {said}，而 delivery.unknown_after_hours 没有写；请在政策里补上，或者去掉。"
        )
    return {way.value: timedelta(hours=rules.unknown_after_hours[way.value]) for way in settings.reporting}


def at_once(settings: NotifySettings, rules: Delivery) -> int:
    """How many deliveries to take: where somebody else has to answer, as many as take half of the lease if nobody does.

    What is taken beyond that would be another worker's before its turn came, and sent twice.
    """
    if not settings.routes and not settings.city:
        return _AT_ONCE
    rounds = int(settings.lease_seconds / 2 / rules.timeout_seconds)
    return min(_AT_ONCE, max(rounds, 1) * SIDE_BY_SIDE)


class Loop:
    """Takes what is due, sends it, writes down what became of it; over and over."""

    def __init__(
        self,
        context: EdgeContext,
        settings: NotifySettings,
        rules: Delivery,
        words: DigestWords,
        channels: Mapping[str, Channel],
        is_quiet: Callable[[datetime], bool],
    ) -> None:
        self.context = context
        self.lease = timedelta(seconds=settings.lease_seconds)
        self.most = at_once(settings, rules)
        self.rules = rules
        self.words = words
        self.channels = channels
        self.is_quiet = is_quiet
        self.paces = [Paced(way, each.per_minute / 60, each.at_once) for way, each in sorted(rules.pace.items())]
        self.contacts = settings.contacts()
        self.patience = patience_of(settings, rules)
        self.looks_back_at = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Deliver until cancelled, when what is being sent is still written down; wait for a database that is away."""
        for way, outcome in product(Way, OUTCOMES):
            DELIVERIES.labels(way.value, outcome)
        for reporting, outcome in product(self.patience, SETTLEMENTS):
            SETTLED.labels(reporting, outcome)
        ALARMS.labels("notify", UNSENDABLE)
        rounds = 0
        while True:
            try:
                found = await self._to_its_end()
                if rounds % _COUNT_EVERY == 0:
                    await self.count()
                rounds += 1
            except Exception as error:
                if not transient(error):
                    raise
                await asyncio.sleep(_AWAY_SECONDS)
            else:
                if found < self.most:
                    await asyncio.sleep(_IDLE_SECONDS)

    async def _to_its_end(self) -> int:
        """An orderly end lets a round finish, so that nobody is told twice because of it."""
        current = asyncio.create_task(self.deliver())
        try:
            return await asyncio.shield(current)
        except asyncio.CancelledError:
            await asyncio.wait({current}, timeout=_END_SECONDS)
            current.cancel()
            raise

    async def deliver(self) -> int:
        """Attempt everything that is due now, up to a limit; returns how much that was."""
        await self._settle()
        pool, now = self.context.pool, self.context.clock.now()
        wanted = WantedDeliveries(self.most, self.lease, self.is_quiet(now), self.paces)
        due = await store.take_due(pool, now, wanted)
        gathered = await self._opened(await store.take_gathered(pool, now, self.lease))
        single = await self._opened(due)
        over = [each for each in (*single, *gathered) if is_over(each, now)]
        true_ones, overtaken = still_true([each for each in single if not is_over(each, now)])
        listed, settled = still_true([each for each in gathered if not is_over(each, now)])
        await self._drop([*over, *overtaken, *settled])
        by_ticket: dict[tuple[str, ...], list[DueDelivery]] = {}
        for each in true_ones:
            key = (each.ticket, each.audience, each.way, each.address)
            by_ticket.setdefault(key if each.audience == _REQUESTER else (each.notice,), []).append(each)
        messages = [(in_one([leaving(each, now) for each in those]), those) for those in by_ticket.values()]
        by_address: dict[tuple[str, str], list[DueDelivery]] = {}
        for each in listed:
            by_address.setdefault((each.way, each.address), []).append(each)
        messages += [
            (as_one([leaving(each, now) for each in those], self.words), those) for those in by_address.values()
        ]
        by_channel: dict[Channel, list[Leaving]] = {}
        for message in messages:
            by_channel.setdefault(self.channels[message[0].way], []).append(message)
        await asyncio.gather(*(self._through(channel, batch) for channel, batch in by_channel.items()))
        return len(single) + len(gathered)

    async def _settle(self) -> None:
        """Find what became of what was taken before, where the other side reports."""
        if not self.patience:
            return
        now, pool = self.context.clock.now(), self.context.pool
        looks_back = now >= self.looks_back_at
        found = await settling.settle(pool, self.patience, now, all_reports=looks_back)
        if looks_back:
            self.looks_back_at = now + _LOOKS_BACK
        for (way, outcome), count in found.items():
            SETTLED.labels(way, outcome).inc(count)

    async def _opened(self, due: Sequence[DueDelivery]) -> list[DueDelivery]:
        """What is sent with what it must not be kept with: where its requester is reached, and what its words hide."""
        texts = [text for each in due for text in (each.address, each.veil) if text is not None]
        opening = await self.contacts.opening(self.context.pool, texts)
        return [opened(each, opening) for each in due]

    async def _drop(self, over: Sequence[DueDelivery]) -> None:
        """What can no longer be true when it leaves does not leave."""
        if over:
            now = self.context.clock.now()
            await store.end(
                self.context.pool, [Ended(each.notice, each.attempt, now, "dropped", OVER, None) for each in over]
            )
        for each in over:
            DELIVERIES.labels(each.way, "dropped").inc()

    async def _through(self, channel: Channel, batch: Sequence[Leaving]) -> None:
        answers = await channel([message for message, _ in batch])
        crash_points.here(CrashPoint.NOTICE_SENT)
        ended = [
            self._ended(each, failed, message.notice)
            for (message, those), failed in zip(batch, answers, strict=True)
            for each in those
        ]
        await store.end(self.context.pool, [each for each, _ in ended])
        for each, way in ended:
            DELIVERIES.labels(way, each.outcome).inc()

    def _ended(self, delivery: DueDelivery, failed: Failed | None, sent_as: str) -> tuple[Ended, str]:
        now = self.context.clock.now()
        if failed is None and delivery.way in self.patience:
            return Ended(delivery.notice, delivery.attempt, now, "accepted", None, None, sent_as), delivery.way
        if failed is None:
            return Ended(delivery.notice, delivery.attempt, now, "delivered", None, None), delivery.way
        wait = None if failed.for_ever else self.rules.wait_after(delivery.attempt)
        if wait is None and not failed.for_ever and delivery.way == Way.CITY:
            # Both sides have to hold the same: however long the city is away, it hears each step, in order.
            wait = self.rules.longest_wait_seconds
        if wait is None:
            return Ended(delivery.notice, delivery.attempt, now, "given_up", failed.code, None), delivery.way
        again = now + timedelta(seconds=wait)
        return Ended(delivery.notice, delivery.attempt, now, "failed", failed.code, again), delivery.way

    async def count(self) -> None:
        """Say how much waits, and forget reports of which nothing can come any more."""
        now = self.context.clock.now()
        waiting = await store.waiting(self.context.pool, now, quiet=self.is_quiet(now))
        for way in Way:
            WAITING.labels(way.value).set(waiting.get(way.value, 0))
        if self.patience:
            unreported = await settling.unreported(self.context.pool)
            for reporting in self.patience:
                UNREPORTED.labels(reporting).set(unreported.get(reporting, 0))
            await settling.forget(self.context.pool, self.patience, now)
