"""Builds the table of word families: `python -m enrichers.match.build_word_family`, about half a minute.

Needs spacy-lookups-data 1.0.5 (MIT): frequencies, lemmas and Brown clusters of German words. Nothing of it is
needed afterwards. Each line of the table is one of

    =  form  noun lemmas  other lemmas  log p capitalised  log p in lower case
    <  modifier of compounds  cost  lemmas
    >  head of compounds      cost  lemmas
    ~  lemma  the stems of its forms, where the lemma itself is not in all of them
"""

import gzip
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from enrichers.match.word_family import NOT_THERE, Entry, Part, WordFamily, shortest, unmarked
from streams.folding import fold

HERE = Path(__file__).parent
LISTS: dict[str, Any] = json.loads((HERE / "word_lists.json").read_text("utf-8"))
RARE = 1e-8
LINK_S = re.compile(r"(ung|heit|keit|schaft|taet|ion|ling|tum|sal)$")
ADJECTIVE = re.compile(r"(ig|lich|isch|bar|sam|haft|los|iv|ell|al|end|voll|frei|reich|eigen)$")
PARTICIPLE = re.compile(r"(\w*?)(?:ge|zu)(\w{2,}?)(?:en|t)")
FINITE = re.compile(r"(\w{2,}?)(?:e|st|te|t|est|et|ete|ten|eten|test)")
UMLAUTS = (("aeu", "au"), ("ae", "a"), ("oe", "o"), ("ue", "u"))

Forms = dict[str, set[str]]
Weights = dict[str, float]
Parts = dict[str, Part]


def _read(name: str) -> dict[str, Any]:
    path = files("spacy_lookups_data") / "data" / f"de_{name}.json.gz"
    table: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return table


class Vocabulary:
    """The forms, their weights with and without a capital, and which lemmas they have."""

    def __init__(self) -> None:
        self.lemma_of: dict[str, str] = _read("lemma_lookup")
        self.lemmas = set(self.lemma_of.values())
        self.capital: Weights = defaultdict(float)
        self.lower: Weights = defaultdict(float)
        self.names: set[str] = set()
        self.nouns: Forms = defaultdict(set)
        self.others: Forms = defaultdict(set)
        self.noun_bases = {fold(word) for word in self.lemmas if word[:1].isupper()}
        self.verbs = {fold(word) for word in self.lemmas if word[0].islower()}

    def weigh(self) -> None:
        """Frequencies, and names: what stands in the clusters of names and has no lemma."""
        probability, cluster = _read("lexeme_prob"), _read("lexeme_cluster")
        name_clusters = {cluster[word] for word in ("Müller", "Torsten", "Berlin")}
        for word, log_p in probability.items():
            if not word.isalpha() or (word.isupper() and len(word) > 3):
                continue
            side = self.capital if word[0].isupper() else self.lower
            side[fold(word)] += math.exp(log_p)
            known = word in self.lemmas or word in self.lemma_of
            if cluster.get(word) in name_clusters and not known:
                self.names.add(fold(word))

    def look_up(self) -> None:
        """Lemmas as the lemma table has them."""
        for form, base in self.lemma_of.items():
            both = form[0].isupper() and base[0].isupper()
            (self.nouns if both else self.others)[fold(form)].add(fold(base))
        for base in self.lemmas:
            (self.nouns if base[0].isupper() else self.others)[fold(base)].add(fold(base))

    def repair(self) -> None:
        """What the hand-written lists know better."""
        for form, base in LISTS["extra"].items():
            (self.nouns if base in self.noun_bases else self.others)[form].add(base)
        for egg in LISTS["eggs"]:
            for ending in ("ei", "eier", "eiern"):
                self.nouns[egg + ending] = {egg + "ei"}
                self.capital.setdefault(egg + ending, 1e-7)


def _bases(word: str) -> list[str]:
    """Candidates for the base form of an inflected noun, longest first."""
    cut = [word[: -len(s)] for s in ("es", "ern", "en", "er", "e", "n", "s", "") if word.endswith(s)]
    return [base for base in cut if base != word] + [
        _swap_last(base, umlaut, plain) for base in cut for umlaut, plain in UMLAUTS if umlaut in base
    ]


def _swap_last(word: str, old: str, new: str) -> str:
    at = word.rindex(old)
    return word[:at] + new + word[at + len(old) :]


def noun_rules(v: Vocabulary) -> None:
    """Regular noun forms and feminines that the lemma table lacks, where the frequencies agree."""
    for form, weight in v.capital.items():
        if len(form) < 3 or v.nouns.get(form, {form}) != {form} or form in v.noun_bases:
            continue
        base = next((base for base in _bases(form) if _inflects(v, form, weight, base)), None)
        if base is None:
            v.nouns[form].add(form)
        else:
            v.names.discard(form)
            v.nouns[form].add(base)
            v.nouns[form].discard(form)
    for form in [form for form in v.capital if form.endswith("innen") and form[:-3] in v.capital]:
        _feminine(v, form)
    for form in [form for form in v.capital if form.endswith("erin") and form[:-2] in v.noun_bases]:
        v.nouns[form] |= v.nouns[form[:-2]] | {form}  # any who does something: Schaffnerin


def _inflects(v: Vocabulary, form: str, weight: float, base: str) -> bool:
    if form in v.names and (base not in v.noun_bases or base in form):
        return False
    return (
        len(base) > 2
        and v.capital.get(base, 0) > weight * 0.2
        and base not in v.names
        and base in v.nouns.get(base, (base,))
    )


def _feminine(v: Vocabulary, plural: str) -> None:
    """Kundinnen and Kundin belong to Kunde, Ärztinnen to Arzt, and Zeugin to Zeuge rather than to Zeug."""
    stem = plural[:-5]
    weak = [stem + "e"] if v.nouns.get(stem + "e") == {stem + "e"} else []
    for base in (*weak, stem, stem + "e", *(base for base in _bases(stem) if base in v.noun_bases)):
        if v.capital.get(base, 0) > v.capital[plural] and base in v.nouns:
            v.nouns[plural] |= v.nouns[base] | {plural[:-3]}
            v.nouns[plural[:-3]] |= v.nouns[base] | {plural[:-3]}
            return


def other_rules(v: Vocabulary) -> None:
    """Regular verb and adjective forms that the lemma table lacks."""
    for form in list(v.lower):
        found = v.others[form]
        for base in list(found):
            if base.endswith("end") and base + "en" not in found and base[:-1] in v.verbs:
                found.add(base[:-1])
            found |= {deeper for deeper in v.others.get(base, ()) if deeper in v.verbs}
        found |= {base for base in _infinitives(form) if base in v.verbs or base.endswith("ieren")}
        stem = re.sub(r"(e[nmrs]?)$", "", form)
        if stem == form:
            continue
        if (stem in v.verbs and not stem.endswith("en") and v.lower[stem] > v.lower[form] * 0.5) or (
            ADJECTIVE.search(stem) and v.lower.get(stem, 0) > v.lower[form] * 0.1
        ):
            found.add(stem)


def _infinitives(form: str) -> list[str]:
    """Infinitives of which `form` may be a regular form."""
    finite, participle = FINITE.fullmatch(form), PARTICIPLE.fullmatch(form)
    found = [finite[1] + end for end in ("en", "n")] if finite else []
    return found + ([participle[1] + participle[2] + "en"] if participle else [])


def entries(v: Vocabulary) -> dict[str, Entry]:
    """The table of forms: what is frequent, a lemma, or has one."""
    table: dict[str, Entry] = {}
    for form in sorted(set(v.capital) | set(v.lower)):
        capital = math.log(v.capital.get(form, 0) or RARE)
        lower = math.log(v.lower.get(form, 0) or RARE)
        nouns, others = v.nouns.get(form, set()), v.others.get(form, set())
        rare = max(capital, lower) < -14.5 and form not in v.noun_bases
        if rare and not (form in v.names and len(form) > 5) and not (nouns - {form} or others):
            continue
        is_name = form in v.names and form not in v.noun_bases
        row = (() if is_name else tuple(sorted(nouns)), tuple(sorted(others)))
        table[form] = Entry(*row, round(capital, 1), round(lower, 1))
    return table


class Pieces:
    """What compounds begin with (modifiers) and end with (heads)."""

    def __init__(self, table: dict[str, Entry], noun_bases: set[str]) -> None:
        self.modifiers: Parts = {}
        self.heads: Parts = {}
        for form, entry in table.items():
            bases = tuple(
                base
                for base in entry.nouns
                if base in table and table[base].capital > (-17 if base in noun_bases else -14.5)
            )
            if bases and entry.capital > entry.lower - 2.5:
                cost = -max(entry.capital, min(table[base].capital for base in bases) - 2)
                self._noun(form, bases, cost)
            self._other(form, entry)
        self.modifiers |= {particle: Part(cost, ()) for particle, cost in LISTS["particles"].items()}
        self.heads |= {tail: Part(11.0, (lemma,)) for tail, lemma in LISTS["tails"].items()}  # Kriegsende

    def _noun(self, form: str, bases: tuple[str, ...], cost: float) -> None:
        if form not in LISTS["first_only"]:
            _put(self.heads, form, cost, bases)
        _put(self.modifiers, form, cost, bases)
        if form not in bases:
            return
        _put(self.modifiers, form + "s", cost + (0 if LINK_S.search(form) else 1.5), bases)
        if form.endswith("e"):
            own = self.modifiers.get(form[:-1])  # Reispfanne is of Reis, though Reise is more usual
            _put(self.modifiers, form[:-1], cost + 1.5, (*(own.lemmas if own else ()), *bases))
            _put(self.modifiers, form[:-1] + "s", cost + 2, bases)

    def _other(self, form: str, entry: Entry) -> None:
        nouns, others, capital, lower = entry
        if lower > -12.5 and form in others and not form.endswith("n"):
            _put(self.modifiers, form, -lower + 1, (form,))
        elif capital > -15 and capital > lower and len(form) > 4:
            _put(self.modifiers, form, -capital + 1.5, nouns or (form,))
        if lower > -15 and lower > capital and others and not any(base.endswith("n") for base in others):
            _put(self.heads, form, -lower + 2, others)
        if form.endswith("n") and form in others and lower > -14.5:
            _put(self.modifiers, form[:-2] if form.endswith("en") else form[:-1], -lower + 2, (form,))


def _put(side: Parts, piece: str, cost: float, lemmas: tuple[str, ...]) -> None:
    """Keep the piece with its lowest cost, unless the lists bar it."""
    if (
        piece in LISTS["never"]
        or piece in LISTS["particles"]
        or (len(piece) < 4 and piece not in LISTS["short"])
    ):
        return
    cost = max(cost, 10.0) + {2: 1.0, 3: 1.0, 4: 0.3}.get(len(piece), 0.0)
    if piece not in side or side[piece].cost > cost:
        side[piece] = Part(round(cost, 1), lemmas)


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
    v = Vocabulary()
    v.weigh()
    v.look_up()
    noun_rules(v)
    other_rules(v)
    v.repair()
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
    (HERE / "word_family.tsv.gz").write_bytes(gzip.compress(text, 9, mtime=0))
