"""Why a post does not match: the nearest branch of the query, and what it lacks."""

from typing import NamedTuple

from enrichers.match import fields
from enrichers.match.evaluation import because, prove, spans
from enrichers.match.hits import Hit, hits
from enrichers.match.printing import printed
from enrichers.match.syntax import And, Compare, Field, Flag, Near, Not, Or, Query
from enrichers.match.text import Text, View
from streams.explanation import Explanation


class Gap(NamedTuple):
    """How much of a branch holds (0 to 1), and a sentence about the rest."""

    held: float
    sentence: str


def explain(query: Query, view: View) -> Explanation:
    """Does it match, where, and why (not)."""
    proof = prove(query, view)
    if proof is not None:
        return Explanation(matched=True, spans=spans(proof), because=because(proof))
    return Explanation(matched=False, missing=_gap(query, view, None).sentence)


def _gap(query: Query, view: View, field: str | None) -> Gap:  # noqa: PLR0911 - one case for each kind of node
    """What a query that does not hold lacks."""
    match query:
        case And(parts):
            return _lacking(parts, view, field)
        case Or(parts):
            nearest = max((_gap(part, view, field) for part in parts), key=lambda gap: gap.held)
            if nearest.held == 0:
                return Gap(0, f"none of {', '.join(f'`{printed(part)}`' for part in parts)} holds")
            return nearest
        case Not(part):
            proof = prove(part, view, field) or ()
            found = next((e for e in proof if e.hit and e.text), None)
            if found and found.hit and found.text:
                written = found.text.raw[found.hit.start : found.hit.end]
                return Gap(0, f"`{printed(query)}` bars it: {written} at {found.hit.start}")
            return Gap(0, f"`{printed(query)}` bars it")
        case Near():
            return _too_far(query, view, field)
        case Field(name, part) if name in fields.TEXTS:
            held, sentence = _gap(part, view, name)
            return Gap(held, f"in {name}: {sentence}")
    return Gap(0, _condition(query, view))


def _lacking(parts: tuple[Query, ...], view: View, field: str | None) -> Gap:
    """A conjunction: what was found, and what was not."""
    found: list[str] = []
    gaps: list[Gap] = []
    for part in parts:
        proof = prove(part, view, field)
        if proof is None:
            gaps.append(_gap(part, view, field))
        elif proof and proof[0].hit:
            found.append(f"`{printed(part)}` found at {proof[0].hit.start}")
    held = (len(parts) - len(gaps) + sum(gap.held for gap in gaps)) / len(parts)
    return Gap(held, "; ".join([*found, *(gap.sentence for gap in gaps)]))


def _too_far(near: Near, view: View, field: str | None) -> Gap:
    sides = (near.left, near.right)
    places = [[hit for text in view.texts(field) for hit in hits(side, text)] for side in sides]
    for side, other, found in zip(sides, sides[::-1], places, strict=True):
        if not found:
            rest = places[1 - places.index(found)]
            where = f"`{printed(other)}` found at {rest[0].start}; " if rest else ""
            return Gap(0.3 * bool(rest), f"{where}`{printed(side)}` is missing")
    between = min(_between(a, b) for text in view.texts(field) for a, b in _pairs(near, text))
    order = " after it" if near.ordered else ""
    return Gap(
        0.6,
        f"`{printed(near.left)}` found at {places[0][0].start}; NEAR/{near.distance} needs "
        f"`{printed(near.right)}` within {near.distance} tokens{order}: {between} between",
    )


def _pairs(near: Near, text: Text) -> list[tuple[Hit, Hit]]:
    return [(a, b) for a in hits(near.left, text)[:50] for b in hits(near.right, text)[:50]]


def _between(first: Hit, second: Hit) -> int:
    if first.place > second.place:
        first, second = second, first
    return max(0, second.place - first.after)


def _condition(query: Query, view: View) -> str:
    match query:
        case Compare(name):
            actual = fields.NUMBERS[name](view.post)
            return f"`{printed(query)}`: {name} is {'unknown' if actual is None else f'{actual:g}'}"
        case Field(name):
            values = fields.VALUES[name](view.post)
            return f"`{printed(query)}`: {name} is {', '.join(values) or 'unknown'}"
        case Flag():
            return f"`{printed(query)}` does not hold"
    return f"`{printed(query)}` is missing"
