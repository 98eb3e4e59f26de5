"""What a post says about one of the names in it: the clauses that are about it, and whether it is the one compared to.

Rules, not a model: a clause ends at a sign or a contrast word, and also between two names that are not just listed. A
clause without a name goes on about the name before it. "Better than X" speaks about X the other way round.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]

READ_CHARS = 20_000
_ENDS = re.compile(
    r"[.!?;…\n]+[\"“”»')]*(?=\s|$)"
    r"|,?\s(?=(?:während|wohingegen|sondern|but|while|whilst|whereas|however)\s)"
    r"|,\s(?=(?:aber|doch|jedoch|dagegen|hingegen|dafür|nur|dennoch|though)\s)",
    re.IGNORECASE,
)
_ARTICLE = r"(?:(?:von|vom|bei|beim|mit|zu[rm]?|der|die|das|den|dem|from|at|with|the)\s+)*[@#]?"
_LISTED = re.compile(
    rf"\s*(?:,|/|&|\+|und|oder|sowie|noch|als auch|and|or|nor|as well as)?\s*{_ARTICLE}", re.IGNORECASE
)
_LIKENED = re.compile(
    rf"\b(?:wie|as|als|than|statt|anstatt|gegen|gegenüber|over|instead of)\s+{_ARTICLE}$", re.IGNORECASE
)
_COMPARED = re.compile(
    r"\b(?:als|than|statt|anstatt|gegen|gegenüber|unlike|over|instead of|im (?:gegensatz|vergleich|unterschied)"
    rf"|verglichen|compared (?:to|with))\s+{_ARTICLE}$",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:von|vom|from)\s+(?:(?:der|the)\s+)?$", re.IGNORECASE)
_TO = re.compile(r"\s+(?:zu[rm]?|to)\s", re.IGNORECASE)
_BEFORE_NAME = re.compile(rf"(?:\b(?:und|aber|doch|and|but|while|während)\s+)?{_ARTICLE}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """`text`: what is said about a name, at these `places`.

    `compared`: it is what something else is better or worse than.
    """

    text: str
    places: tuple[Span, ...]
    compared: bool


def about(text: str, spans: Sequence[Span], others: Sequence[Span]) -> Said:
    """What the text says about what stands at `spans`; `others`: where other names stand."""
    text = text[:READ_CHARS]
    mine: list[Span] = []
    going_on = False
    for start, end in _clauses(text, spans, others):
        here, elsewhere = _any(spans, start, end), _any(others, start, end)
        going_on = here or (going_on and not elsewhere and bool(others))
        if going_on:
            mine.append((start, end))
    said = " ".join(text[start:end].strip() for start, end in mine)
    return Said(said, tuple(mine), any(_compared(text, span) for span in spans))


def _clauses(text: str, spans: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    """The clauses in their order, together the whole text."""
    ends = {end.end() for end in _ENDS.finditer(text)} | {len(text)}
    names = sorted([*((*span, True) for span in spans), *((*span, False) for span in others)])
    for (begin, stop, mine), (start, _, also) in pairwise(names):
        if mine is not also and stop < start and not any(stop < end <= start for end in ends):
            ends |= _between(text, (begin, stop), start)
    start = 0
    for end in sorted(ends):
        if text[start:end].strip():
            yield start, end
            start = end


def _between(text: str, name: Span, following: int) -> set[int]:
    """Where the following name begins something new: at the last comma before it, or before its article."""
    between = text[name[1] : following]
    if _LISTED.fullmatch(between) or _LIKENED.search(between) or _compared(text, name):
        return set()
    comma = max(between.rfind(sign) for sign in ",;–")
    before = _BEFORE_NAME.search(between)
    return {name[1] + (comma + 1 if comma >= 0 else before.start() if before else len(between))}


def _compared(text: str, name: Span) -> bool:
    before, after = text[max(0, name[0] - 60) : name[0]], text[name[1] :]
    return bool(_COMPARED.search(before) or (_FROM.search(before) and _TO.match(after)))


def _any(spans: Sequence[Span], start: int, end: int) -> bool:
    return any(begin < end and stop > start for begin, stop in spans)
