"""What the catalogue's keywords say of a text."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from rulebook import Policy


@dataclass(frozen=True)
class Keywords:
    """The catalogue's keywords, each with the categories that claim it."""

    claims: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Collect the keywords of a policy's catalogue."""
        claims: dict[str, tuple[str, ...]] = {}
        for category in policy.categories:
            for keyword in category.keywords:
                claims[keyword] = (*claims.get(keyword, ()), category.code)
        return cls(claims)

    @cached_property
    def _by_first_character(self) -> Mapping[str, tuple[str, ...]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for keyword in self.claims:
            found[keyword[0]].append(keyword)
        return {character: tuple(keywords) for character, keywords in found.items()}

    def weigh(self, text: str) -> dict[str, float]:
        """Return for each category that a keyword speaks for how certain that is, from 0 to below 1.

        Longer keywords say more; one that several categories claim says less; one inside a longer one says nothing.
        """
        plain = unicodedata.normalize("NFKC", text)
        begins = self._by_first_character
        hits = dict.fromkeys(
            keyword
            for at, character in enumerate(plain)
            for keyword in begins.get(character, ())
            if plain.startswith(keyword, at)
        )
        weights: defaultdict[str, float] = defaultdict(float)
        for keyword in hits:
            if any(keyword != longer and keyword in longer for longer in hits):
                continue
            claims = self.claims[keyword]
            for category in claims:
                weights[category] += (len(keyword) - 1) / len(claims)
        total = sum(weights.values())
        return {category: weight / (total + 1) for category, weight in weights.items()}
