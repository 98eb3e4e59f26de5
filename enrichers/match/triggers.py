"""What must stand in a post for a query to match: cheap to look for, and never too strict.

A query becomes clauses that all must hold; a clause is a set of alternatives of which one must be there. The
rarest clause is searched for in every post (the trigger), the others only where it was found.
"""

import math
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from enrichers.match.hits import Family, fold_wildcard, plan
from enrichers.match.scan import folded
from enrichers.match.syntax import And, Exact, Field, Near, Or, Phrase, Query, Wildcard, Word
from enrichers.match.tokens import EMOJI, WORDS_ONLY, tokens
from enrichers.match.word_family import unmarked, word_family

MAX_KEPT = 8
"""So many clauses of a query are kept; more make nothing faster."""

_EMOJI = re.compile(EMOJI)


def members(word: bytes) -> frozenset[str]:
    """Members of a scanned word, whichever case it had."""
    both, text = word_family().members, word.decode()
    return both(text, True) | both(text, False)


class Atom(NamedTuple):
    """Bytes to look for. `keys`: the word around them must have one of these lemmas among its members."""

    pattern: bytes
    keys: frozenset[str] | None = None

    def covers(self, whole: "Atom") -> bool:
        """Whether it is in every post that a whole word is in."""
        if whole.pattern[:1] != b" " or self.pattern not in whole.pattern:
            return False
        return self.keys is None or not self.keys.isdisjoint(members(whole.pattern.strip()))

    def words(self) -> set[str]:
        """The folded words it may be about."""
        return {self.pattern.decode(errors="replace").strip(), *map(unmarked, self.keys or ())}


class Clause(NamedTuple):
    """Alternatives, and how often (in a word of text) one of them is expected."""

    cost: float
    atoms: tuple[Atom, ...]


def clauses(query: Query) -> list[Clause]:
    """What all must be in a post's scan for the query to match, rarest first; empty: it has no words."""
    return sorted(_clauses(query))[:MAX_KEPT]


def _clauses(query: Query) -> list[Clause]:  # noqa: C901, PLR0911 - one case for each kind of node
    match query:
        case Word():
            return _word(query)
        case Wildcard(pattern):
            return [_clause([Atom(_fixed(pattern))])]
        case Exact(text):
            return [_clause([Atom(_bordered(token.word))]) for token in tokens(text, WORDS_ONLY)]
        case And(parts) | Phrase(parts):
            return [clause for part in parts for clause in _clauses(part)]
        case Near(left, right):
            return _clauses(left) + _clauses(right)
        case Or(parts):
            return _any([_clauses(part) for part in parts])
        case Field("site", part):
            return _clauses(_hosts(part))
        case Field(name, part) if name not in ("source", "kind", "lang"):
            return _clauses(part)
    return []


def _hosts(query: Query) -> Query:
    """`site:` looks for a row of words without other readings."""
    match query:
        case And(parts):
            return And(tuple(map(_hosts, parts)))
        case Or(parts):
            return Or(tuple(map(_hosts, parts)))
        case Word(text):
            return Exact(text)
    return query


def _any(branches: list[list[Clause]]) -> list[Clause]:
    """Clauses that hold if any branch does: the rarest of each, the second of each (or its last), and so on."""
    if not all(branches):
        return []
    ranked = [sorted(branch) for branch in branches]
    return [
        _union([branch[min(rank, len(branch) - 1)] for branch in ranked])
        for rank in range(max(map(len, ranked)))
    ]


def _union(clauses: Sequence[Clause]) -> Clause:
    atoms = dict.fromkeys(atom for clause in clauses for atom in clause.atoms)
    return Clause(sum(clause.cost for clause in clauses), tuple(atoms))


def _word(word: Word) -> list[Clause]:
    words, joined, last, whole = plan(word)
    found = [_clause([Atom(_bordered(each))]) for each in words[:-1]] + [_form(words[-1], last)]
    return found if joined is None else _any([found, [_form(joined, whole)]])


def _form(form: str, family: Family | None) -> Clause:
    """The word itself; of a family also the stems of its forms, and the word written apart."""
    atoms = [Atom(_bordered(form))]
    if family:
        checked = family.keys if all(key.isalnum() for key in family.keys) else None
        atoms += [Atom(folded(stem), checked) for key in family.keys for stem in word_family().stems(key)]
        atoms += [Atom(folded(f"{first} {second}")) for first, second in family.apart]
    return _clause(atoms)


def _bordered(word: str) -> bytes:
    """A whole token, as it stands in the scan."""
    emoji = _EMOJI.fullmatch(word)
    if emoji:
        return next(c for c in word if ord(c) > 0x2000).encode()
    return b" " + folded(word).strip() + b" "


def _fixed(wildcard: str) -> bytes:
    """The longest fixed stretch of a wildcard, with a border where the word begins or ends with it."""
    runs = re.split(r"[*?]+", fold_wildcard(wildcard).lstrip("#@"))
    bordered = [
        (" " if number == 0 else "") + run + (" " if number == len(runs) - 1 else "")
        for number, run in enumerate(runs)
    ]
    longest = max(zip(bordered, runs, strict=True), key=lambda pair: len(pair[1]))[0]
    return folded(longest)


def _clause(atoms: Iterable[Atom]) -> Clause:
    unique = dict.fromkeys(atoms)
    pieces = [atom for atom in unique if atom.pattern[:1] != b" "]
    kept = tuple(atom for atom in unique if not any(piece.covers(atom) for piece in pieces))
    return Clause(sum(map(_cost, kept)), kept)


def _cost(atom: Atom) -> float:
    """About how often it is found in a word of text; a short piece of a word nearly everywhere."""
    text = atom.pattern.decode(errors="replace")
    usual = frequency(text.strip())
    if text[0] == text[-1] == " ":
        return usual
    family = sum(map(frequency, map(unmarked, atom.keys or ())))
    return 5 * (usual + family) + 30 * 26.0 ** -len(text.strip())


def frequency(word: str) -> float:
    """How often a folded word occurs among words of German text; next to nothing where it is unknown."""
    entry = word_family().entry(word)
    return math.exp(max(entry.capital, entry.lower))
