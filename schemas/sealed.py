"""What of a requester those read who must not know who it is: a mask of the contact, and texts without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from schemas.introduced import INTRODUCTIONS
from schemas.spelling import UNSEEN, spelt
from schemas.spoken import reworded
from schemas.text import plain, seen
from schemas.values import Contact, DepartmentCode, Value

CONTACT_FIELDS: Final = ("name", "phone", "wechat", "address")
"""What a contact can say."""

_SHOWN, _LAST, _WHOLE = 3, 4, 11
_NOT_DIGITS: Final = re.compile(r"\D")
_BETWEEN: Final = re.compile(r"[\W_]+")
_FEWEST, _LOCAL, _HOUSE = 5, 7, 4
"""So many digits are a number that somebody can be called under, one within a city, the number of a house at most."""
_EXTENSION: Final = re.compile(r"#|,|;|ext|转|轉|分机|分機|内线", re.IGNORECASE)
_COUNTRY: Final = re.compile(r"^(?:00)?86(?=\d{9})")
_AREA: Final = re.compile(r"^0?(?:10|2\d|[3-9]\d\d)(?=\d{7,8}$)")
_PART: Final = re.compile(r"(?P<number>[0-9十百千]+)|(?P<between>[\W_]+)|.")
_POWERS: Final = {"千": 1000, "百": 100, "十": 10, "": 1}
_BLANKS: Final = r" \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_IN_NUMBERS: Final = rf"[\W_{UNSEEN}]{{0,20}}"
_IN_ANY: Final = rf"[{_BLANKS}\-\u2010-\u2015\uff0d·()（）/_{UNSEEN}]{{0,3}}"
_IN_GROUPS: Final = rf"(?:[.\uff0e]|{_IN_ANY})"
_IN_SHORT_ONES: Final = rf"[\s\-\u2010-\u2015\uff0d{UNSEEN}]{{0,2}}"
_IN_NAMES: Final = rf"[{_BLANKS}\-\u00b7\u2022\u30fb*_|~{UNSEEN}]{{0,8}}"
_IN_ADDRESSES: Final = rf"[{_BLANKS}\-\u2010-\u2015,.\uff0c\u3002\u3001/()#{UNSEEN}]{{0,8}}"
_IN_WORDS: Final = rf"[\-_.{UNSEEN}]{{0,8}}"
_INSIDE_NUMBERS: Final = rf"[{_BLANKS}{UNSEEN}]{{0,8}}"


def _digits(first: str, more: int) -> str:
    return _IN_ANY.join((first, *["[0-9]"] * more))


_ABROAD: Final = rf"(?:(?:\+|00)?{_IN_ANY}8{_IN_ANY}6{_IN_GROUPS})?"
_MOBILE: Final = _IN_GROUPS.join((_IN_ANY.join(("1", "[3-9]", "[0-9]")), _digits("[0-9]", 3), _digits("[0-9]", 3)))
_AREA_CODE: Final = rf"0{_IN_ANY}(?:{_digits('1', 0)}{_IN_ANY}0|{_digits('2', 1)}|{_digits('[3-9]', 2)})"
_LOCAL_ONE: Final = rf"{_digits('[2-9]', 6)}(?:{_IN_ANY}[0-9])?"
_INSIDE_ONE: Final = r"(?:\D{0,3}(?:转|轉|分机|分機|内线|ext|#)\D{0,3}[0-9]{1,6})?"
_SAYS_SO: Final = "(?:电话|手机|座机|联系|致电|拨打|来电|回电|号码)[是为:：号码打我在 ]{0,4}"
_ANY_PHONE: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![0-9]){_ABROAD}{_MOBILE}(?![0-9])",
        rf"(?<![0-9]){_AREA_CODE}{_IN_GROUPS}{_LOCAL_ONE}(?![0-9]){_INSIDE_ONE}",
        rf"{_SAYS_SO}({_LOCAL_ONE}(?![0-9]){_INSIDE_ONE})",
    )
)
"""What is a telephone number, whoever's it is; one without an area code, where the words before it say so."""


class Veil(Value):
    """What is taken out of the texts of a message when it leaves: what contacts say, and more, as `Seal` has it.

    `strangers` are departments that were never shown who asks: their notes, and the fields that one of them wrote
    (`strange`), are not held against the contacts. They cannot give away what they do not know, and stars in their own
    words would tell them.
    """

    contacts: tuple[Contact, ...] = ()
    every_phone: bool = False
    introductions: bool = False
    strangers: tuple[DepartmentCode, ...] = ()
    strange: tuple[str, ...] = ()

    def __call__(self, document: Any) -> Any:
        """The document of a message with stars in its texts; the same object where there is nothing to hide."""
        hide = Seal(*self.contacts, every_phone=self.every_phone, introductions=self.introductions)
        if not self.strangers:
            return reworded(document, hide)
        alike = Seal(every_phone=self.every_phone, introductions=self.introductions)
        theirs = reworded({name: document[name] for name in self.strange if name in document}, alike)
        others = {name: each for name, each in document.items() if name not in theirs and name != "notes"}
        notes = [
            reworded(note, alike if note.get("department") in self.strangers else hide)
            for note in document.get("notes", ())
        ]
        return {**document, **reworded(others, hide), **theirs, **({"notes": notes} if notes else {})}


def masked_contact(contact: Contact) -> Contact:
    """The contact in a form by which nobody is found: 王**, 138****1234; of an address and an account nothing."""
    if contact.sealed is not None:
        return Contact(name=contact.name, phone=contact.phone)
    return Contact(
        name=None if contact.name is None else masked_name(contact.name),
        phone=None if contact.phone is None else masked_phone(contact.phone),
    )


def mask_of(field: str, value: str) -> str:
    """What is shown of one field of a contact: of an account and an address a star."""
    mask = _MASKS.get(field)
    return "*" if mask is None else mask(value)


def told_by(contact: Contact, field: str) -> str | None:
    """By what a field is compared with that of another contact of the ticket; None where it is absent."""
    if contact.sealed is None:
        said: str | None = getattr(contact, field)
        return said
    return next((mark for mark in contact.hashes or () if mark.startswith(f"{field}:")), None)


def same(one: Contact, other: Contact) -> bool:
    """Whether two contacts of a ticket say the same."""
    return all(told_by(one, field) == told_by(other, field) for field in CONTACT_FIELDS)


def only(contact: Contact, *fields: str) -> Contact:
    """What a contact says in some of its fields; the same form, sealed or not."""
    kept = {field: getattr(contact, field) for field in fields if getattr(contact, field) is not None}
    if contact.sealed is None or not kept:
        return Contact.model_validate(kept)
    marks = tuple(mark for mark in contact.hashes or () if mark.partition(":")[0] in kept)
    return Contact.model_validate({**kept, "sealed": contact.sealed, "hashes": marks})


def completed(before: Contact, given: Contact) -> Contact:
    """A contact with what another one says in its stead; both are sealed, or none is."""
    fields = {**_fields(before), **_fields(given)}
    if before.sealed is None and given.sealed is None:
        return Contact.model_validate(fields)
    marks = {mark.partition(":")[0]: mark for mark in (*(before.hashes or ()), *(given.hashes or ()))}
    rows = tuple(dict.fromkeys((*(before.sealed or ()), *(given.sealed or ()))))
    return Contact.model_validate({**fields, "sealed": rows, "hashes": tuple(marks.values())})


def _fields(contact: Contact) -> dict[str, str]:
    found = ((field, getattr(contact, field)) for field in CONTACT_FIELDS)
    return {field: value for field, value in found if value is not None}


def masked_name(name: str) -> str:
    """The first character of a name."""
    return name[:1] + "*" * max(min(len(name) - 1, 2), 1)


def masked_phone(phone: str) -> str:
    """The first three digits of a number, of a whole mobile number the last four too; an extension is hidden.

    That it is abroad is shown: it tells by which way a message goes there.
    """
    digits = _COUNTRY.sub("", _NOT_DIGITS.sub("", phone))
    if len(digits) == _WHOLE:
        return digits[:_SHOWN] + "*" * (_WHOLE - _SHOWN - _LAST) + digits[-_LAST:]
    abroad = "+" if phone.strip().startswith("+") else ""
    return abroad + digits[:_SHOWN] + "*" * max(len(digits) - _SHOWN, 1)


_MASKS: Final[Mapping[str, Callable[[str], str]]] = {"name": masked_name, "phone": masked_phone}


class Seal:
    """Takes out of texts what a contact says: name, number, account and address, however they are written."""

    def __init__(self, *contacts: Contact, every_phone: bool = False, introductions: bool = False) -> None:
        """Seal what any of these says; `every_phone`: and each telephone number, where nobody knows whose it is.

        `introductions`: and what the one who writes says of themselves, whether or not it stands in a contact.
        """
        more = (*(_ANY_PHONE if every_phone else ()), *(INTRODUCTIONS if introductions else ()))
        self._patterns = (*_patterns_of(contacts), *more)

    def __call__(self, text: str) -> str:
        """The text with stars for what it says of the requester; as long as it was."""
        written = spelt(text)
        for pattern in self._patterns:
            for found in pattern.finditer(written):
                start, end = found.span(found.lastindex or 0)
                text = f"{text[:start]}{'*' * (end - start)}{text[end:]}"
        return text


@lru_cache(maxsize=1024)
def _patterns_of(contacts: tuple[Contact, ...]) -> tuple[re.Pattern[str], ...]:
    """What is looked for in spelt texts, each apart from the others: an address may hold a name, a number its end."""
    found = dict.fromkeys(each for contact in contacts for each in _patterns(contact))
    return tuple(re.compile(each, re.IGNORECASE) for each in found)


def _patterns(contact: Contact) -> Iterator[str]:
    yield from _phones(plain(contact.phone or ""))
    for text, gap in ((contact.address, _IN_ADDRESSES), (contact.name, _IN_NAMES), (contact.wechat, _IN_NAMES)):
        written = spelt(seen(text or ""))
        if len(_BETWEEN.sub("", written)) > 1:
            yield "".join(_parts(written, gap))


def _phones(phone: str) -> Iterator[str]:
    """The number as it is dialled from abroad, in the country and in the city, and its extension where it follows."""
    base, *extension = (_NOT_DIGITS.sub("", each) for each in _EXTENSION.split(phone, maxsplit=1))
    inside = _COUNTRY.sub("", base)
    behind = "".join(rf"(?:\D{{0,6}}{_IN_NUMBERS.join(each)})?" for each in extension if each)
    for digits in dict.fromkeys((base, inside, _AREA.sub("", inside))):
        if len(digits) >= _FEWEST:
            yield (_IN_NUMBERS if len(digits) >= _LOCAL else _IN_SHORT_ONES).join(digits) + behind


def _parts(text: str, gap: str) -> Iterator[str]:
    """What was shown of a text, one by one, with a gap before each; each number as the digits or numerals that say it.

    Letters and digits of a keyboard make words, which have no blanks within.
    """
    before, inside = "", False
    for each in _PART.finditer(text):
        if each["between"] is not None:
            inside = False
            continue
        if before:
            yield _IN_WORDS if inside and before.isascii() and each[0].isascii() else gap
        yield re.escape(each[0]) if each["number"] is None else _either(each["number"])
        before, inside = each[0][-1], True


def _either(number: str) -> str:
    """A number as it may stand there: 100, 1百; 15, 十5, 1十5."""
    value = _value(number)
    forms = {number, *(() if value is None else (str(value), *_with_units(value)))}
    return f"(?:{'|'.join(_INSIDE_NUMBERS.join(form) for form in sorted(forms, key=len, reverse=True))})"


def _value(number: str) -> int | None:
    """What digits or numerals say; None where they say no number of a house."""
    if number.isdecimal():
        return int(number) if len(number) <= _HOUSE and number[0] != "0" else None
    value, left = 0, number
    for unit, power in _POWERS.items():
        digit, found, after = left.partition(unit) if unit else (left, "", "")
        if found or not unit:
            counted = digit.removeprefix("0")
            if len(counted) > 1 or not (counted.isdecimal() or not counted):
                return None
            value, left = value + power * int(counted or bool(unit)), after
    return value or None


def _with_units(value: int) -> Iterator[str]:
    """The number in numerals, as it is spelt: 5百02, 1百1十; 1十5 and 十5."""
    said, skipped = "", False
    for unit, power in _POWERS.items():
        digit = value // power % 10
        if digit:
            said += f"{'0' if skipped and said else ''}{digit}{unit}"
        skipped = not digit
    yield said
    if said.startswith("1十"):
        yield said[1:]
