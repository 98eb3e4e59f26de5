"""Which parts of a query a post holds, one by one: for warnings that look back at past posts."""

from collections.abc import Iterator

from enrichers.match import fields
from enrichers.match.evaluation import Proof, flat, prove
from enrichers.match.hits import COMPOUND
from enrichers.match.printing import printed
from enrichers.match.syntax import Field, Not, Or, Query, children
from enrichers.match.text import View
from streams.components import Presence


def presences(query: Query, view: View) -> dict[str, Presence]:
    """How a post holds each branch of an OR at the top and each positive term, by its canonical spelling."""
    branches = query.parts if isinstance(query, Or) else ()
    return {printed(part): _presence(prove(part, view)) for part in (*branches, *_terms(query))}


def _terms(query: Query) -> Iterator[Query]:
    """What is no operator and not negated, each within its field."""
    match query:
        case Not():
            return
        case Field(name, part) if name in fields.TEXTS:
            yield from (Field(name, term) for term in _terms(part))
        case Field():
            yield query
        case _:
            inside = children(query)
            yield from (term for part in inside for term in _terms(part)) if inside else (query,)


def _presence(proof: Proof) -> Presence:
    if proof is None:
        return "absent"
    rules = [part.rule for evidence in proof if evidence.hit for part in flat(evidence.hit)]
    return "inside" if rules and all(rule.startswith(COMPOUND) for rule in rules) else "whole"
