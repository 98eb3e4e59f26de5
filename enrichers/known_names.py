"""Names that somebody told us, found in every spelling that the query language takes for the same.

Case, ä and ae, ß and ss, hyphen and blank, hashtag and handle: what is a name's spelling is decided by the query
language (`enrichers.match`), so that what matches a subscription is also found as its name. On top: the genitive of the
last word (`Telekoms`) and the endings of adjectives before it (`der Deutschen Bahn`).
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from enrichers.match.compiled import Compiled
from enrichers.match.hits import Hit, hits
from enrichers.match.layers import Layers
from enrichers.match.leaves import phrase
from enrichers.match.problem import Problem
from enrichers.match.syntax import Exact, Leaf, Query, Word, any_of
from enrichers.match.text import Text
from enrichers.names import Found
from streams.mention import Label, Mention
from streams.subscription import Subscription

STRICT = 3
"""Names of the configuration that are no longer than this keep their case: `ICE` is no `Eis` and no `ice`."""
MAX_FORMS = 16
_ENDINGS = ("e", "en", "er", "es", "em")
_STEM = 4


@dataclass(frozen=True, slots=True)
class Known:
    """A name, how else it is written, and what it is."""

    name: str
    label: Label
    forms: tuple[Leaf, ...]


class KnownNames:
    """Names by the id of whoever told them; they come and go while posts flow."""

    def __init__(self) -> None:
        self._layers = Layers()
        self._by_leaf: dict[str, dict[Leaf, Known]] = {}

    def tell(self, id: str, names: Sequence[Known]) -> None:
        """Add names, or replace those of that id."""
        by_leaf = {form: known for known in names for form in known.forms}
        if not by_leaf:
            self.forget(id)
            return
        self._by_leaf[id] = by_leaf
        self._layers.add(Compiled(Subscription(id=id, query=""), any_of(by_leaf)))

    def forget(self, id: str) -> None:
        """Remove the names of that id; none is fine."""
        self._by_leaf.pop(id, None)
        self._layers.remove(id)

    def find(self, batch: Sequence[Mention]) -> list[list[Found]]:
        """The names in each post, longest first, those told first before others."""
        found: list[list[Found]] = [[] for _ in batch]
        if not self._by_leaf:
            return found
        for number, candidates in self._layers.candidates(batch).items():
            text = Text(batch[number].text)
            for told in sorted(candidates, key=lambda one: one.number):
                found[number] += self._in(text, told.query, self._by_leaf.get(told.id, {}))
            found[number].sort(key=lambda one: one.start - one.end)
        return found

    @staticmethod
    def _in(text: Text, query: Query, by_leaf: dict[Leaf, Known]) -> Iterator[Found]:
        for hit in hits(query, text):
            known = by_leaf.get(hit.leaf)  # type: ignore[arg-type]
            if known is not None and (place := _place(hit, text)):
                yield Found(*place, known.label, known.name)


def _place(hit: Hit, text: Text) -> tuple[int, int] | None:
    """Where a name stands: with its sign if it is all of a hashtag or handle; a part of a handle is no name."""
    for token in text.holding("#@"):
        if token.kind in ("hashtag", "handle") and token.start <= hit.start and hit.end <= token.end:
            if hit.end == token.end and hit.start <= token.start + 1:
                return token.start, token.end
            return None if token.kind == "handle" else (hit.start, hit.end)
    return hit.start, hit.end


def spelled(name: str, *, strict: bool = False) -> tuple[Leaf, ...]:
    """What to look for to find a name, inflected too; nothing if there is no word in it.

    `strict`: a short one is found only as it is written.
    """
    if strict and len(name) <= STRICT and name.isalnum():
        return (Exact(name),)
    *before, last = name.split() or [""]
    lasts = (
        [last, f"{last}s"] if len(last) >= _STEM and last[-1].isalpha() and last[-1] not in "sxzß" else [last]
    )
    rows = itertools.islice(itertools.product(*map(_inflected, before), lasts), MAX_FORMS)
    return tuple(dict.fromkeys(leaf for words in rows if (leaf := _leaf(words))))


def _leaf(words: Sequence[str]) -> Leaf | None:
    if all(map(str.isalnum, words)):
        return Word("-".join(words))  # a word with hyphens is also found apart, and as one
    try:
        return phrase('"' + " ".join(words).replace('"', " ") + '"', 0)
    except Problem:
        return None


def _inflected(word: str) -> list[str]:
    stem = next((word[: -len(end)] for end in ("e", "er", "es") if word.endswith(end)), "")
    return [stem + ending for ending in _ENDINGS] if len(stem) >= _STEM else [word]
