"""Other readings of words in a batch of posts: `#DeutscheBahn` apart, `Bahn-Chef` joined.

Only what stands nowhere as such; rather too much than too little, since what is found in it is but a candidate.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from enrichers.match.tokens import tokens

_HASH, _AT, _HYPHEN = b"#@-"
_DASHES = ((0xE2, 0x80, 0x90, 0x95), (0xE2, 0x88, 0x92, 0x92), (0xEF, 0xBC, 0x83, 0x83))
"""Typographic dashes and the wide `#` in UTF-8: two bytes, and the range of the third."""

_LONG = 100
_WORDISH = np.array([c >= 0x80 or chr(c).isalnum() or chr(c) in "_+" for c in range(256)])
_NAME = re.compile(rb"[\w\x80-\xff]+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def readings(raw: bytes) -> dict[int, str]:
    """The other readings by the number of the post; posts are separated by zero bytes and surrounded by blanks."""
    found: dict[int, str] = {}
    end = 0
    for at, number in _marks(raw):
        if at < end:
            continue
        name = _NAME.match(raw, at + 1) if raw[at] in (_HASH, _AT) else None
        if name and raw[name.end()] not in b".-@":
            end, reading = name.end(), _of_name(name[0])
        else:
            start, end = raw.rfind(b" ", 0, at) + 1, raw.find(b" ", at)
            reading = _of_piece(raw[start:end])
        if reading:
            found[number] = f"{found.get(number, '')} {reading}"
    return found


def _marks(raw: bytes) -> Iterator[tuple[int, int]]:
    """Where a word may have other readings, and in which post."""
    letters = np.frombuffer(raw, np.uint8)
    at = np.flatnonzero((letters == _HASH) | (letters == _AT) | (letters == _HYPHEN))
    at = at[_WORDISH[letters[at + 1]] & ((letters[at] != _HYPHEN) | _WORDISH[letters[at - 1]])]
    if not raw.isascii():
        at = np.sort(np.concatenate([at, *(_dashes(letters, *dash) for dash in _DASHES)]))
    numbers = np.searchsorted(np.flatnonzero(letters == 0), at)
    return zip(at.tolist(), numbers.tolist(), strict=True)


def _dashes(letters: NDArray[np.uint8], first: int, second: int, low: int, high: int) -> NDArray[np.intp]:
    at = np.flatnonzero(letters == first)
    third = letters[at + 2]
    at = at[(letters[at + 1] == second) & (third >= low) & (third <= high)]
    wordish: NDArray[np.intp] = at[_WORDISH[letters[at + 3]]]
    return wordish


def _of_name(name: bytes) -> str:
    """The parts of a hashtag or handle, and what they make together."""
    if name[1:].islower() and name.isalpha():
        return ""
    if not name.isascii():
        return _of_piece(b"#" + name)
    parts = _PART.findall(name.decode())
    return f"{' '.join(parts)} {''.join(parts)}" if len(parts) > 1 else ""


def _of_piece(piece: bytes) -> str:
    """What stands between two blanks, read as the evaluator reads it."""
    return _read(piece) if len(piece) <= _LONG else _read.__wrapped__(piece)


@lru_cache(maxsize=20_000)
def _read(piece: bytes) -> str:
    return " ".join(t.word for t in tokens(piece.decode()) if t.joined or t.within != "word")
