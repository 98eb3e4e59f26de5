"""The German word forms: how frequent each is, which lemmas it has, and which of them are names.

From the tables of spacy-lookups-data 1.0.5 (MIT) and rules for what they lack. Read by `build_word_family`.
"""

import gzip
import json
import math
import re
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from enrichers.match.word_family import Entry
from streams.folding import fold

LISTS: dict[str, Any] = json.loads(Path(__file__).with_name("word_lists.json").read_text("utf-8"))
RARE = 1e-8
ADJECTIVE = re.compile(r"(ig|lich|isch|bar|sam|haft|los|iv|ell|al|end|voll|frei|reich|eigen)$")
PARTICIPLE = re.compile(r"(\w*?)(?:ge|zu)(\w{2,}?)(?:en|t)")
FINITE = re.compile(r"(\w{2,}?)(?:e|st|te|t|est|et|ete|ten|eten|test)")
UMLAUTS = (("aeu", "au"), ("ae", "a"), ("oe", "o"), ("ue", "u"))

Forms = dict[str, set[str]]
Weights = dict[str, float]


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
            noun = base in self.noun_bases or self.capital[base] > self.lower[base]
            noun &= base not in self.verbs or self.capital[form] > self.lower[form]
            (self.nouns if noun else self.others)[form].add(base)
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
        found = [base for base in _bases(form) if _inflects(v, form, weight, base)]
        base = max(found, key=v.capital.__getitem__, default=None)
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


def new_verbs(v: Vocabulary) -> None:
    """Regular verbs that the lemma table lacks: zocken, which zockt and has gezockt; abzocken, which has abgezockt."""
    for form in [
        form
        for form in v.lower
        if form.endswith("en") and form not in v.verbs and len(form) > 5 and form[-4:-2] not in ("er", "el")
    ]:
        stem, enough = form[:-2], 0.02 * v.lower[form]
        past = [f"ge{stem}t", *(f"{p}ge{stem[len(p) :]}t" for p in LISTS["separable"] if stem.startswith(p))]
        if v.lower.get(stem + "t", 0) > enough and any(v.lower.get(one, 0) > enough for one in past):
            v.verbs.add(form)
            v.others[form].add(form)


def other_rules(v: Vocabulary) -> None:
    """Regular verb and adjective forms that the lemma table lacks."""
    for form in list(v.lower):
        found = v.others[form]
        for base in list(found):
            if base.endswith("end") and base + "en" not in found and base[:-1] in v.verbs:
                found.add(base[:-1])
            found |= {deeper for deeper in v.others.get(base, ()) if deeper in v.verbs and deeper[-1] == "n"}
        found |= {base for base in _infinitives(form) if base in v.verbs or base.endswith("ieren")}
        stem = re.sub(r"(e[nmrs]?)$", "", form)
        if stem == form:
            continue
        if len(stem) > 2 and stem in v.lower and _declines(v, stem):
            found.add(stem)
        if (stem in v.verbs and not stem.endswith("en") and v.lower[stem] > v.lower[form] * 0.5) or (
            ADJECTIVE.search(stem) and v.lower.get(stem, 0) > v.lower[form] * 0.1
        ):
            found.add(stem)


def _declines(v: Vocabulary, stem: str) -> bool:
    """Whether a stem has the endings of an adjective, each often enough: welker, welkes, welken."""
    return all(
        v.lower.get(stem + ending, 0) > 0.05 * v.lower.get(stem + "e", 1) for ending in ("er", "es", "en")
    )


def _infinitives(form: str) -> list[str]:
    """Infinitives of which `form` may be a regular form."""
    finite, participle = FINITE.fullmatch(form), PARTICIPLE.fullmatch(form)
    found = [finite[1] + end for end in ("en", "n")] if finite else []
    return found + ([participle[1] + participle[2] + "en"] if participle else [])


def vocabulary() -> Vocabulary:
    """All of it, with the rules applied."""
    v = Vocabulary()
    v.weigh()
    v.look_up()
    noun_rules(v)
    new_verbs(v)
    other_rules(v)
    v.repair()
    return v


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
        is_name = form in v.names and form not in v.noun_bases and nouns <= {form}
        row = (() if is_name else tuple(sorted(nouns)), tuple(sorted(others)))
        table[form] = Entry(*row, round(capital, 1), round(lower, 1))
    return table
