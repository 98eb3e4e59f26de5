"""Posts as one folded run of bytes, in which every word of theirs stands between blanks.

What is found here is only a candidate; but nothing that the evaluator would find is missing. Case, umlauts and
punctuation are settled for a whole batch at once, because that is where the time of a matcher goes.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
_SIGN = (0xE2, 0x80)
_SIGNS = _table(("\u2010‑‒–—―‖‗‚‛“”„‟†‡•‣․‥…‧", " " * 22)) != 0
"""Dashes, quotation marks and dots, which only separate words: the first two bytes in UTF-8, and the third ones."""


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
    signs = np.flatnonzero(letters == _SIGN[0])
    signs = signs[(letters[signs + 1] == _SIGN[1]) & _SIGNS[letters[signs + 2]]]
    letters[signs] = letters[signs + 1] = letters[signs + 2] = 0x20
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
"""Fields that look at the addresses of a post; those in its text are seen there."""


def _texts(posts: Sequence[Post]) -> Iterator[list[str]]:
    """Where a query looks for words if it names no field."""
    yield [post.text for post in posts]
    yield [post.title or "" for post in posts]


def _names(posts: Sequence[Post], also: Collection[str]) -> Iterator[list[str]]:
    """Where else it looks for words."""
    if "author" in also:
        yield [post.author.name or "" if post.author else "" for post in posts]
        yield [post.author.handle or "" if post.author else "" for post in posts]
    if "venue" in also:
        yield [post.venue.name or "" if post.venue else "" for post in posts]
    if "place" in also:
        yield [post.place.name or "" if post.place else "" for post in posts]


def _links(posts: Sequence[Post], also: Collection[str]) -> Iterator[list[str]]:
    if not _LINKS.isdisjoint(also):
        yield [post.url or "" for post in posts]
        yield [post.venue.url or "" if post.venue else "" for post in posts]


def _joined(columns: Iterable[Sequence[str]]) -> list[bytes]:
    """The columns that are not empty: texts between blanks, and a zero byte between each two."""
    return [_column(texts) for texts in columns if any(texts)]


def _column(texts: Sequence[str]) -> bytes:
    joined = f" {BETWEEN.join(texts)} ".encode(errors="replace")
    if joined.count(b"\0") < len(texts):
        return joined
    return _column([text.replace("\0", " ") for text in texts])


class Scanned:
    """A batch of posts, ready to be searched.

    `data` holds segments between zero bytes: columns, one for each field and as long as the batch, then other readings
    of words, for some posts.
    """

    def __init__(self, posts: Sequence[Post], also: Collection[str]) -> None:
        texts = _joined(_texts(posts))
        words = texts + _joined(_names(posts, also))
        links = _joined(_links(posts, also))
        found = readings(b"\0".join(words), len(posts))
        self.data = _folded(b"\0".join([*words, *links, found.raw]))
        self._posts = len(posts)
        self._texts = len(posts) * len(texts)
        self._columns = len(posts) * (len(words) + len(links))
        self._owners = found.posts
        ends = np.flatnonzero(np.frombuffer(self.data, np.uint8) == 0).tolist()
        self._bounds: list[int] = [0, *ends, len(self.data)]

    def owner(self, at: int) -> int:
        """The number of the post that a place in `data` belongs to."""
        segment = bisect_right(self._bounds, at) - 1
        return segment % self._posts if segment < self._columns else self._owners[segment - self._columns]

    def part(self, number: int, names: bool = True) -> bytes:
        """All of one post; or all but `names` and links."""
        bounds = self._bounds
        columns = range(number, self._columns if names else self._texts, self._posts)
        segments = [*columns, *self._readings.get(number, ())]
        return b"".join([self.data[bounds[at] : bounds[at + 1]] for at in segments])

    @cached_property
    def _readings(self) -> Mapping[int, Sequence[int]]:
        """The segments that hold other readings of a post."""
        found: dict[int, list[int]] = defaultdict(list)
        for segment, owner in enumerate(self._owners, self._columns):
            found[owner].append(segment)
        return found
