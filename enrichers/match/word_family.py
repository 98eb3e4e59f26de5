"""Word families for `word~`: the base forms and compound parts a German word form stands for.

A form is looked up among known forms; what is a compound is cut into the cheapest row of known modifiers and one
head, unless the whole is more usual than its would-be parts (so `Partei` holds no `Ei`). Everything works on
folded words; the case of the first letter only chooses between a noun and a verb spelled alike.

Data: `word_family.tsv.gz`, built by `enrichers.match.build_word_family` from spacy-lookups-data (MIT, see
`word_family.LICENSE`), and
`word_lists.json` (own work).
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from streams.folding import fold

MAX_LETTERS = 60
"""Longer words are not split: no German compound that anybody writes, and time stays linear."""

UNKNOWN = 18.0
MARGIN_KNOWN, MARGIN_UNKNOWN, LENGTH = 1.0, -2.0, 0.4
NOT_THERE = -18.5


VERB = "V"
"""Marks the lemma of a verb where a noun has the same: `geladen` is of `ladenV` and no Laden."""


def unmarked(lemma: str) -> str:
    """A lemma as it is spelled."""
    return lemma.removesuffix(VERB)


class Entry(NamedTuple):
    """What is known of a form: lemmas as a noun and otherwise, log p with and without a capital."""

    nouns: tuple[str, ...]
    others: tuple[str, ...]
    capital: float
    lower: float


class Part(NamedTuple):
    """A piece of compounds: what it costs (about -log p) and which lemmas it stands for."""

    cost: float
    lemmas: tuple[str, ...]


class Split(NamedTuple):
    """A compound: the lemmas of each part, and those of the whole (its last part in base form)."""

    parts: tuple[tuple[str, ...], ...] = ()
    whole: tuple[str, ...] = ()


_WHOLE = Split()
_NOTHING = Entry((), (), NOT_THERE, NOT_THERE)


class WordFamily:
    """Answers which lemmas and parts a word form stands for; every answer is cached, within bounds."""

    def __init__(self, table: Iterable[str], lists: Mapping[str, Any]) -> None:
        """`table`: the lines of the built table; `lists`: the hand-written word lists."""
        self._forms: dict[str, str] = {}
        self._modifiers: dict[str, Part] = {}
        self._heads: dict[str, Part] = {}
        self._stems: dict[str, tuple[str, ...]] = {}
        self._wholes = frozenset(lists["whole"])
        self._eggs = frozenset(lists["eggs"])
        self._particles = frozenset(lists["particles"])
        self._verbal = tuple(lists["verbal"])
        self._read(table)
        self.stems = lru_cache(maxsize=20_000)(self._stems_of)
        self.members = lru_cache(maxsize=50_000)(self._members)
        self._split = lru_cache(maxsize=20_000)(self._split_word)

    def _read(self, lines: Iterable[str]) -> None:
        shared: dict[Any, Any] = {}
        sides = {"<": self._modifiers, ">": self._heads}
        for line in lines:
            kind, word, rest = line.rstrip("\n").split("\t", 2)
            if kind == "=":
                self._forms[word] = shared.setdefault(rest, rest)
            elif kind == "~":
                self._stems[word] = tuple(rest.split())
            else:
                part = shared.get(rest)
                if part is None:
                    cost, _, lemmas = rest.partition("\t")
                    part = shared[rest] = Part(float(cost), tuple(lemmas.split()))
                sides[kind][word] = part

    def entry(self, word: str) -> Entry:
        """What is known of a folded form."""
        row = self._forms.get(word)
        if row is None:
            return _NOTHING
        nouns, others, capital, lower = row.split("\t")
        return Entry(tuple(nouns.split()), tuple(others.split()), float(capital), float(lower))

    def keys(self, typed: str) -> frozenset[str]:
        """What `typed~` looks for: the base forms of the word, not its parts."""
        word = fold(typed)
        if typed[:1].islower() and word.endswith("n") and word in self.entry(word).others:
            verb = self._marked(word)  # an infinitive: zahlen~ is not Zahl
            return frozenset((word, verb))
        return frozenset(self.lemmas(word, typed[:1].isupper()) or (word,))

    def _stems_of(self, key: str) -> tuple[str, ...]:
        """Of these, every form whose members hold `key` has at least one as a part of its spelling."""
        key = unmarked(key)
        found = set(self._stems.get(key, (key,)))
        for at in range(2, len(key) - 1):
            found |= {key[:at] + stem for stem in self._stems.get(key[at:], ())}
        return shortest(found)

    def lemmas(self, word: str, capital: bool) -> tuple[str, ...]:
        """Base forms of a folded form, noun and verb kept apart; empty where it is unknown."""
        nouns, others, cap, low = self.entry(word)
        others = tuple(map(self._marked, others))
        if capital:
            only_written_so = nouns == (word,) and low > cap  # Schönes, where a sentence begins
            return nouns + others if low > cap + 3 or only_written_so else nouns or others
        if cap > low:
            return nouns + others if low > cap - 4 else nouns or others
        return others + nouns if cap > low - 1.5 else others or nouns

    def _marked(self, lemma: str) -> str:
        """The lemma of a verb, marked where a noun has the same."""
        return lemma + VERB if lemma[-1] == "n" and lemma in self.entry(lemma).nouns else lemma

    def _members(self, word: str, capital: bool) -> frozenset[str]:
        """The word, its base forms and, where it is a compound, those of its parts."""
        found = {word}
        if len(word) > MAX_LETTERS:
            return frozenset(found)
        lemmas = self.lemmas(word, capital)
        verbs = self.entry(word).others
        for lemma in lemmas:
            found.add(lemma)
            if lemma[-1] != VERB and (lemma[-1] != "n" or lemma not in verbs):
                self._expand(lemma, found)
        if not lemmas:
            if word not in self._forms:
                self._expand(word, found)
            found |= {word[: -len(s)] for s in ("s", "n", "en", "es") if word.endswith(s) and len(word) > 4}
            if word.endswith("innen"):
                found |= self._members(word[:-3], True)
        return frozenset(found)

    def parts(self, lemma: str) -> set[str]:
        """A lemma and, where it is a compound, the lemmas of its parts."""
        found = {lemma}
        self._expand(lemma, found)
        return found

    def _expand(self, word: str, found: set[str]) -> None:
        split = self._split(word)
        found.update(split.whole)
        for lemmas in split.parts:
            for lemma in lemmas:
                if lemma not in found:
                    found.add(lemma)
                    self._expand(lemma, found)

    def _split_word(self, word: str) -> Split:
        """The cheapest row of modifiers and one head; empty where the word is one whole."""
        if len(word) < 6 or word in self._wholes or self._of_a_verb(word):
            return _WHOLE
        if word[-2:] == "ei" and word[:-2] in self._eggs:
            return Split((("ei",),))
        cost, split = self._cheapest(word)
        if not split.parts:
            return _WHOLE
        known = word in self._forms
        whole = -max(self.entry(word)[2:]) if known else UNKNOWN
        margin = MARGIN_KNOWN + LENGTH * max(0, len(word) - 7) if known else MARGIN_UNKNOWN
        return split if cost <= whole + margin else _WHOLE

    def _of_a_verb(self, word: str) -> bool:
        """Whether a particle was there before the noun: Ankündigung is of ankündigen, not a kind of Kündigung."""
        return word.endswith("ung") and any(
            word.startswith(particle) and word[len(particle) :] in self._heads for particle in self._verbal
        )

    def _cheapest(self, word: str) -> tuple[float, Split]:
        """Mean cost of a part, and the parts; no parts where nothing covers the word."""
        size = len(word)
        best: list[tuple[float, int, Split] | None] = [(0.0, 0, _WHOLE)] + [None] * size
        for start in range(size - 2):
            here = best[start]
            if here is None:
                continue
            cost, count, split = here
            for stop in range(start + 2, size - 1):
                part = self._modifiers.get(word[start:stop])
                if part and ((before := best[stop]) is None or cost + part.cost < before[0]):
                    best[stop] = (cost + part.cost, count + 1, Split((*split.parts, part.lemmas)))
            head = self._heads.get(word[start:]) if start else None
            if head and ((before := best[size]) is None or cost + head.cost < before[0]):
                joined = tuple(word[:start] + base for base in head.lemmas if base[0] == word[start])
                best[size] = (cost + head.cost, count + 1, Split((*split.parts, head.lemmas), joined))
        found = best[size]
        return (found[0] / found[1], found[2]) if found else (0.0, _WHOLE)

    @lru_cache(maxsize=10_000)  # noqa: B019 - one instance lives as long as the process
    def apart(self, word: str) -> tuple[tuple[str, str], ...]:
        """How a folded compound may be written in two words: at known words only, none a particle."""
        if not 6 <= len(word) <= MAX_LETTERS:
            return ()
        cuts = ((word[:at], word[at:]) for at in range(3, len(word) - 2))
        return tuple(cut for cut in cuts if all(map(self._stands_alone, cut)))

    def _stands_alone(self, word: str) -> bool:
        if word in self._particles or word not in self._forms:
            return False
        entry = self.entry(word)
        return entry.lower < -10 or entry.capital > entry.lower


def shortest(spellings: Iterable[str]) -> tuple[str, ...]:
    """Those that hold none of the others."""
    kept: list[str] = []
    for spelling in sorted(set(spellings), key=lambda each: (len(each), each)):
        if not any(short in spelling for short in kept):
            kept.append(spelling)
    return tuple(kept)


@cache
def word_family() -> WordFamily:
    """The German word family; read once per process, in about half a second."""
    here = files("enrichers.match")
    lists = json.loads((here / "word_lists.json").read_text("utf-8"))
    with (
        (here / "word_family.tsv.gz").open("rb") as packed,
        gzip.open(packed, "rt", encoding="utf-8") as table,
    ):
        return WordFamily(table, lists)
