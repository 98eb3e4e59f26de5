"""What can be meant but probably is not: told when a subscription is saved. Needs no history."""

from collections import Counter
from collections.abc import Iterator

from enrichers.match.printing import OPERATORS, printed
from enrichers.match.syntax import And, Field, Not, Or, Query, Word, children
from enrichers.match.triggers import Atom, clauses, frequency

WORDS_A_POST = 20
TOO_MANY = 1 / 50
"""A query that matches a larger share of all posts listens for nothing in particular."""

_LOWER_OPERATORS = {operator.lower(): operator for operator in OPERATORS} | {"near": "NEAR/5"}


def warnings(query: Query) -> list[str]:
    """One sentence for each, with what to write instead."""
    return list(dict.fromkeys(_warnings(query)))


def _warnings(query: Query) -> Iterator[str]:
    rarest_first = clauses(query)
    if not rarest_first:
        yield "the query has no word to look for, so it is evaluated for every post; add one if you can"
    elif _share(rarest_first[0].atoms) > TOO_MANY:
        yield "would match more than 1 in 50 of all posts; add a word that must also be there"
    yield from _in_tree(query)


def _in_tree(query: Query) -> Iterator[str]:
    match query:
        case Word(text) if text in _LOWER_OPERATORS:
            yield f"`{text}` is looked for as a word; write {_LOWER_OPERATORS[text]} for the operator"
        case Field("lang"):
            yield (
                f"`{printed(query)}` sees only what the source tells; `languages` of the subscription also keeps "
                "posts of unknown language"
            )
        case And(parts):
            yield from _contradictions(parts)
        case Or(parts):
            yield from _repetitions(parts)
    for inside in children(query):
        yield from _in_tree(inside)


def _contradictions(parts: tuple[Query, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Not) and part.part in parts:
            yield f"can never match: `{printed(part.part)}` must be there and must not; remove one"


def _repetitions(parts: tuple[Query, ...]) -> Iterator[str]:
    for part, count in Counter(parts).items():
        if count > 1:
            yield f"`{printed(part)}` stands {count} times; once is enough"


def _share(atoms: tuple[Atom, ...]) -> float:
    """About the share of posts that hold one of these."""
    usual = sum({word: frequency(word) for atom in atoms for word in atom.words()}.values())
    return 1 - (1 - min(1.0, usual)) ** WORDS_A_POST
