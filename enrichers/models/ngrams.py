"""What the tone model reads of a post: its text in plain form, its words, and checksums of their n-grams.

Features are 32-bit checksums, so that a model file holds no text.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import places

MAX_WORDS = 600
"""Longer posts are read to here: their tone is said by then, and the time a post may take is bounded."""

TOGETHER = 32
"""So many texts are weighted at a time: few enough for the cache of a processor."""

KEPT_WORDS = 20_000
OWNER = 32
"""The number of a text stands so many bits above the row of an n-gram of it."""

LONGEST = 5
CHARACTERS, WORDS = crc32(b"c"), crc32(b"w")
"""What the checksums begin with: a run of characters is not the word that is spelled like it."""

WORD = re.compile(r"@user|httpurl|[#]?\w+(?:['’-]\w+)*|[:;=8][-']?[)(DPpd/\\|*3]+|<3|[!?]{2,}|\.{2,}|[^\w\s]")
Rows = NDArray[np.intp]
Vector = tuple[Rows, NDArray[np.float32]]

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


def addressed(text: str) -> str:
    """What the larger network reads: links and handles as one word each, no letter more than three times in a row."""
    return _LONG.sub("", _without_addresses(text, "http", "@user"))


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
        self._of_word: dict[str, Rows] = {}

    def vector(self, units: Sequence[str]) -> Vector:
        """Rows of the n-grams of a post and their weights: (1 + log tf) × idf, scaled to length one."""
        return self.vectors([units])[0]

    def vectors(self, texts: Sequence[Sequence[str]]) -> list[Vector]:
        """The vector of each post, of its units."""
        together = [texts[at : at + TOGETHER] for at in range(0, len(texts), TOGETHER)]
        return [vector for some in together for vector in self._weighted(some)]

    def _weighted(self, texts: Sequence[Sequence[str]]) -> Iterator[Vector]:
        keys, tf = np.unique(self._found(texts), return_counts=True)
        owners, rows = keys >> OWNER, keys & ((1 << OWNER) - 1)
        values = (1 + np.log(tf.astype(np.float32))) * self._idf[rows]
        ends = owners.searchsorted(np.arange(1, len(texts)))
        lengths = np.sqrt([squares.sum() for squares in np.split(values * values, ends)])
        values /= lengths[owners]
        return zip(np.split(rows, ends), np.split(values, ends), strict=True)

    def _found(self, texts: Sequence[Sequence[str]]) -> Rows:
        """The rows of the n-grams of all texts, each with the number of its text above it."""
        self._keep(list(dict.fromkeys(chain.from_iterable(texts))))
        of_words = [self._of_word[word] for units in texts for word in units]
        of_runs = self._rows([runs(units) for units in texts])
        sizes = np.fromiter(map(len, chain(of_words, of_runs)), np.intp)
        numbers = np.arange(len(texts))
        owners = np.concatenate([np.repeat(numbers, [len(units) for units in texts]), numbers])
        found: Rows = np.concatenate([*of_words, *of_runs])
        return found + np.repeat(owners << OWNER, sizes)

    def _keep(self, words: Sequence[str]) -> None:
        """Have the rows of these words; full, forget what was kept."""
        new = [word for word in words if word not in self._of_word]
        if len(self._of_word) + len(new) > KEPT_WORDS:
            self._of_word, new = {}, list(words)
        self._of_word.update(zip(new, self._rows([characters(word) for word in new]), strict=True))

    def _rows(self, checksums: Sequence[Sequence[int]]) -> list[Rows]:
        """The rows of those that are known, list by list."""
        ids = np.fromiter(chain.from_iterable(checksums), np.uint32)
        rows, known = places(self._features, ids)
        found, at = rows[known], np.flatnonzero(known)
        ends = at.searchsorted(np.cumsum([len(one) for one in checksums], dtype=np.intp))
        return [found[begin:end] for begin, end in pairwise([0, *ends.tolist()])]
