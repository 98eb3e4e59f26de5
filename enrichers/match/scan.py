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

from enrichers.match.folding import INVISIBLE, MARKS, fold
from enrichers.match.tokens import EMOJI, tokens
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

_HASH, _AT, _HYPHEN, _TYPOGRAPHIC = b"#"[0], b"@"[0], b"-"[0], (0xE2, 0xEF)
"""Bytes at which a word may have another reading; the last two begin dashes and a wide `#`, among others."""


def _table(*pairs: tuple[str, str]) -> Bytes:
    found = np.zeros(256, np.uint8)
    for letters, values in pairs:
        for letter, value in zip(letters, values, strict=True):
            found[letter.encode()[-1]] = ord(value)
    return found


_FIRST = _table(("äÄöÖüÜß", "aaoouus"))
_SECOND = _table(("äÄöÖüÜß", "eeeeees"))
_WORDISH = np.array([c >= 0x80 or chr(c).isalnum() or chr(c) in "_+" for c in range(256)])


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
    out: list[str] = []
    for is_word, group in groupby(run.decode(), key=_is_word):
        part = "".join(group)
        out.append(fold(part) if is_word else "".join(f" {c} " for c in part))
    return "".join(out).encode().translate(_BLANKS)


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

    `data` holds segments between zero bytes: the texts of all posts, the links of all, other readings of words.
    """

    def __init__(self, posts: Sequence[Post], also: Collection[str]) -> None:
        raw, links = _joined(_texts(posts, also)), _links(posts, also)
        self._readings = _readings(raw)
        runs = (raw, _joined(links)) if links else (raw,)
        self.data = b"\0".join([*map(_folded, runs), *self._readings.values()])
        self._owners: list[int] = [*(list(range(len(posts))) * len(runs)), *self._readings]
        self._ends: list[int] = np.flatnonzero(np.frombuffer(self.data, np.uint8) == 0).tolist()
        self._count = len(posts)
        self._linked = bool(links)

    @cached_property
    def _segments(self) -> list[bytes]:
        return self.data.split(b"\0")

    def owner(self, at: int) -> int:
        """The number of the post that a place in `data` belongs to."""
        return self._owners[bisect_right(self._ends, at)]

    def part(self, number: int) -> bytes:
        """All of one post."""
        texts = self._segments
        links = texts[self._count + number] if self._linked else b""
        return b"".join((texts[number], links, self._readings.get(number, b"")))


def _readings(raw: bytes) -> dict[int, bytes]:
    """Words that stand in the posts only in another shape, by number: joined at a hyphen, apart in a hashtag."""
    found: dict[int, bytes] = {}
    end = 0
    for at, number in _marks(raw):
        if at < end:
            continue
        start, end = raw.rfind(b" ", 0, at) + 1, raw.find(b" ", at)
        chunk = raw[start:end]
        reading = _chunk_readings(chunk) if len(chunk) <= _LONG else _chunk_readings.__wrapped__(chunk)
        if reading:
            found[number] = found.get(number, b" ") + reading
    return found


def _marks(raw: bytes) -> Iterator[tuple[int, int]]:
    """Where a word may have other readings, and in which post."""
    letters: Bytes = np.frombuffer(raw, np.uint8)
    found = (letters == _HYPHEN) | (letters == _HASH) | (letters == _AT)
    if not raw.isascii():
        found |= (letters == _TYPOGRAPHIC[0]) | (letters == _TYPOGRAPHIC[1])
    at = np.flatnonzero(found)
    mark, after, before = letters[at], letters[at + 1], letters[at - 1]
    at = at[(mark >= 0x80) | (_WORDISH[after] & ((mark != _HYPHEN) | _WORDISH[before]))]
    numbers = np.searchsorted(np.flatnonzero(letters == 0), at)
    return zip(at.tolist(), numbers.tolist(), strict=True)


@lru_cache(maxsize=20_000)
def _chunk_readings(chunk: bytes) -> bytes:
    """The other readings of what stands between two blanks, each followed by one."""
    readings = [token.word for token in tokens(chunk.decode()) if token.joined or token.within != "word"]
    return folded("".join(f"{reading} " for reading in readings))
