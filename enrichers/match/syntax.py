"""What a query is made of: a typed tree, and nothing that knows how it is written or evaluated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Operator = Literal["<", "<=", "=", ">=", ">"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, hashtag, handle or emoji as typed. `family`: also its inflected forms and compounds (`~`)."""

    text: str
    family: bool = False


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A word with `*` (any run) or `?` (one character; an umlaut is one or two: `b?hn` and `b??hn` find Böhn)."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Exact:
    """Exactly these characters, at token borders."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """At least two words next to each other, in order."""

    parts: tuple["Word | Wildcard", ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Two sides with at most `distance` tokens between them; `ordered`: left before right."""

    left: "Query"
    right: "Query"
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class Field:
    """A query that looks in one field only."""

    name: str
    part: "Query"


@dataclass(frozen=True, slots=True)
class Compare:
    """A number of the post against a value; `unit`: of an age."""

    field: str
    operator: Operator
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """`is:reply`, `has:link` and the like."""

    field: Literal["is", "has"]
    value: str


Leaf: TypeAlias = Word | Wildcard | Exact | Phrase
Query: TypeAlias = Leaf | Near | And | Or | Not | Field | Compare | Flag


def all_of(parts: Iterable[Query]) -> Query:
    """The conjunction, without nested or single ones."""
    flat = tuple(p for part in parts for p in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: Iterable[Query]) -> Query:
    """The disjunction, without nested or single ones."""
    flat = tuple(p for part in parts for p in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def none_of(part: Query) -> Query:
    """The negation; two of them cancel out."""
    return part.part if isinstance(part, Not) else Not(part)


def phrase_of(parts: Iterable[Word | Wildcard]) -> Leaf:
    """The phrase, or its only word."""
    words = tuple(parts)
    return words[0] if len(words) == 1 else Phrase(words)


def children(query: Query) -> tuple[Query, ...]:
    """The queries directly inside."""
    if isinstance(query, And | Or):
        return query.parts
    if isinstance(query, Near):
        return query.left, query.right
    return (query.part,) if isinstance(query, Not | Field) else ()


def operands(query: Query) -> Iterator[Query]:
    """Everything that is no operator."""
    inside = children(query)
    if not inside:
        yield query
    for part in inside:
        yield from operands(part)
