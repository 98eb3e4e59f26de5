"""Tokens: what a text consists of, where each part stands, and what else it may be called.

A text is a row of places. Most tokens fill one place; a joined word (`Bahn-Tochter` as `bahntochter`,
`#DeutscheBahn` as `deutschebahn`) fills those of its parts, so that phrases and distances see both readings.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from streams.folding import APOSTROPHES, DASHES, INVISIBLE, MARKS, fold, fold_word

Kind = Literal["word", "hashtag", "handle", "emoji", "url"]

_LETTERS = rf"[^\W_](?:[^\W_]|[{MARKS}{INVISIBLE}])*+"
WORD = rf"{_LETTERS}(?:[{APOSTROPHES}&+]{_LETTERS})*+(?:\+++)?"
_NAME = rf"(?:\w|[{MARKS}{INVISIBLE}])++"
_PICTURE = (
    "[\U0001f000-\U0001f1e5\U0001f200-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2934\u2935\u2b00-\u2bff"
    "\u203c\u2049\u3030\u303d\u3297\u3299]"
)
_MODIFIER = "[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f]"
EMOJI = (
    rf"[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}"
    rf"|{_PICTURE}{_MODIFIER}*+(?:\u200d{_PICTURE}{_MODIFIER}*+)*+"
)
URL = r"(?i:https?://|www\.)[^\s<>\"“”„]*[^\s<>\"“”„.,;:!?)…'»]"
TOKEN = re.compile(
    rf"(?P<url>{URL})|(?P<emoji>{EMOJI})"
    rf"|(?P<hashtag>(?<![\w&])[#＃](?=\w*[^\W\d_]){_NAME})"
    rf"|(?P<handle>(?<![\w.@/])@{_NAME}(?:[.-]{_NAME})*+(?:@{_NAME}(?:[.-]{_NAME})*+)?)"
    rf"|(?P<word>{WORD}(?:[{DASHES}]{WORD})*+)"
)
_SKIN = re.compile(_MODIFIER)
_PIECE = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}{INVISIBLE}])*")
_HYPHENATED = re.compile(WORD)
MAX_JOINED = 4
"""So many neighbours within a longer chain of hyphens are also read as one word."""


class Token(NamedTuple):
    """A reading of a stretch of text: places `place` up to `after`, code points `start` up to `end`."""

    word: str
    kind: Kind
    place: int
    after: int
    start: int
    end: int
    joined: bool = False
    within: Kind = "word"


WORDS_ONLY = re.compile(rf"(?P<word>{WORD})")


def tokens(raw: str, pattern: re.Pattern[str] = TOKEN) -> Iterator[Token]:
    """The tokens of a text, in order of their places, shorter readings first."""
    place = 0
    for found in pattern.finditer(raw):
        written = found[0]
        if written.isalnum():  # nearly all: a word without a hyphen
            yield Token(fold(written), "word", place, place + 1, *found.span())
            place += 1
            continue
        kind: Kind = found.lastgroup  # type: ignore[assignment]
        for token in _READINGS[kind](written, found.start(), place):
            yield token
            last = token.after
        place = last


def _hyphenated(written: str, start: int, place: int) -> Iterator[Token]:
    spans = [m.span() for m in _HYPHENATED.finditer(written)]
    for number, (a, b) in enumerate(spans):
        yield Token(fold_word(written[a:b]), "word", place + number, place + number + 1, start + a, start + b)
    words = [fold_word(written[a:b]) for a, b in spans]
    for first, last in _runs(len(spans)):
        joined = "".join(words[first:last])
        begin, stop = start + spans[first][0], start + spans[last - 1][1]
        yield Token(joined, "word", place + first, place + last, begin, stop, joined=True)


def _runs(count: int) -> Iterator[tuple[int, int]]:
    """Which neighbours are joined: short runs, and last of all the whole chain."""
    for first in range(count):
        for last in range(first + 2, min(first + MAX_JOINED, count) + 1):
            if last - first < count:
                yield first, last
    if count > 1:
        yield 0, count


def _tag(written: str, start: int, place: int) -> Iterator[Token]:
    parts = name_parts(written[1:])
    after = place + max(1, len(parts))
    end = start + len(written)
    if len(parts) > 1:
        yield from _name_parts(written, start, place, "hashtag")
    joined = "".join(fold(written[a + 1 : b + 1]) for a, b in parts)
    yield Token(joined, "word", place, after, start + 1, end, len(parts) > 1, "hashtag")
    yield Token("#" + fold(written[1:]), "hashtag", place, after, start, end)


def _handle(written: str, start: int, place: int) -> Iterator[Token]:
    local = written[1:].partition("@")[0]
    after = place + max(1, len(name_parts(local)))
    yield from _name_parts("@" + local, start, place, "handle")
    if len(local) + 1 < len(written):
        yield Token("@" + fold(local), "handle", place, after, start, start + 1 + len(local))
    yield Token(fold(written), "handle", place, after, start, start + len(written))


def _name_parts(written: str, start: int, place: int, within: Kind) -> Iterator[Token]:
    for number, (a, b) in enumerate(name_parts(written[1:]), place):
        word = fold_word(written[a + 1 : b + 1])
        yield Token(word, "word", number, number + 1, start + a + 1, start + b + 1, within=within)


def _whole(kind: Kind, word: str, written: str, start: int, place: int) -> Iterator[Token]:
    yield Token(word, kind, place, place + 1, start, start + len(written))


_READINGS: dict[str, Callable[[str, int, int], Iterator[Token]]] = {
    "word": _hyphenated,
    "hashtag": _tag,
    "handle": _handle,
    "emoji": lambda written, start, place: _whole("emoji", plain_emoji(written), written, start, place),
    "url": lambda written, start, place: _whole("url", written, written, start, place),
}


def plain_emoji(emoji: str) -> str:
    """An emoji without skin tone and presentation."""
    return _SKIN.sub("", emoji)


@lru_cache(maxsize=10_000)
def name_parts(name: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a hashtag or handle stand: split at camel case, digits and underscores."""
    found: list[tuple[int, int]] = []
    for piece in _PIECE.finditer(name):
        begin = piece.start()
        for at in range(begin + 1, piece.end()):
            if _splits(name, at, piece.end()):
                found.append((begin, at))
                begin = at
        found.append((begin, piece.end()))
    return tuple(found)


def _splits(name: str, at: int, end: int) -> bool:
    before, here = name[at - 1], name[at]
    if here.isdigit() != before.isdigit():
        return here.isalnum() and before.isalnum()
    if not here.isupper():
        return False
    return before.islower() or (before.isupper() and at + 1 < end and name[at + 1].islower())
