"""A query from its text. The language is described in `README.md`; nothing is guessed."""

import re
from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from enrichers.match import fields, leaves
from enrichers.match.printing import printed
from enrichers.match.problem import Problem, told
from enrichers.match.syntax import (
    And,
    Compare,
    Field,
    Leaf,
    Near,
    Not,
    Or,
    Query,
    all_of,
    any_of,
    children,
    none_of,
    operands,
)
from streams.errors import UsageError

__all__ = ["MAX_BYTES", "MAX_NESTING", "MAX_OPERANDS", "Query", "parse", "printed"]

MAX_BYTES = 4096
MAX_OPERANDS = 200
MAX_NESTING = 30
MAX_DISTANCE = 100
QUOTES = '"„“”'

GRAMMAR = r"""
?start: either
either: both (_OR both)*
both: near (_AND? near)*
near: unary (NEAR unary)*
?unary: _NOT unary -> negated
      | atom
?atom: (WORD | PHRASE | EXACT) -> leaf
     | "(" either ")" -> group
     | FIELD (WORD | PHRASE | EXACT) -> field_leaf
     | FIELD "(" either ")" -> field_group

_AND.4: /(?:AND|UND)(?=[\s()"„“”{]|$)/
_OR.4: /(?:OR|ODER)(?=[\s()"„“”{]|$)/
_NOT.4: /(?:NOT|NICHT)(?=[\s()"„“”{]|$)|-(?=[^\s)-])/
NEAR.4: /NEAR\/\d+f?(?=[\s()"„“”{]|$)/
FIELD.3: /[A-Za-z_]+:(?!\/\/)/
PHRASE.2: /["„“”][^"„“”]*["“”](?:~\d+)?/
EXACT.2: /\{[^{}]*\}/
WORD.1: /(?!-)(?:[^\s()"„“”{}:]|:(?=\/\/))+/
%ignore /\s+/
"""

_EXPECTED = {
    "RPAR": "expected a closing parenthesis",
    "$END": "expected a term or an operator",
}


class _Builder(Transformer[Token, Any]):
    """Makes the tree while the parser reduces; never recurses."""

    def leaf(self, children: list[Token]) -> Leaf:
        return leaves.leaf(str(children[0]), _at(children[0]))

    def group(self, children: list[Any]) -> Query:
        part: Query = children[0]
        return part

    def negated(self, children: list[Any]) -> Query:
        part: Query = children[-1]
        return none_of(part)

    def both(self, children: list[Any]) -> Query:
        return all_of(children)

    def either(self, children: list[Any]) -> Query:
        return any_of(children)

    def near(self, children: list[Any]) -> Query:
        left: Query = children[0]
        for operator, right in zip(children[1::2], children[2::2], strict=True):
            left = _near(left, operator, right)
        return left

    def field_leaf(self, children: list[Token]) -> Query:
        field, value = children
        if field.lower() == "raw:":
            size = len(field) + len(value)
            raise Problem(_at(field), "raw: is written in braces", size, f"{{{value.strip(QUOTES)}}}")
        name = _known_field(field)
        query = leaves.field_value(name, str(value), _at(value))
        if name in fields.VALUES and isinstance(query, Field):
            leaves.check_values(name, query.part, _at(value))
        return query

    def field_group(self, children: list[Any]) -> Query:
        field, part = children
        name = _known_field(field)
        if name in fields.NUMBERS or name in fields.FLAGS:
            raise Problem(_at(field), f"{name}: takes one value, not a group", 0, None)
        for inside in _everything(part):
            if isinstance(inside, Field | Compare) or inside.__class__.__name__ == "Flag":
                raise Problem(_at(field), "a field stands outside of another", len(field), "")
            if name in fields.VALUES and not isinstance(inside, And | Or | Not):
                leaves.check_values(name, inside, _at(field))
        return Field(name, part)


def _everything(query: Query) -> list[Query]:
    return [query, *(deep for part in children(query) for deep in _everything(part))]


def _at(token: Token) -> int:
    return token.start_pos or 0


def _known_field(token: Token) -> str:
    name = token[:-1].lower()
    if name not in fields.ALL:
        near = fields.nearest(name)
        raise Problem(
            _at(token), f'there is no field "{name}"; did you mean {near}:?', len(token), f"{near}:"
        )
    return name


def _near(left: Query, operator: Token, right: Query) -> Near:
    for side in (left, right):
        if any(
            isinstance(part, And | Not | Field | Compare) or part.__class__.__name__ == "Flag"
            for part in _everything(side)
        ):
            reason = "NEAR takes a word, a phrase or an OR group on each side"
            raise Problem(_at(operator), reason, len(operator), "AND")
    ordered = operator.endswith("f")
    distance = int(operator[5:].rstrip("f"))
    if distance > MAX_DISTANCE:
        raise Problem(
            _at(operator), f"NEAR reaches {MAX_DISTANCE} tokens", len(operator), f"NEAR/{MAX_DISTANCE}"
        )
    return Near(left, right, distance, ordered)


_parser = Lark(
    GRAMMAR,
    parser="lalr",
    lexer="basic",
    transformer=_Builder(),
    maybe_placeholders=False,
    keep_all_tokens=False,
)


@lru_cache(maxsize=1_000)
def parse(text: str) -> Query:
    """The tree of a query. Raises UsageError: line, column, caret, what was expected, the line to write."""
    size = len(text.encode(errors="replace"))
    if size > MAX_BYTES:
        raise UsageError(
            f"a query has at most {MAX_BYTES} bytes, this one {size}; write it as several subscriptions"
        )
    try:
        return _checked(text)
    except Problem as problem:
        raise told(text, problem, _parses) from None


def _parses(text: str) -> bool:
    try:
        _checked(text)
    except Problem:
        return False
    return True


def _checked(text: str) -> Query:
    _check_nesting(text)
    query = _tree(text)
    count = sum(1 for _ in operands(query))
    if count > MAX_OPERANDS:
        raise Problem(0, f"a query has at most {MAX_OPERANDS} operands, this one {count}", 0, None)
    if _unbounded(query):
        raise Problem(
            0, "this could match everything; say what must be there", len(text), f"bahn~ AND ({text})"
        )
    return query


def _tree(text: str) -> Query:
    if not text.strip():
        raise Problem(0, "a query needs a word", 0, "bahn~")
    try:
        query: Query = _parser.parse(text)  # type: ignore[assignment]
        return query
    except UnexpectedInput as error:
        raise _problem(text, error) from None


def _problem(text: str, error: UnexpectedInput) -> Problem:
    match error:
        case UnexpectedCharacters():
            return _unreadable(text, cast("int", error.pos_in_stream))
        case UnexpectedToken() if error.token.type == "$END":
            return Problem(len(text), _expectation(error.accepts or error.expected), 0, None)
        case UnexpectedToken():
            at = error.token.start_pos or 0
            return Problem(at, _expectation(error.accepts or error.expected), 0, None)
        case UnexpectedEOF():
            return Problem(len(text), _expectation(set(error.expected)), 0, None)
    return Problem(0, "this cannot be read", 0, None)


def _unreadable(text: str, at: int) -> Problem:
    mark = text[at]
    if mark in '"„“”':
        return Problem(at, "this quotation mark is not closed", 0, None)
    if mark == "{":
        return Problem(at, "this brace is not closed", 0, None)
    if mark == ":":
        start = max(text.rfind(c, 0, at) for c in " (") + 1
        end = min(n for n in (text.find(" ", at), text.find(")", at), len(text)) if n >= 0)
        return Problem(
            start, "a colon follows a field; quote it in a word", end - start, f'"{text[start:end]}"'
        )
    if mark == "-":
        return Problem(at, "expected a word right after the minus", 1, "NOT")
    return Problem(at, f"unexpected {mark}", 1, "")


def _expectation(expected: set[str]) -> str:
    if "WORD" in expected and "$END" not in expected and "RPAR" not in expected:
        return 'expected a word, a phrase or "("'
    if "RPAR" in expected:
        return 'expected ")", an operator or a word'
    return "expected an operator or a word"


def _check_nesting(text: str) -> None:
    depth = 0
    bare = re.sub(r'["„“”][^"„“”]*["“”]|\{[^{}]*\}', lambda quoted: "x" * len(quoted[0]), text)
    for at, mark in enumerate(bare):
        depth += (mark == "(") - (mark == ")")
        if depth > MAX_NESTING:
            raise Problem(at, f"parentheses nest at most {MAX_NESTING} deep", 0, None)


def _unbounded(query: Query) -> bool:
    """Whether a post that holds none of the query's words could match."""
    match query:
        case Not():
            return True
        case And(parts):
            return all(map(_unbounded, parts))
        case Or(parts):
            return any(map(_unbounded, parts))
        case Field(_, part):
            return _unbounded(part)
        case Compare(_, operator, value, _):
            return (operator == ">=" and value <= 0) or (operator == ">" and value < 0)
    return False
