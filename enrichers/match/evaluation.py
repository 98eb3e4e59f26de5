"""Whether a post satisfies a query, and what shows it. Plain and exact; the fast matcher gives the same answers."""

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from enrichers.match import fields
from enrichers.match.hits import Hit, hits
from enrichers.match.printing import printed
from enrichers.match.syntax import (
    And,
    Compare,
    Exact,
    Field,
    Flag,
    Near,
    Not,
    Or,
    Phrase,
    Query,
    Wildcard,
    Word,
    children,
)
from enrichers.match.text import Text, View
from streams.folding import fold
from streams.post import Post

MAX_SPANS = 100
MAX_REASONS = 20
"""A post that repeats a word a thousand times needs no thousand spans."""

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


class Evidence(NamedTuple):
    """A hit and the text it is in; or a condition that holds without a place (`text` None)."""

    hit: Hit | None
    text: Text | None
    condition: str = ""


Proof = tuple[Evidence, ...] | None
"""What shows that a query holds; None: it does not. Empty for what is only absent."""


def prove(query: Query, view: View, field: str | None = None) -> Proof:
    """Evaluate a query on a post; `field` is where its words look."""
    match query:
        case Word() | Wildcard() | Exact() | Phrase() | Near():
            found = tuple(Evidence(hit, text) for text in view.texts(field) for hit in hits(query, text))
            return found or None
        case And(parts):
            return _all(parts, view, field)
        case Or(parts):
            proofs = [proof for part in parts if (proof := prove(part, view, field)) is not None]
            return tuple(evidence for proof in proofs for evidence in proof) if proofs else None
        case Not(part):
            return () if prove(part, view, field) is None else None
        case Field(name, part) if name not in fields.VALUES:
            return prove(part, view, name)
    return (Evidence(None, None, printed(query)),) if holds(query, view.post) else None


def _all(parts: tuple[Query, ...], view: View, field: str | None) -> Proof:
    found: list[Evidence] = []
    for part in parts:
        proof = prove(part, view, field)
        if proof is None:
            return None
        found.extend(proof)
    return tuple(found)


def asks_for_words(query: Query) -> bool:
    """Whether anything in it is looked for in a text."""
    match query:
        case And() | Or() | Not() | Field():
            if isinstance(query, Field) and query.name in fields.VALUES:
                return False
            return any(map(asks_for_words, children(query)))
        case Compare() | Flag():
            return False
    return True


def holds(query: Query, post: Post) -> bool:  # noqa: PLR0911 - one case for each kind
    """Whether a condition holds, or several: what asks for no words."""
    match query:
        case Field(name, part):
            return value_holds(part, name, fields.VALUES[name](post))
        case Compare(name, symbol, value, unit):
            actual = fields.NUMBERS[name](post)
            return actual is not None and OPERATORS[symbol](actual, value * fields.SECONDS.get(unit, 1))
        case Flag(kind, value):
            return fields.FLAGS[kind][value](post)
        case And(parts):
            return all(holds(part, post) for part in parts)
        case Or(parts):
            return any(holds(part, post) for part in parts)
        case Not(part):
            return not holds(part, post)
    return False


def value_holds(query: Query, name: str, values: tuple[str, ...]) -> bool:
    """Whether a group of names holds for the values of a field."""
    match query:
        case Word(text):
            wanted = fold(text) if name == "source" else text.lower()
            return any(value_is(name, value, wanted) for value in values)
        case And(parts):
            return all(value_holds(part, name, values) for part in parts)
        case Or(parts):
            return any(value_holds(part, name, values) for part in parts)
        case Not(part):
            return not value_holds(part, name, values)
    return False


def value_is(name: str, value: str, wanted: str) -> bool:
    """A value itself; a host also below a domain (`www.bahn.de`), a language also with a region (`de-AT`)."""
    if name == "site":
        return value == wanted or value.endswith("." + wanted)
    if name == "lang":
        return value == wanted or value.startswith(wanted + "-")
    return (fold(value) if name == "source" else value) == wanted


def spans(proof: tuple[Evidence, ...]) -> tuple[tuple[int, int], ...]:
    """Where in `text` the hits stand, in order, each once; at most `MAX_SPANS`."""
    found = {
        (hit.start, hit.end)
        for evidence in proof
        if evidence.hit and evidence.text and evidence.text.field == "text"
        for hit in flat(evidence.hit)
    }
    return tuple(sorted(found)[:MAX_SPANS])


def because(proof: tuple[Evidence, ...]) -> tuple[str, ...]:
    """One line for each different reason, as in `bahn~ → Bahnstreik (compound)`; at most `MAX_REASONS`."""
    lines: dict[str, None] = {}
    for hit, text, condition in proof:
        if hit is None or text is None:
            lines[condition] = None
            continue
        for part in flat(hit):
            where = "" if text.field == "text" else f", {text.field}"
            lines[f"{_name(part.leaf)} → {text.raw[part.start : part.end]} ({part.rule}{where})"] = None
        if len(lines) >= MAX_REASONS:
            break
    return tuple(lines)[:MAX_REASONS]


_name = lru_cache(maxsize=20_000)(printed)


def flat(hit: Hit) -> tuple[Hit, ...]:
    """The hits of words inside of a NEAR, or the hit itself."""
    return tuple(deep for inside in hit.inside for deep in flat(inside)) if hit.inside else (hit,)
