"""The tone model: logistic regression over word and character n-grams, read from plain arrays.

How it was trained and how good it is: `sentiment.md`. Features are 32-bit checksums of n-grams, so that the
file holds no text. Needs numpy only; numbers are summed one post at a time, so batches cannot differ.
"""

import html
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays, load
from streams.mention import Tone

LABELS: tuple[Tone, Tone, Tone] = ("negative", "neutral", "positive")
MAX_WORDS = 600
"""Longer posts are read to here: their tone is said by then, and the time a post may take is bounded."""

WORD = re.compile(r"@user|httpurl|[#]?\w+(?:['’-]\w+)*|[:;=8][-']?[)(DPpd/\\|*3]+|<3|[!?]{2,}|\.{2,}|[^\w\s]")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\bhttp\b")
_HANDLE = re.compile(r"@\w[\w.-]*")
_SPACED_SMILEY = re.compile(r"([:;=]) ?(-?) ([)(DPp])(?!\w)")
_LONG = re.compile(r"(.)\1{3,}", re.DOTALL)


def words(text: str) -> list[str]:
    """The units that n-grams are made of: lower case, links and handles as one word each."""
    text = html.unescape(text) if "&" in text else text
    text = _HANDLE.sub("@user", _LINK.sub("httpurl", text[: MAX_WORDS * 40]))
    text = _SPACED_SMILEY.sub(r"\1\2\3", text)
    return WORD.findall(_LONG.sub(r"\1\1\1", text).lower())[:MAX_WORDS]


def characters(word: str) -> list[int]:
    """Checksums of a word's n-grams of 2 to 5 characters, its edges marked."""
    padded = f" {word[:60]} "
    return [
        crc32(b"c" + padded[at : at + size].encode())
        for size in range(2, 6)
        for at in range(max(1, len(padded) - size + 1))
    ]


def runs(units: Sequence[str]) -> list[int]:
    """Checksums of the runs of 1 to 3 words."""
    encoded = [word.encode() for word in units]
    found = [crc32(b"w" + one) for one in encoded]
    found += [crc32(b"w" + one + b" " + two) for one, two in pairwise(encoded)]
    found += [crc32(b"w" + b" ".join(encoded[at : at + 3])) for at in range(len(encoded) - 2)]
    return found


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


class ToneModel:
    """Probabilities of negative, neutral and positive.

    Arrays of the file: `features` uint32 (n, sorted checksums), `idf` float16 (n), `weights` float16
    (domains, n, 3), `bias` float32 (domains, 3), `temperature` float32 (domains), `domains` and `languages`
    as text.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._vocabulary = Vocabulary(arrays["features"], arrays["idf"].astype(np.float32))
        self._weights = arrays["weights"].astype(np.float32)
        self._bias = arrays["bias"]
        self._temperature = arrays["temperature"]
        self.domains: tuple[str, ...] = tuple(str(name) for name in arrays["domains"])
        self.languages: frozenset[str] = frozenset(str(code) for code in arrays["languages"])

    @classmethod
    def load(cls, path: Path) -> "ToneModel":
        """From its file. Raises OSError, ValueError, KeyError."""
        return cls(load(path))

    def probabilities(self, text: str, domain: str) -> tuple[float, float, float]:
        """Calibrated probabilities in the order of `LABELS`; they sum to one."""
        at = self.domains.index(domain)
        rows, values = self._vocabulary.vector(words(text))
        # not `@`: that would wake up the threads of BLAS
        scores = np.sum(values[:, None] * self._weights[at, rows], axis=0)
        logits = (scores + self._bias[at]) / self._temperature[at]
        powers = [math.exp(float(one) - float(logits.max())) for one in logits]
        total = sum(powers)
        negative, neutral, positive = (power / total for power in powers)
        return negative, neutral, positive
