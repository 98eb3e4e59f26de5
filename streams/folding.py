"""Folding: which spellings of a word are the same.

Case, ä=ae ö=oe ü=ue ß=ss, other accents dropped, typographic apostrophes and dashes made plain, invisible
characters removed. `Müller`, `MÜLLER` and `Mueller` fold to the same; `Muller` does not.
"""

import re
import unicodedata
from functools import lru_cache

INVISIBLE = "\u00ad\u034f\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"
APOSTROPHES = "'’ʼ´‘"
DASHES = "‐‑‒–—―−-"  # the plain one last: these stand in character classes
MARKS = "\u0300-\u036f"
"""Combining accents, as a range within a regular expression's character class."""

SHORT = 100
"""What is longer is no word, and not worth a place in a cache."""

PLAIN = str.maketrans(dict.fromkeys(INVISIBLE) | dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(DASHES, "-"))
_ACCENTED = re.compile(f"([aou]?)([{MARKS}]+)")
_DIAERESIS = "\u0308"
_POSSESSIVE = re.compile(r"(?:'s)+$")


def fold(text: str) -> str:
    """The form in which query and text are compared; folding twice changes nothing."""
    if text.isascii():
        return text.lower()
    return _fold_short(text) if len(text) <= SHORT else _fold(text)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.translate(PLAIN)).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(PLAIN)
    if folded.isascii():
        return folded
    bare = _ACCENTED.sub(_without_accents, unicodedata.normalize("NFD", folded))
    return unicodedata.normalize("NFC", bare)


def _without_accents(found: re.Match[str]) -> str:
    """ä is ae, whatever else is above or below it; any other accent is dropped."""
    letter, accents = found.groups()
    return letter + "e" if letter and _DIAERESIS in accents else letter


_fold_short = lru_cache(maxsize=50_000)(_fold)


def fold_word(word: str) -> str:
    """A folded token: without a possessive ending after an apostrophe (`Müller's` is `mueller`)."""
    folded = fold(word)
    return _POSSESSIVE.sub("", folded) if "'" in folded else folded
