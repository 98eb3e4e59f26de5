"""What a tagger sees of a word: spelling, Brown cluster, frequency; and of the words beside it.

Everything is a 32-bit checksum, so that a model file holds no text.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from enrichers.models.lexicon import Lexicon
from enrichers.names import Token

Checksums = NDArray[np.uint32]

REACH = 3
"""Words to the left and right that a word's label may depend on."""

SEEN_FROM = {0: 41, 1: 10, 2: 6, 3: 2}
"""How many of a word's features its neighbours see, by their distance; itself, all."""

EDGE = 0
"""The row of what is no word: before the first, between two texts, after the last."""

_SALT = 0x9E3779B1
_DIGIT = re.compile(r"\d")
_REPEATED = re.compile(r"(.)(?=\1)")
_PART = re.compile(r"0+|[A-ZÄÖÜ]+(?![a-zäöüß])|[A-ZÄÖÜ]?[^\W\d_A-ZÄÖÜ]+")
_OFTEN_REPEATED = re.compile(r"(.)(?=\1\1)")
_VOWELS = frozenset("aeiouyäöü")


def described(raw: str, mode: str, lexicon: Lexicon) -> list[str]:
    """The features of a word, `SEEN_FROM[0]` of them, in a fixed order: first what neighbours see too.

    `mode` says how far upper case can be trusted: C as written, L all lower, U all upper.
    """
    word = raw if mode == "C" else lexicon.truecased(raw)
    sign = word[0] if word[0] in "#@" and len(word) > 1 else ""
    bare = "<url>" if word.startswith(("http", "www.")) else word[len(sign) :]
    if not bare.isalpha():
        bare = _DIGIT.sub("0", bare)
    lower, (short, long) = bare.lower(), _shapes(bare.translate(_CLASSES))
    short = mode + sign + short
    cluster, case = lexicon.cluster(bare), lexicon.case_preference(bare)
    # the German tagger has no gazetteer and was fitted with parts between hyphens only
    head, tail = _ends(_PART.findall(bare) if lexicon.has_gazetteer else bare.split("-"))
    listed = lexicon.listed(bare)
    return [
        f"l={lower}", f"c8={cluster & 255}",
        f"ss={short}", f"c6={cluster & 63}", f"c10={cluster & 1023}", f"c16={cluster}",
        f"s3={lower[-3:]}", f"p3={lower[:3]}", f"ty={case}", f"c4={cluster & 15}{listed}",
        f"w={bare}", f"sh={mode}{long}", f"h={sign}", "bias",
        f"ty={case}{short}", f"fq={lexicon.frequency(bare)}", f"c8s={cluster & 255}{short}",
        *(f"p{size}={lower[:size]}" for size in (1, 2, 4, 5)),
        *(f"s{size}={lower[-size:]}" for size in (1, 2, 4, 5, 6)),
        f"hf={head.lower()}", f"hl={tail.lower()}", f"hs={tail[-4:].lower()}",
        f"hfc={lexicon.cluster(head) if head else 0}", f"hlc={lexicon.cluster(tail) & 255 if tail else 0}",
        f"hn={bare.count('-')}", f"c12={cluster & 4095}", f"c7={cluster & 127}",
        f"m={mode}{case}", f"len={min(len(bare), 12)}", f"in={_inside(bare)}{listed}", f"s3s={lower[-3:]}{short}",
        f"c6t={cluster & 63}{case}", f"v={_vowels(lower)}", f"v3={lower[:2]}{lower[-2:]}",
    ]  # fmt: skip


def checksums(raw: str, mode: str, lexicon: Lexicon) -> Checksums:
    """The features of a word as checksums (41)."""
    return checksums_of([(raw, mode)], lexicon).ravel()


def checksums_of(words: Iterable[tuple[str, str]], lexicon: Lexicon) -> Checksums:
    """The features of words, each with its mode, as checksums (n, 41)."""
    # encoded in one call, as no word holds a line break
    lines = "\n".join([line for raw, mode in words for line in described(raw, mode, lexicon)])
    found = np.fromiter(map(crc32, lines.encode(errors="replace").split(b"\n")), np.uint32)
    return found.reshape(-1, SEEN_FROM[0])


def placed(features: Checksums, offset: int) -> Checksums:
    """The features (…, 41) as a word at that distance sees them (…, fewer)."""
    seen = features[..., : SEEN_FROM[abs(offset)]]
    return mixed(seen, offset + REACH)


def mixed(one: Checksums, other: Checksums | int) -> Checksums:
    """One checksum of two, or of one and a small number; the order counts."""
    salt = np.uint32(other * _SALT & 0xFFFFFFFF) if isinstance(other, int) else other * np.uint32(_SALT)
    both: Checksums = (one ^ (one >> np.uint32(15))) * np.uint32(0x2C1B3C6D) + salt
    both = (both ^ (both >> np.uint32(13))) * np.uint32(0x297A2D39)
    both ^= both >> np.uint32(16)
    return both


def pairs(words: Checksums) -> Checksums:
    """What each word and its neighbours say together: (n, 41) features to (n - 2, 7); the ends are edges."""
    lower, short, wide, narrow = (words[:, at] for at in (0, 2, 4, 1))
    joined = [mixed(mixed(one[:-1], one[1:]), kind) for kind, one in enumerate((lower, short, wide))]
    before = [one[:-1] for one in joined]
    after = [mixed(one[1:], 11) for one in joined]
    around = mixed(mixed(narrow[:-2], narrow[2:]), 7)
    return np.stack([*before, *after, around], axis=1)


def mode_of(tokens: Sequence[Token]) -> str:
    """Whether the writer uses capitals as German spelling does (C), never (L), or nearly always (U)."""
    text = "".join([token.text for token in tokens if token.text[0] != "@" and token.text[:4] != "http"])
    upper, lower = sum(map(str.isupper, text)), sum(map(str.islower, text))
    if not upper and lower > 2:
        return "L"
    return "U" if upper > max(8, 2 * lower) else "C"


def _ends(parts: list[str]) -> tuple[str, str]:
    """The first and the last of several words that are written as one: `Spree-Athen`, `BBCNews`, `new_york`."""
    return (parts[0], parts[-1]) if len(parts) > 1 else ("", "")


def _inside(bare: str) -> str:
    """Signs and changes of case within a word: `&`, `.`, `iPhone`."""
    signs = "" if bare.isalnum() else "".join(sorted({char for char in bare if not char.isalnum()}))[:3]
    changes = not bare[1:].islower() and any(map(str.isupper, bare[1:])) and not bare.isupper()
    return signs + ("X" if changes else "")


def _vowels(lower: str) -> str:
    return "0" if _VOWELS.isdisjoint(lower) else "1"


class _Classes(dict[int, str]):
    """What `str.translate` writes for a character: its class, or a sign itself."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = "X" if char.isupper() else "x" if char.islower() else "0" if char.isdigit() else char
        return self[code]


_CLASSES = _Classes()


@lru_cache(maxsize=4_096)
def _shapes(classes: str) -> tuple[str, str]:
    """Classes of characters with none twice in a row, and with none more than twice."""
    return _REPEATED.sub("", classes), _OFTEN_REPEATED.sub("", classes)
