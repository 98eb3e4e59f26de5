"""What the tone model reads of a post: its text in plain form, its words, and checksums of their n-grams.

Features are 32-bit checksums, so that a model file holds no text.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

MAX_WORDS = 600
"""Longer posts are read to here: their tone is said by then, and the time a post may take is bounded."""

LONGEST = 5
CHARACTERS, WORDS = crc32(b"c"), crc32(b"w")
"""What the checksums begin with: a run of characters is not the word that is spelled like it."""

WORD = re.compile(r"@user|httpurl|[#]?\w+(?:['’-]\w+)*|[:;=8][-']?[)(DPpd/\\|*3]+|<3|[!?]{2,}|\.{2,}|[^\w\s]")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\bhttp\b")
_HANDLE = re.compile(r"@\w[\w.-]*")
_SPACED_SMILEY = re.compile(r"([:;=]) ?(-?) ([)(DPp])(?!\w)")
_LONG = re.compile(r"(.)(?=\1\1\1)", re.DOTALL)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_NOSE = re.compile(r"([:;=])-(?=[)(DPp])")
_EMOJI = re.compile(
    "([\u2600-\u27bf\U0001f300-\U0001faff])[\u200d\ufe0f\U0001f3fb-\U0001f3ff\u2600-\u27bf\U0001f300-\U0001faff]*"
)


def words(text: str) -> list[str]:
    """The units that n-grams are made of: lower case, links and handles as one word each."""
    text = _SPACED_SMILEY.sub(r"\1\2\3", _without_addresses(text, "httpurl", "@user"))
    return WORD.findall(_LONG.sub("", text).lower())[:MAX_WORDS]


def plain(text: str) -> str:
    """What the encoder reads: no links and handles, a run of emoji as the name of its first."""
    text = _NOSE.sub(r"\1", _SPACED_SMILEY.sub(r"\1\2\3", _without_addresses(text, " ", " ")))
    return _LONG.sub("", _EMOJI.sub(_name, text)).replace("#", " ")


def _without_addresses(text: str, link: str, handle: str) -> str:
    """The text as far as it is read, with these in place of its links and handles."""
    text = _unescaped(text[: MAX_WORDS * 40])
    if "http" in text or "www." in text:  # looking for the pattern takes longer
        text = _LINK.sub(link, text)
    return _HANDLE.sub(handle, text)


def _unescaped(text: str) -> str:
    """Entities and left-over escapes of JSON as the characters they stand for; no lone surrogates."""
    text = html.unescape(text) if "&" in text else text
    text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "\\u" in text else text
    return text.encode("utf-8", "replace").decode()


def _name(emoji: re.Match[str]) -> str:
    return f" {unicodedata.name(emoji[1], '').lower()} "


def characters(word: str) -> list[int]:
    """Checksums of a word's n-grams of 2 to 5 characters, its edges marked; whole where it is shorter than n."""
    signs = [sign.encode() for sign in f" {word[:60]} "]
    found = []
    for at, sign in enumerate(signs[:-1]):
        checksum = crc32(sign, CHARACTERS)
        for following in signs[at + 1 : at + LONGEST]:
            checksum = crc32(following, checksum)
            found.append(checksum)
    return found + [crc32(b"".join(signs), CHARACTERS)] * (LONGEST - len(signs))


def runs(units: Sequence[str]) -> list[int]:
    """Checksums of the runs of 1 to 3 words."""
    encoded = [word.encode() for word in units]
    following = [b" " + word for word in encoded]
    ones = [crc32(word, WORDS) for word in encoded]
    twos = [*map(crc32, following[1:], ones)]
    return ones + twos + [*map(crc32, following[2:], twos)]


class Vocabulary:
    """The n-grams that count: `features` sorted checksums, `idf` their inverse document frequency."""

    def __init__(self, features: NDArray[np.uint32], idf: NDArray[np.float32]) -> None:
        self._features, self._idf = features, idf
        self._of_word = lru_cache(maxsize=20_000)(lambda word: self._rows(characters(word)))

    def vector(self, units: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Rows of the n-grams of a post and their weights: (1 + log tf) × idf, scaled to length one."""
        found = np.concatenate([self._rows(runs(units)), *(self._of_word(word) for word in units)])
        rows, tf = np.unique(found, return_counts=True)
        values = (1 + np.log(tf.astype(np.float32))) * self._idf[rows]
        length = float(np.sqrt(np.sum(values * values)))
        return rows, values / length if length else values

    def _rows(self, checksums: Sequence[int]) -> NDArray[np.intp]:
        ids = np.array(checksums, dtype=np.uint32)
        rows = np.minimum(self._features.searchsorted(ids), len(self._features) - 1)
        known: NDArray[np.intp] = rows[self._features[rows] == ids]
        return known
