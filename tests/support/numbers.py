"""Made-up numbers: identity cards, bank cards, and what stands in texts and is neither; nobody has any of them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FULL_WIDTH: Final = {ord(str(digit)): chr(ord("０") + digit) for digit in range(10)}
_SENTENCES: Final = (
    "我的号码是{}，请核实。",
    "身份证{}",
    "退款请打到{}，谢谢",
    "{}　电话13800138000",
    "王某（{}）反映漏水",
)


def an_identity_card(chance: random.Random) -> str:
    """Of somebody in Shanghai."""
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(30_000))
    body = f"3101{chance.randrange(1, 20):02}{born:%Y%m%d}{chance.randrange(1000):03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def a_bank_card(chance: random.Random) -> str:
    """Of a bank that issues here, with 16 to 19 digits."""
    body = "62" + "".join(str(chance.randrange(10)) for _ in range(chance.choice((13, 14, 15, 16))))
    total = sum(int(digit) if place % 2 else sum(divmod(2 * int(digit), 10)) for place, digit in enumerate(body[::-1]))
    return body + str(-total % 10)


def not_one(chance: random.Random) -> str:
    """Telephone, ticket, order and meter numbers, with the lengths that they have."""
    length = chance.choice((11, 12, 14, 16, 18, 20, 22))
    head = {11: "1", 12: "021", 14: "2609", 16: "20261128", 18: "20261128", 20: "20261128", 22: "31010"}[length]
    return head + "".join(str(chance.randrange(10)) for _ in range(length - len(head)))


def written(number: str, chance: random.Random) -> str:
    """The number in a sentence, as people write it."""
    match chance.randrange(5):
        case 0:
            number = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
        case 1:
            number = number.translate(_FULL_WIDTH)
        case 2:
            number = f"{number[:6]}-{number[6:]}"
        case 3:
            number = number.lower()
        case _:
            pass
    return chance.choice(_SENTENCES).format(number)
