"""Other readings of words in a batch of posts: `#DeutscheBahn` apart, `Bahn-Chef` joined.

Only what stands nowhere as such; rather too much than too little, since what is found in it is but a candidate.
Names and pairs of plain German letters, nearly all, need one look; others are read as the evaluator reads them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from enrichers.match.tokens import tokens

_LONG = 100
_NAME = re.compile(
    rb"[#@](?:[A-Z]?[a-z]++|[A-Z]++|[0-9]++)(?![\w\x80-\xff]|[.@-][\w\x80-\xff])"
    rb"|[#@]([\w\xc3\x80-\x96\x98-\xb6\xb8-\xbf]++)(?![\x80-\xff]|[.@-][\w\x80-\xff])"
)
"""A hashtag or handle of one word; or (group 1) of several, perhaps with umlauts. Nothing goes on with it."""
_PARTS = re.compile(r"[A-ZÀ-ÖØ-Þ]+(?![a-zß-öø-ÿ])|[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿ]+|[0-9]+|\0")
_PAIR = re.compile(rb"([^\W_]++)-([^\W_]++)[.,:;!?]*+")


def _are(wanted: bytes) -> NDArray[np.bool_]:
    """Whether each byte is one of these, or a letter or digit of ASCII."""
    return np.array([(c < 0x80 and chr(c).isalnum()) or c in wanted for c in range(256)])


_HASH, _AT, _HYPHEN = b"#@-"
_SOUGHT = bytes(c in b"#@-\xe2\xef" for c in range(256))
"""A mark, or the first byte of a typographic dash or the wide `#` in UTF-8."""
_WORDISH = _are(b"_+" + bytes(range(0x80, 256)))
_OPENS = np.zeros((256, 256), np.bool_)
"""Whether a mark has a meaning after a byte; what a name cannot begin after is as in `tokens`."""
_OPENS[_HASH], _OPENS[_AT], _OPENS[_HYPHEN] = ~_are(b"_&"), ~_are(b"_.@/"), _WORDISH


class Readings(NamedTuple):
    """Other readings between zero bytes, and of which post each is."""

    posts: list[int]
    raw: bytes


def readings(raw: bytes, posts: int) -> Readings:
    """`raw`: columns of as many texts as `posts`, separated by zero bytes and surrounded by blanks."""
    names: list[tuple[int, bytes]] = []
    others: list[tuple[int, bytes]] = []
    end = 0
    for at, text in _marks(raw):
        if at < end:
            continue
        name = _NAME.match(raw, at)
        if name is None:
            start, end = raw.rfind(b" ", 0, at) + 1, raw.find(b" ", at)
            reading = _of_piece(raw[start:end])
            if reading:
                others.append((text % posts, reading))
        else:
            end = name.end()
            if name[1]:
                names.append((text % posts, name[1]))
                if b"_" in name[1]:
                    others.append((text % posts, name[1].replace(b"_", b"")))
    parts = [_split([name for _, name in names])] if names else []
    raw = b" \0 ".join([*parts, *(reading for _, reading in others)])
    return Readings([post for post, _ in names + others], b" %b " % raw)


def _marks(raw: bytes) -> Iterator[tuple[int, int]]:
    """Where a word may have other readings, and in which text."""
    letters = np.frombuffer(raw, np.uint8)
    at = np.flatnonzero(np.frombuffer(raw.translate(_SOUGHT), np.bool_))
    marks = letters[at]
    opens = _OPENS[marks, letters[at - 1]] & _WORDISH[letters[at + 1]]
    wide = np.flatnonzero(marks >= 0x80)
    opens[wide] = _wide(letters, at[wide])
    at = at[opens]
    texts = np.searchsorted(np.flatnonzero(letters == 0), at)
    return zip(at.tolist(), texts.tolist(), strict=True)


def _wide(letters: NDArray[np.uint8], at: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether a typographic dash or the wide `#` stands here, before a word."""
    first, second, third = (letters[at + n].astype(np.int32) for n in range(3))
    sign = (first << 16) + (second << 8) + third
    dash = ((sign >= 0xE28090) & (sign <= 0xE28095)) | (sign == 0xE28892)
    opens: NDArray[np.bool_] = (dash | (sign == 0xEFBC83)) & _WORDISH[letters[at + 3]]
    return opens


def _split(names: Sequence[bytes]) -> bytes:
    """The parts of hashtags and handles."""
    return " ".join(_PARTS.findall(b"\0".join(names).decode())).encode()


def _of_piece(piece: bytes) -> bytes:
    """What stands between two blanks, and is no plain name."""
    pair = _PAIR.fullmatch(piece)
    if pair:
        return pair[1] + pair[2]
    return _read(piece) if len(piece) <= _LONG else _read.__wrapped__(piece)


@lru_cache(maxsize=20_000)
def _read(piece: bytes) -> bytes:
    """As the evaluator reads it."""
    return " ".join(t.word for t in tokens(piece.decode()) if t.joined or t.within != "word").encode()
