"""A query as canonical text: parsing it again gives the same tree."""

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
)

OPERATORS = frozenset({"AND", "OR", "NOT", "UND", "ODER", "NICHT"})
_BINDING = {Or: 1, And: 2, Near: 3, Not: 4}


def printed(query: Query) -> str:  # noqa: C901, PLR0911 - one case for each kind of node
    """The canonical spelling: `AND` written out, parentheses only where needed, English operators."""
    match query:
        case Word(text, family):
            return f'"{text}"' if text in OPERATORS and not family else text + "~" * family
        case Wildcard(pattern):
            return pattern
        case Exact(text):
            return f"{{{text}}}"
        case Phrase(parts):
            return '"' + " ".join(_inside_phrase(part) for part in parts) + '"'
        case Compare(field, operator, value, unit):
            return f"{field}:{'' if operator == '=' else operator}{value:g}{unit}"
        case Flag(field, value):
            return f"{field}:{value}"
        case Field(name, part):
            return f"{name}:{printed(part) if type(part) not in _BINDING else f'({printed(part)})'}"
        case Not(part):
            return f"NOT {_within(query, part)}"
        case Near(left, right, distance, ordered):
            near = f"NEAR/{distance}{'f' * ordered}"
            return f"{_within(query, left)} {near} {_within(query, right, right=True)}"
        case And(parts):
            return " AND ".join(_within(query, part) for part in parts)
        case Or(parts):
            return " OR ".join(_within(query, part) for part in parts)


def _inside_phrase(part: Word | Wildcard) -> str:
    return part.text + "~" * part.family if isinstance(part, Word) else part.pattern


def _within(outer: Query, part: Query, *, right: bool = False) -> str:
    """A part, in parentheses if it binds less tightly than what is around it."""
    inner = _BINDING.get(type(part), 5)
    bound = _BINDING[type(outer)]
    return f"({printed(part)})" if inner < bound or (right and inner == bound) else printed(part)
