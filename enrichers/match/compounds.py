"""German compounds: a word is cut into the cheapest row of known modifiers and one head.

It stays whole where that is more usual than its would-be parts, so `Partei` holds no `Ei`. Everything is folded.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

SHORTEST = 6
"""Shorter words are never cut."""

UNKNOWN = 18.0
"""What a word costs that is not in the table."""

MARGIN_KNOWN, MARGIN_UNKNOWN, LENGTH = 1.0, -2.0, 0.4
"""By how much the mean part may cost more than the whole, and for each letter behind the seventh."""

LONG, MOST = 6, 12.5
"""A head behind letters that nobody knows has so many letters at least, and costs no more."""


class Part(NamedTuple):
    """A piece of compounds: what it costs (about -log p) and which lemmas it stands for."""

    cost: float
    lemmas: tuple[str, ...]


class Split(NamedTuple):
    """A compound: the lemmas of each part, and those of each row of neighbouring parts, as of the whole."""

    parts: tuple[tuple[str, ...], ...] = ()
    joined: tuple[str, ...] = ()


Cuts = tuple[tuple[int, tuple[str, ...]], ...]
"""Where each part begins, and its lemmas."""

_WHOLE = Split()


class Compounds:
    """Splits words; answers are cached, within bounds.

    `modifiers` and `heads` by their spelling; `cost` of a word as a whole, None if it is unknown; `lists`: exceptions.
    """

    def __init__(
        self,
        modifiers: Mapping[str, Part],
        heads: Mapping[str, Part],
        cost: Callable[[str], float | None],
        lists: Mapping[str, Any],
    ) -> None:
        self._modifiers, self._heads, self._cost = modifiers, heads, cost
        self._wholes, self._eggs = frozenset(lists["whole"]), frozenset(lists["eggs"])
        self._verbal, self._endings = tuple(lists["verbal"]), frozenset(lists["endings"])
        self.split = lru_cache(maxsize=20_000)(self._split)

    def _split(self, word: str) -> Split:
        """The cheapest row of modifiers and one head; empty where the word is one whole."""
        if len(word) < SHORTEST or word in self._wholes or self._of_a_verb(word):
            return _WHOLE
        if word[-2:] == "ei" and word[:-2] in self._eggs:
            return Split(((word[:-2],), ("ei",)))
        whole, (mean, split) = self._cost(word), self._cheapest(word)
        if not split.parts:
            return self._headed(word) if whole is None else _WHOLE
        if whole is None:
            return split if mean <= UNKNOWN + MARGIN_UNKNOWN else _WHOLE
        return split if mean <= whole + MARGIN_KNOWN + LENGTH * max(0, len(word) - 7) else _WHOLE

    def _of_a_verb(self, word: str) -> bool:
        """Whether a particle was there before the noun: Ankündigung is of ankündigen, not a kind of Kündigung."""
        return word.endswith("ung") and any(
            word.startswith(particle) and word[len(particle) :] in self._heads for particle in self._verbal
        )

    def _cheapest(self, word: str) -> tuple[float, Split]:
        """Mean cost of a part, and the parts; no parts where nothing covers the word."""
        size = len(word)
        best: list[tuple[float, Cuts] | None] = [(0.0, ())] + [None] * size
        for start in range(size - 2):
            here = best[start]
            if here is None:
                continue
            cost, cuts = here
            for stop in range(start + 2, size - 1):
                part = self._modifiers.get(word[start:stop])
                if part and ((before := best[stop]) is None or cost + part.cost < before[0]):
                    best[stop] = (cost + part.cost, (*cuts, (start, part.lemmas)))
            head = self._heads.get(word[start:]) if start else None
            if head and ((before := best[size]) is None or cost + head.cost < before[0]):
                best[size] = (cost + head.cost, (*cuts, (start, head.lemmas)))
        found = best[size]
        return (found[0] / len(found[1]), _cut(word, found[1])) if found else (0.0, _WHOLE)

    def _headed(self, word: str) -> Split:
        """An unknown word that ends with a long and usual noun: `Fahradfahrer`; what is before it may be a name."""
        for start in range(4, len(word) - LONG + 1):
            head = self._heads.get(word[start:])
            if head and head.cost <= MOST and word[start:] not in self._endings:
                return _cut(word, ((0, (word[:start],)), (start, head.lemmas)))
        return _WHOLE


def _cut(word: str, cuts: Cuts) -> Split:
    """The parts of a word, and what neighbours make: `Schnellladesäule` is a kind of `Ladesäule`."""
    joined = [
        word[first:start] + base
        for at, (start, lemmas) in enumerate(cuts)
        for first, _ in cuts[:at]
        for base in lemmas
        if base[0] == word[start]
    ]
    return Split(tuple(lemmas for _, lemmas in cuts), tuple(joined))
