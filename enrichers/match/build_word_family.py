"""Builds the table of word families: `python -m enrichers.match.build_word_family`, about half a minute.

Needs spacy-lookups-data 1.0.5 (MIT): frequencies, lemmas and Brown clusters of German words. Nothing of it is
needed afterwards. Each line of the table is one of

    =  form  noun lemmas  other lemmas  log p capitalised  log p in lower case
    <  modifier of compounds  cost  lemmas
    >  head of compounds      cost  lemmas
    ~  lemma  the stems of its forms, where the lemma itself is not in all of them
"""

import gzip
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from enrichers.match.build_vocabulary import LISTS, Forms, entries, vocabulary
from enrichers.match.compounds import Part
from enrichers.match.word_family import NOT_THERE, Entry, WordFamily, shortest, unmarked

TABLE = Path(__file__).with_name("word_family.tsv.gz")
ALIKE = 2.0
"""Of pieces spelled alike all are kept whose costs differ by no more: zentral and Zentrale."""
LINK_S = re.compile(r"(ung|heit|keit|schaft|taet|ion|ling|tum|sal)$")

Parts = dict[str, Part]


class Pieces:
    """What compounds begin with (modifiers) and end with (heads)."""

    def __init__(self, table: dict[str, Entry], noun_bases: set[str]) -> None:
        self.modifiers: Parts = {}
        self.heads: Parts = {}
        self._table = table
        self._nouns = {form for form in noun_bases if form in table and table[form].capital > -14.5}
        for form, entry in table.items():
            bases = tuple(
                base
                for base in entry.nouns
                if base in table and table[base].capital > (-17 if base in noun_bases else -14.5)
            )
            bases = tuple(base for base in bases if base[0] == form[0]) or bases
            if bases and entry.capital > entry.lower - 2.5:
                cost = -max(entry.capital, min(table[base].capital for base in bases) - 2)
                self._noun(form, bases, cost)
            self._other(form, entry)
        self.modifiers |= {particle: Part(cost, (particle,)) for particle, cost in LISTS["particles"].items()}
        self.heads |= {tail: Part(11.0, (lemma,)) for tail, lemma in LISTS["tails"].items()}  # Kriegsende

    def _noun(self, form: str, bases: tuple[str, ...], cost: float) -> None:
        usual = form in self._nouns or len(form) > 5 or cost < 15
        if form not in LISTS["first_only"] and usual:
            _put(self.heads, form, cost, bases)
        _put(self.modifiers, form, cost, bases)
        if form not in bases:
            return
        if form[-1] not in "sxz":  # Reißverschluss is no Reis
            _put(self.modifiers, form + "s", cost, bases, 0 if LINK_S.search(form) else 1.5)
        if form.endswith("e") and not self._rivals(form[:-1], form):  # Reispfanne is of Reis, not of Reise
            _put(self.modifiers, form[:-1], cost, (form,), 0.5)
            _put(self.modifiers, form[:-1] + "s", cost, (form,), 1.5)

    def _rivals(self, form: str, other: str) -> bool:
        """Whether a form is a noun of its own, about as usual as the other."""
        return form in self._nouns and self._table[form].capital > self._table[other].capital - 3

    def _other(self, form: str, entry: Entry) -> None:
        nouns, others, capital, lower = entry
        if lower > -14 and form in others and (form[-1] != "n" or form + "e" in self._table):
            _put(self.modifiers, form, -lower + 1, (form,))
        elif lower > -14 and lower > capital and not others and len(form) > 5:
            _put(self.modifiers, form, -lower + 2, (form,))
        elif capital > -15 and capital > lower and len(form) > 4:
            _put(self.modifiers, form, -capital + 1.5, nouns or (form,))
        adjectives = tuple(base for base in others if base == form or base[-1] != "n")
        if lower > -15 and lower > capital and adjectives:
            _put(self.heads, form, -lower + 2, adjectives)
        if form.endswith("n") and form in others and lower > (-14.5 if len(form) < 7 else -17):
            _put(self.modifiers, form[:-2] if form.endswith("en") else form[:-1], -lower + 2, (form,))


def _put(side: Parts, piece: str, cost: float, lemmas: tuple[str, ...], link: float = 0) -> None:
    """Keep the piece with its lowest cost, unless the lists bar it; `link`: what is added or cut costs that much."""
    if (
        piece in LISTS["never"]
        or piece in LISTS["particles"]
        or (len(piece) < 4 and piece not in LISTS["short"])
    ):
        return
    cost = max(cost, 10.0) + link + {2: 1.0, 3: 1.0, 4: 0.3}.get(len(piece), 0.0)
    other = side.get(piece, Part(cost, ()))
    near = sorted(
        part for part in (Part(round(cost, 1), lemmas), other) if part.cost <= min(cost, other.cost) + ALIKE
    )
    side[piece] = Part(near[0].cost, tuple(dict.fromkeys(lemma for part in near for lemma in part.lemmas)))


def stems(table: dict[str, Entry], pieces: Pieces, plain: list[str]) -> dict[str, tuple[str, ...]]:
    """For each lemma the shortest spellings of which one is in each of its forms, where it is not so itself."""
    spellings: Forms = defaultdict(set)
    for form, entry in table.items():
        for lemma in (*entry.nouns, *entry.others):
            spellings[lemma].add(form)
    for side in (pieces.modifiers, pieces.heads):
        for piece, part in side.items():
            for lemma in part.lemmas:
                spellings[lemma].add(piece)
    found = {lemma: shortest(forms | {lemma}) for lemma, forms in spellings.items()}
    for member, form in _unspelled(table, pieces, plain, found):
        found[member] = shortest({*found.get(member, (member,)), form})
    return {lemma: kept for lemma, kept in found.items() if kept != (lemma,)}


def _unspelled(
    table: dict[str, Entry], pieces: Pieces, plain: list[str], found: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Members of a form or piece that it does not spell: `Mann` of `Fachleute`, by way of `Fachmann`."""
    family = WordFamily(plain, LISTS)
    for form in table:
        for member in map(unmarked, family.members(form, True) | family.members(form, False)):
            if not any(stem in form for stem in found.get(member, (member,))):
                yield member, form
    for side in (pieces.modifiers, pieces.heads):
        for piece, part in side.items():
            for member in {deep for lemma in part.lemmas for deep in family.parts(lemma)}:
                if not any(stem in piece for stem in found.get(member, (member,))):
                    yield member, piece


def lines() -> list[str]:
    """The table, line by line."""
    v = vocabulary()
    table = entries(v)
    pieces = Pieces(table, v.noun_bases)
    plain = [*_form_lines(table), *_piece_lines("<", pieces.modifiers), *_piece_lines(">", pieces.heads)]
    spelled = sorted(stems(table, pieces, plain).items())
    return plain + [f"~\t{lemma}\t{' '.join(kept)}\n" for lemma, kept in spelled]


def _form_lines(table: dict[str, Entry]) -> Iterator[str]:
    for form, (nouns, others, capital, lower) in table.items():
        weights = f"{max(capital, NOT_THERE)}\t{max(lower, NOT_THERE)}"
        yield f"=\t{form}\t{' '.join(nouns)}\t{' '.join(others)}\t{weights}\n"


def _piece_lines(mark: str, side: Parts) -> Iterator[str]:
    for piece, (cost, lemmas) in sorted(side.items()):
        yield f"{mark}\t{piece}\t{cost}\t{' '.join(lemmas)}\n"


if __name__ == "__main__":
    text = "".join(lines()).encode()
    TABLE.write_bytes(gzip.compress(text, 9, mtime=0))
