"""What a ticket is, as it is recorded, classified, joined by others and corrected: what notify keeps of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import tickets as t
from schemas.recognised import gist
from schemas.sealed import told_by
from schemas.values import Channel, Contact, PartyKind, RequesterKind, Tier
from services.notify.core.occasion import Occasion
from services.notify.core.profile import Profile
from services.notify.reactions.tables import GIST, Wishes, known_under, profiles, wishes

_NEW_NUMBER: Final = "电话已更正，请按更正后的电话联系。"


@profiles.on(d.Opened)
def _known(profile: Profile, fact: d.Opened, _at: datetime) -> Profile:
    """Whoever gave a category, or asked for less time than usual, has decided on the tier."""
    return replace(
        profile,
        receipt=fact.receipt,
        channel=fact.channel,
        anonymous=fact.requester_kind is RequesterKind.ANONYMOUS,
        contact=fact.contact,
        contacts=fact.contacts or (),
        upstream=fact.upstream.number if fact.upstream and _is_of_the_city(fact) else None,
        visitor=fact.visit.visitor if fact.visit else None,
        confidential=fact.confidential,
        accused=fact.accused,
        kind=fact.kind.value,
        tier=fact.tier,
        tier_decided=fact.category is not None or fact.tier is not Tier.COMPLEX,
        category=fact.category,
        place=fact.place.text,
        text=gist(fact.text, GIST),
    )


def _is_of_the_city(fact: d.Opened) -> bool:
    """Whoever takes a call may name any number of the city: it hears of what it handed down itself alone."""
    return fact.part_of is None and fact.by.party is not None and fact.by.party.kind is PartyKind.CITY


@profiles.on(t.Answered)
def _known_answered(profile: Profile, fact: t.Answered, _at: datetime) -> Profile:
    return replace(
        profile,
        receipt=fact.receipt,
        channel=fact.channel,
        anonymous=fact.requester_kind is RequesterKind.ANONYMOUS,
        contact=fact.contact,
        kind=fact.kind.value,
        category=fact.category,
        reply=fact.answer,
        receipt_told=True,
    )


wishes.on(t.Answered)(lambda _, o: o.requester("requester-answered"))
profiles.on(d.CategorySuggested)(lambda p, fact, _: replace(p, category=fact.category) if fact.taken else p)
profiles.on(d.Classified)(lambda p, fact, _: replace(p, category=fact.category, tier=fact.tier, tier_decided=True))


@profiles.on(d.MergeTaken)
def _took_in(profile: Profile, fact: d.MergeTaken, _at: datetime) -> Profile:
    confidential = profile.confidential or fact.confidential is not None
    contacts = known_under(profile, *(fact.contacts or ()))
    return replace(profile, tier=fact.tier or profile.tier, confidential=confidential, contacts=contacts)


profiles.on(d.FollowUpAdded, d.InfoProvided)(lambda p, fact, _: replace(p, said=gist(fact.text, GIST)))


@profiles.on(d.Corrected)
def _known_better(profile: Profile, fact: d.Corrected, _at: datetime) -> Profile:
    """Whoever is told anything from now on is told by what stands; what went elsewhere is told again."""
    new, was = fact.new, profile.contact
    elsewhere = new.contact is not None and _reached_at(profile, new.contact) != _reached_at(profile, was)
    return replace(
        profile,
        contact=new.contact or profile.contact,
        contacts=known_under(profile, fact.old.contact) if fact.old.contact else profile.contacts,
        confidential=profile.confidential if new.confidential is None else new.confidential,
        place=new.place.text if new.place else profile.place,
        text=gist(new.text, GIST) if new.text else profile.text,
        category=new.category or profile.category,
        reply=new.reply or profile.reply,
        receipt_told=profile.receipt_told and not elsewhere,
        promised="" if elsewhere else profile.promised,
        responsible=None if elsewhere else profile.responsible,
    )


def _reached_at(profile: Profile, contact: Contact) -> str | None:
    return told_by(contact, "wechat" if profile.channel is Channel.WECHAT and contact.wechat else "phone")


profiles.on(d.AttachmentRemoved, d.Redacted)(lambda p, _, __: p)


@wishes.on(d.Corrected)
def _corrected(fact: d.Corrected, o: Occasion) -> Wishes:
    if fact.told and fact.new.reply:
        yield from o.requester("requester-reply-corrected")
    if fact.new.confidential is False:
        yield from o.requester("requester-confidence-ended")
    if fact.new.contact is not None and told_by(fact.new.contact, "phone") != told_by(o.before.contact, "phone"):
        yield from o.lead("department-info-provided", text=_NEW_NUMBER)
