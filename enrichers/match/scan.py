"""Posts as one folded run of bytes, in which every word of theirs stands between blanks.

What is found here is only a candidate; but nothing that the evaluator would find is missing. Case, umlauts and
punctuation are settled for a whole batch at once, because that is where the time of a matcher goes.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from enrichers.match.readings import readings
from enrichers.match.tokens import EMOJI
from streams.folding import INVISIBLE, MARKS, PLAIN, fold
from streams.post import Post

Bytes = NDArray[np.uint8]

BETWEEN = " \0 "
"""Stands between two posts."""

_LONG = 100
_BLANKS = bytes(c if chr(c).isalnum() or c >= 0x80 or c == 0 else 0x20 for c in range(256))
_ASCII = bytes(chr(_BLANKS[c]).lower().encode()[0] if c < 0x80 else c for c in range(256))
_KEPT = re.compile(rf"[{MARKS}{INVISIBLE}]")
_EMOJI = re.compile(EMOJI)
_LEAD = 0xC3
"""The first byte of each German umlaut in UTF-8; the second one tells which, and as text it takes two bytes too."""


def _table(*pairs: tuple[str, str]) -> Bytes:
    found = np.zeros(256, np.uint8)
    for letters, values in pairs:
        for letter, value in zip(letters, values, strict=True):
            found[letter.encode()[-1]] = ord(value)
    return found


_FIRST = _table(("äÄöÖüÜß", "aaoouus"))
_SECOND = _table(("äÄöÖüÜß", "eeeeees"))


def folded(raw: str) -> bytes:
    """Any text as it is scanned."""
    return _folded(raw.encode(errors="replace"))


def _folded(raw: bytes) -> bytes:
    lower = raw.translate(_ASCII)
    if lower.isascii():
        return lower
    data = bytearray(lower)
    letters: Bytes = np.frombuffer(data, np.uint8)
    leads = np.flatnonzero(letters == _LEAD)
    seconds = letters[leads + 1]
    umlauts = np.flatnonzero(_FIRST[seconds])
    leads, seconds = leads[umlauts], seconds[umlauts]
    letters[leads] = _FIRST[seconds]
    letters[leads + 1] = _SECOND[seconds]
    return b"".join(_ascii_pieces(bytes(data), np.flatnonzero(letters >= 0x80)))


def _ascii_pieces(data: bytes, others: NDArray[np.intp]) -> Iterator[bytes]:
    """The data with each run of bytes that are not ASCII folded, and an accent with the letter it stands on."""
    if not len(others):
        yield data
        return
    breaks = np.flatnonzero(np.diff(others) > 1)
    begins = others[np.concatenate(([0], breaks + 1))].tolist()
    ends = (others[np.concatenate((breaks, [len(others) - 1]))] + 1).tolist()
    last = 0
    for begin, end in zip(begins, ends, strict=True):
        run = data[begin:end]
        on = begin - 1 if begin and (b"\xcc" in run or b"\xcd" in run) else begin
        yield data[last:on]
        run = data[on:end]
        yield _fold_run(run) if len(run) <= _LONG else _fold_run.__wrapped__(run)
        last = end
    yield data[last:]


@lru_cache(maxsize=50_000)
def _fold_run(run: bytes) -> bytes:
    """Letters folded, emoji kept, everything else blank."""
    once = (fold(part) if is_word else part for is_word, part in _grouped(run.decode().translate(PLAIN)))
    twice = _grouped("".join(once))  # folded, ¼ is 1⁄4, and no longer one word
    return "".join(part if is_word else _apart(part) for is_word, part in twice).encode().translate(_BLANKS)


def _grouped(text: str) -> Iterator[tuple[bool, str]]:
    return ((is_word, "".join(group)) for is_word, group in groupby(text, key=_is_word))


def _apart(marks: str) -> str:
    return "".join(mark if mark.isascii() else f" {mark} " for mark in marks)


def _is_word(c: str) -> bool:
    return (c.isalnum() and not _EMOJI.fullmatch(c)) or bool(_KEPT.match(c))


_LINKS = frozenset({"url", "site"})
_NAMES: Mapping[str, Callable[[Post], str]] = {
    "author": lambda post: f"{post.author.name or ''}\n{post.author.handle or ''}" if post.author else "",
    "venue": lambda post: (post.venue and post.venue.name) or "",
    "place": lambda post: (post.place and post.place.name) or "",
}


def _texts(posts: Sequence[Post], also: Collection[str]) -> list[str]:
    """What is scanned of each post as text: text, title and the names in `also`."""
    names = [_NAMES[field] for field in also if field in _NAMES]
    if not names:
        return [f"{post.text}\n{post.title}" if post.title else post.text for post in posts]
    return ["\n".join([post.text, post.title or "", *[name(post) for name in names]]) for post in posts]


def _links(posts: Sequence[Post], also: Collection[str]) -> list[str]:
    """The addresses of each post, where a query looks at them; those in the text are seen there."""
    if _LINKS.isdisjoint(also):
        return []
    return [f"{post.url or ''} {(post.venue and post.venue.url) or ''}" for post in posts]


def _joined(texts: Sequence[str]) -> bytes:
    """Texts between blanks, and a zero byte between each two."""
    joined = BETWEEN.join(texts)
    if joined.count("\0") >= max(1, len(texts)):
        joined = BETWEEN.join([text.replace("\0", " ") for text in texts])
    return f" {joined} ".encode(errors="replace")


class Scanned:
    """A batch of posts, ready to be searched.

    `data` holds segments between zero bytes: the texts of all posts, then links and other readings of words.
    """

    def __init__(self, posts: Sequence[Post], also: Collection[str]) -> None:
        raw, links = _joined(_texts(posts, also)), _links(posts, also)
        found = readings(raw)
        more = [*links, *found.values()]
        self.data = _folded(raw) + (b"\0" + _folded(_joined(more)) if more else b"")
        self._owners: list[int] = [*range(len(posts)), *(range(len(posts)) if links else ()), *found]
        self._more = {number: len(posts) + len(links) + at for at, number in enumerate(found)}
        self._links = len(posts) if links else None
        self._ends: list[int] = np.flatnonzero(np.frombuffer(self.data, np.uint8) == 0).tolist()

    @cached_property
    def _segments(self) -> list[bytes]:
        return self.data.split(b"\0")

    def owner(self, at: int) -> int:
        """The number of the post that a place in `data` belongs to."""
        return self._owners[bisect_right(self._ends, at)]

    def part(self, number: int) -> bytes:
        """All of one post."""
        segments = self._segments
        links = segments[self._links + number] if self._links else b""
        more = segments[self._more[number]] if number in self._more else b""
        return b"".join((segments[number], links, more))
