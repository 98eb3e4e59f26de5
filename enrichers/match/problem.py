"""A mistake in a query: where it is, what was expected, and the line to write instead."""

from collections.abc import Callable

from enrichers.match.tokens import tokens
from streams.errors import UsageError

EXAMPLE = "bahn~ AND streik~"


class Problem(Exception):  # noqa: N818 - becomes a UsageError once the whole line is known
    """What is wrong at an offset of the query; `instead` replaces the `length` characters there."""

    def __init__(
        self, at: int, expected: str, length: int = 0, instead: str | None = None, caret: int | None = None
    ) -> None:
        super().__init__(expected)
        self.at, self.expected, self.length, self.instead = at, expected, length, instead
        self.caret = at if caret is None else caret


def told(source: str, problem: Problem, parses: Callable[[str], bool]) -> UsageError:
    """The problem as the user reads it: line, column, caret, expectation, and a line that parses."""
    at = min(problem.caret, len(source))
    before = source[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    shown = source.split("\n")[line - 1].replace("\t", " ")
    left = max(0, column - 61)
    place = f"  {shown[left : left + 100]}\n  {' ' * (column - 1 - left)}^"
    instead = _repaired(source, problem, parses)
    return UsageError(f"line {line}, column {column}: {problem.expected}\n{place}\nwrite: {instead}")


def _repaired(source: str, problem: Problem, parses: Callable[[str], bool]) -> str:
    at, end = problem.at, problem.at + problem.length
    tries = []
    if problem.instead is not None:
        tries.append(f"{source[:at]}{problem.instead}{source[end:]}")
    head, tail = source[:at].rstrip(), source[at:].lstrip()
    tries += [source + mark for mark in (")", '"', "}", '")', "))")]
    tries += [
        f"{head} {tail[1:].lstrip()}" if not tail[:1].isalnum() else "",
        f"{head} {_rest(tail)}",
        f"{_start(head)} {tail}",
        f"{_start(head)} {_rest(tail)}",
        f"{_start(head)}{tail}",
        head,
        _start(head),
        _rest(tail),
    ]
    tries += [f"{attempt}{')' * (attempt.count('(') - attempt.count(')'))}" for attempt in tries[:]]
    for attempt in tries:
        clean = " ".join(attempt.split())
        if clean and clean != source and parses(clean):
            return clean
    words = " AND ".join(token.word for token in tokens(source) if token.kind == "word")
    return words if parses(words) else EXAMPLE


def _rest(tail: str) -> str:
    return "".join(tail.split(maxsplit=1)[1:])


def _start(head: str) -> str:
    return "".join(head.rsplit(maxsplit=1)[:-1])
