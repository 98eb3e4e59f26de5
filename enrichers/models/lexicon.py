"""What is known of the word forms of a language: Brown cluster (Brown et al. 1992) and probability, by checksum.

Made from spacy-lookups-data (MIT, Explosion) by `train_entities.py`; words as 32-bit checksums, sorted. Of the cluster
number the lowest k bits are the path's first k bits. What is listed in a gazetteer comes from `training/gazetteer.py`.
"""

from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np

from enrichers.models.arrays import Arrays, load

UNSEEN = -22.0
STEP = 0.1
"""A probability is kept as minus its natural logarithm, in steps of this."""


class Lexicon:
    """Arrays of the file: `words` uint32 (n, sorted), `clusters` uint16 (n), `rarity` uint8 (n).

    With a gazetteer: `names` uint32 (m, sorted) and `kinds` uint8 (m) too.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._words = np.ascontiguousarray(arrays["words"]).data  # bisect is faster on it than numpy
        self._clusters, self._rarity = arrays["clusters"], arrays["rarity"]
        self._row = lru_cache(maxsize=1_000)(self._found)  # a word is asked for several times in a row
        self.has_gazetteer = "names" in arrays
        self._names = np.ascontiguousarray(arrays.get("names", np.zeros(0, np.uint32))).data
        self._kinds = arrays.get("kinds")

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """From its file. Raises OSError, ValueError, KeyError."""
        return cls(load(path))

    def cluster(self, word: str) -> int:
        """The cluster of a word, or of another spelling of it; 0 if there is none."""
        spellings = [word, _title(word) if word.islower() else word.lower(), _title(word)]
        if "-" in word:
            last = word.rsplit("-", 1)[1]
            spellings += [last, last.lower()]
        for spelling in spellings:
            if (at := self._row(spelling)) is not None and self._clusters[at]:
                return int(self._clusters[at])
        return 0

    def listed(self, word: str) -> str:
        """What the gazetteer says of a word in any case, as a feature; nothing if it is not listed."""
        at = _place(self._names, word.lower())
        return "" if at is None or self._kinds is None else f"g{self._kinds[at]}"

    def case_preference(self, word: str) -> int:
        """Whether the word is rather written Title (above 0) or lower, in [-3, 3]."""
        difference = self._log_probability(_title(word)) - self._log_probability(word.lower())
        return max(-3, min(3, round(difference / 1.5)))

    def knows(self, word: str) -> bool:
        """Whether the word is listed in some case."""
        return any(self._row(form) is not None for form in (word.lower(), _title(word), word.upper()))

    def log_odds(self, one: str, other: str) -> float:
        """How much commoner one word is than another, as natural logarithm; both as written."""
        return self._log_probability(one) - self._log_probability(other)

    def frequency(self, word: str) -> int:
        """How frequent the word is, in steps of e²; -11 if unseen."""
        return round(self._log_probability(word) / 2)

    def truecased(self, raw: str) -> str:
        """The likeliest of lower, Title and (under six letters) UPPER."""
        sign = raw[0] if raw[0] in "#@" else ""
        lower = raw[len(sign) :].lower()
        forms = [lower, _title(lower), *([lower.upper()] if len(lower) < 6 else [])]
        return sign + max(forms, key=self._log_probability)

    def _log_probability(self, word: str) -> float:
        at = self._row(word)
        return UNSEEN if at is None else -STEP * float(self._rarity[at])

    def _found(self, word: str) -> int | None:
        return _place(self._words, word)


def _place(checksums: memoryview, word: str) -> int | None:
    checksum = crc32(word.encode(errors="replace"))
    at = bisect_left(checksums, checksum)
    return at if at < len(checksums) and checksums[at] == checksum else None


def _title(word: str) -> str:
    return word[:1].upper() + word[1:].lower()
