"""Folding: which spellings of a word are the same.

Case, ä=ae ö=oe ü=ue ß=ss, other accents dropped, typographic apostrophes and dashes made plain, invisible
characters removed. `Müller`, `MÜLLER` and `Mueller` fold to the same; `Muller` does not.
"""

import re
import unicodedata
from functools import lru_cache

INVISIBLE = "\u00ad\u034f\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"
APOSTROPHES = "'’ʼ´‘"
DASHES = "-‐‑‒–—―−"
MARKS = "\u0300-\u036f"
"""Combining accents, as a range within a regular expression's character class."""

_PLAIN = str.maketrans(
    {c: None for c in INVISIBLE} | dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(DASHES, "-")
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ACCENT = re.compile(f"[{MARKS}]+")
_POSSESSIVE = re.compile(r"(?:'s)+$")


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """The form in which query and text are compared; folding twice changes nothing."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text.translate(_PLAIN)).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(_PLAIN).translate(_UMLAUTS)
    if folded.isascii():
        return folded
    bare = _ACCENT.sub("", unicodedata.normalize("NFD", folded))
    return unicodedata.normalize("NFC", bare)


@lru_cache(maxsize=50_000)
def fold_word(word: str) -> str:
    """A folded token: without a possessive ending after an apostrophe (`Müller's` is `mueller`)."""
    folded = fold(word)
    return _POSSESSIVE.sub("", folded) if "'" in folded else folded
