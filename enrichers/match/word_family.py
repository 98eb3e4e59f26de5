"""Word families for `word~`: the base forms and compound parts a German word form stands for.

A form is looked up among known forms; compounds are cut into their parts (`compounds`). Everything works on folded
words; the case of the first letter only chooses between a noun and a verb spelled alike.

Data: `word_family.tsv.gz`, built by `enrichers.match.build_word_family` from spacy-lookups-data (MIT, see
`word_family.LICENSE`), and `word_lists.json` (own work).
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from enrichers.match.compounds import Compounds, Part
from streams.folding import fold

MAX_LETTERS = 60
"""Longer words are not split: no German compound that anybody writes, and time stays linear."""

NOT_THERE = -18.5
"""The log p of what the table lacks."""

USUALLY = 1.0
"""A noun that is so much likelier is meant, also where its capital is left out."""

COMPARED = tuple(
    degree + ending for degree in ("", "er", "st", "est") for ending in ("", "e", "en", "er", "es", "em")
)[1:]
"""Endings of adjectives, and of those of a higher degree."""

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


_NOTHING = Entry((), (), NOT_THERE, NOT_THERE)


class WordFamily:
    """Answers which lemmas and parts a word form stands for; every answer is cached, within bounds."""

    def __init__(self, table: Iterable[str], lists: Mapping[str, Any]) -> None:
        """`table`: the lines of the built table; `lists`: the hand-written word lists."""
        self._forms: dict[str, str] = {}
        self._stems: dict[str, tuple[str, ...]] = {}
        self._particles = frozenset(lists["particles"])
        self._separable = tuple(lists["separable"])
        self._other_verbs = frozenset(lists["other_verbs"])
        modifiers, heads = self._read(table)
        self._compounds = Compounds(modifiers, heads, self._cost, lists)
        self.stems = lru_cache(maxsize=20_000)(self._stems_of)
        self.members = lru_cache(maxsize=50_000)(self._members)

    def _read(self, lines: Iterable[str]) -> tuple[dict[str, Part], dict[str, Part]]:
        """Take in the table; the modifiers and heads of compounds."""
        shared: dict[Any, Any] = {}
        sides: dict[str, dict[str, Part]] = {"<": {}, ">": {}}
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
        return sides["<"], sides[">"]

    def entry(self, word: str) -> Entry:
        """What is known of a folded form."""
        row = self._forms.get(word)
        if row is None:
            return _NOTHING
        nouns, others, capital, lower = row.split("\t")
        return Entry(tuple(nouns.split()), tuple(others.split()), float(capital), float(lower))

    def _cost(self, word: str) -> float | None:
        return -max(self.entry(word)[2:]) if word in self._forms else None

    def keys(self, typed: str) -> frozenset[str]:
        """What `typed~` looks for: the base forms of the word, not its parts."""
        word = fold(typed)
        nouns, others, cap, low = self.entry(word)
        if typed[:1].islower() and word.endswith("n") and word in others:
            return frozenset((word, self._marked(word)))  # an infinitive: zahlen~ is not Zahl
        if word in nouns and cap > low + USUALLY:
            return frozenset((word,))  # messe~ is not of messen, and Marke~ not Mark
        found = set(self.lemmas(word, typed[:1].isupper()))
        for alike in (nouns, tuple(map(self._marked, others))):
            if word in alike:  # lang~ is not of langen
                found = found.difference(alike) | {word}
        return frozenset(found | {word})

    def _stems_of(self, key: str) -> tuple[str, ...]:
        """Of these, every form whose members hold `key` has at least one as a part of its spelling."""
        key = unmarked(key)
        found = set(self._stems.get(key, (key,)))
        if key in self.entry(key).others:
            found.add(_with_umlaut(key))
        if key[-1] == "e":
            found.add(key[:-1] + "in")
        for at in range(2, len(key) - 1):
            found |= {key[:at] + stem for stem in self._stems.get(key[at:], ())}
        return shortest(found)

    def lemmas(self, word: str, capital: bool) -> tuple[str, ...]:
        """Base forms of a folded form, noun and verb kept apart; empty where it is unknown."""
        nouns, others, cap, low = self.entry(word)
        others = tuple(map(self._marked, others))
        if capital:
            only_written_so = nouns == (word,) and low > cap  # Schönes, where a sentence begins
            if low > cap + 3 or only_written_so or not nouns:
                return nouns + others
            return nouns + tuple(lemma for lemma in others if low > cap and lemma[-1] not in ("n", VERB))
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
        _, verbs, cap, low = self.entry(word)
        infinitives = (verb for verb in map(unmarked, lemmas) if verb in verbs and verb[-1] == "n")
        found.update(*map(self._without_particle, infinitives if verbs or cap > low else (word,)))
        for lemma in lemmas:
            found.add(lemma)
            if lemma[-1] != VERB and (lemma[-1] != "n" or lemma not in verbs):
                self._expand(lemma, found)
        if not lemmas:
            if word not in self._forms:
                self._expand(word, found)
                found |= self._masculine(word)
            found |= {word[: -len(s)] for s in ("s", "n", "en", "es") if word.endswith(s) and len(word) > 4}
            plain = (form for stem in _cut(word, COMPARED) for form in (stem, _without_umlaut(stem)))
            found |= {stem for stem in plain if stem in self.entry(stem).others}
            if word.endswith("innen"):
                found |= self._members(word[:-3], True)
        return frozenset(found)

    def _masculine(self, word: str) -> frozenset[str]:
        """The members of the masculine, of a feminine that the table lacks: Postbotin, of Bote."""
        other = word[:-2] + "e"
        known = other in self._forms or self._compounds.split(other).parts
        return self._members(other, True) if word.endswith("in") and known else frozenset()

    def _without_particle(self, word: str) -> Iterator[str]:
        """The verb in one with a particle: `kaufen` in einkaufen, einzukaufen and eingekauft, but not in verkaufen."""
        if word in self._other_verbs:
            return
        for particle in self._separable:
            if word.startswith(particle):
                rest = word[len(particle) :].removeprefix("zu")
                verbs = [self._marked(verb) for verb in self.entry(rest).others if verb[-1] == "n"]
                yield from (*verbs, particle) if verbs else ()

    def parts(self, lemma: str) -> set[str]:
        """A lemma and, where it is a compound, the lemmas of its parts."""
        found = {lemma}
        self._expand(lemma, found)
        return found

    def _expand(self, word: str, found: set[str]) -> None:
        split = self._compounds.split(word)
        found.update(split.joined)
        for lemmas in split.parts:
            for lemma in lemmas:
                if lemma not in found:
                    found.add(lemma)
                    self._expand(lemma, found)

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


def _cut(word: str, endings: Iterable[str]) -> Iterator[str]:
    """What is left of a word without one of these endings, if it still is one."""
    return (word[: -len(end)] for end in endings if word.endswith(end) and len(word) - len(end) >= 4)


def _without_umlaut(stem: str) -> str:
    """`krank` for the `kränk` of kränker."""
    return stem.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _with_umlaut(stem: str) -> str:
    """`kränk`, for `krank`: the last vowel counts."""
    at = max(map(stem.rfind, "aou"))
    return stem if at < 0 else stem[: at + 1] + "e" + stem[at + 1 :]


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
