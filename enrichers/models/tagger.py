"""A linear-chain conditional random field (Lafferty et al. 2001) that marks names, read from plain arrays.

How it was trained and how good it is: `entities.md`. Features are 32-bit checksums, so that the file holds no text;
weights are whole numbers, so that sums do not depend on their order. Needs numpy only.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays, load
from enrichers.models.lexicon import Lexicon
from enrichers.names import Token

REACH = 3
"""Words to the left and right that a word's label may depend on."""

Word = tuple[int, str, str]
"""Of a word: cluster, short shape, lower case."""

_FORBIDDEN = -(10**8)


class Features:
    """What the field sees of a word and of two neighbours, as strings.

    `mode` says how far upper case can be trusted: C as written, L all lower, U all upper.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def word(self, raw: str, mode: str) -> tuple[dict[int, list[str]], Word]:
        """The features that a word gives to itself (0) and to its neighbours (-3 to 3)."""
        word = raw if mode == "C" else self._lexicon.truecased(raw)
        sign = word[0] if word[0] in "#@" and len(word) > 1 else ""
        bare = "<url>" if word.startswith(("http", "www.")) else word[len(sign) :]
        bare = re.sub(r"\d", "0", bare)
        lower, short = bare.lower(), mode + sign + _short_shape(bare)
        cluster = self._lexicon.cluster(bare)
        clusters = [f"c{bits}={cluster & ((1 << bits) - 1)}" for bits in (4, 6, 8, 10, 16)]
        case = self._lexicon.case_preference(bare)
        own = [
            f"w={bare}",
            f"l={lower}",
            f"sh={mode}{_shape(bare)}",
            f"ss={short}",
            f"h={sign}",
            "bias",
            *clusters,
        ]
        own += [
            f"ty={case}",
            f"ty={case}{short}",
            f"fq={self._lexicon.frequency(bare)}",
            f"c8s={cluster & 255}{short}",
        ]
        own += [f"p{size}={lower[:size]}" for size in (1, 2, 3, 4)]
        own += [f"s{size}={lower[-size:]}" for size in (1, 2, 3, 4, 5)]
        own += self._hyphen(bare)
        near = [f"l={lower}", f"ss={short}", f"s3={lower[-3:]}", f"p3={lower[:3]}", f"ty={case}", *clusters]
        far = [f"l={lower}", f"ss={short}", clusters[1], clusters[3], clusters[4]]
        by_offset = {0: own, 1: near, 2: far, 3: [f"l={lower}", clusters[2]]}
        features = {
            side * offset: [f"{side * offset}{one}" if offset else one for one in by_offset[offset]]
            for offset in range(REACH + 1)
            for side in (-1, 1)
        }
        return features, (cluster, short, lower)

    def _hyphen(self, bare: str) -> list[str]:
        if "-" not in bare:
            return []
        first, *_, last = bare.split("-")
        ending = self._lexicon.cluster(last) & 255
        return [
            f"hf={first.lower()}", f"hl={last.lower()}", f"hls={last[-4:].lower()}",
            f"hfc={self._lexicon.cluster(first)}", f"hlc={ending}",
        ]  # fmt: skip


def pairs(words: Sequence[Word], at: int) -> list[str]:
    """What a word and its neighbours say together."""
    (cluster, short, lower), found = words[at], []
    before = words[at - 1] if at else None
    after = words[at + 1] if at + 1 < len(words) else None
    if before:
        found += [
            f"bc={before[0] & 1023}|{cluster & 1023}",
            f"bs={before[1]}|{short}",
            f"bl={before[2]}|{lower}",
        ]
    else:
        found.append("first")
    if after:
        found += [
            f"nc={cluster & 1023}|{after[0] & 1023}",
            f"ns={short}|{after[1]}",
            f"nl={lower}|{after[2]}",
        ]
    else:
        found.append("last")
    if before and after:
        found.append(f"tc={before[0] & 255}|{after[0] & 255}")
    return found


def mode_of(tokens: Sequence[Token]) -> str:
    """Whether the writer uses capitals as German spelling does (C), never (L), or nearly always (U)."""
    text = "".join(token.text for token in tokens if token.text[0] != "@" and token.text[:4] != "http")
    upper, lower = sum(map(str.isupper, text)), sum(map(str.islower, text))
    if not upper and lower > 2:
        return "L"
    return "U" if upper > max(8, 2 * lower) else "C"


class Tagger:
    """Marks names.

    Arrays of the file: `features` uint32 (n, sorted checksums), `weights` int8 (n, labels), `transitions` int32
    (labels, labels; in the weights' unit), `labels` as text (BIOES).
    """

    def __init__(self, arrays: Arrays, lexicon: Lexicon) -> None:
        self._ids, self._weights = arrays["features"], arrays["weights"]
        self.labels = [str(label) for label in arrays["labels"]]
        self._moves = arrays["transitions"].astype(np.int32) + _forbidden_moves(self.labels)
        self._start, self._stop = _forbidden_ends(self.labels)
        self._features = Features(lexicon)
        self._word = lru_cache(maxsize=20_000)(self._look_up)

    @classmethod
    def load(cls, path: Path, lexicon: Lexicon) -> "Tagger":
        """From its file. Raises OSError, ValueError, KeyError."""
        return cls(load(path), lexicon)

    def spans(self, tokens: Sequence[Token]) -> list[tuple[int, int, str]]:
        """First and last token and label of each name, in order."""
        if not tokens:
            return []
        path = self._best_path(self._scores(tokens))
        return list(_names(path))

    def _look_up(self, raw: str, mode: str) -> tuple[NDArray[np.int32], Word]:
        """What a word adds to the labels of itself and its neighbours (7, labels)."""
        by_offset, word = self._features.word(raw, mode)
        placed = [(offset + REACH, one) for offset, features in by_offset.items() for one in features]
        return self._summed(placed, 2 * REACH + 1), word

    def _summed(self, placed: Sequence[tuple[int, str]], places: int) -> NDArray[np.int32]:
        """The weights of features, added up by the place that each belongs to (places, labels)."""
        sums = np.zeros((places, len(self.labels)), np.int32)
        ids = np.array([crc32(one.encode()) for _, one in placed], dtype=np.uint32)
        rows = np.minimum(self._ids.searchsorted(ids), len(self._ids) - 1)
        known = self._ids[rows] == ids
        at = np.array([place for place, _ in placed], dtype=np.intp)
        np.add.at(sums, at[known], self._weights[rows[known]])
        return sums

    def _scores(self, tokens: Sequence[Token]) -> NDArray[np.int32]:
        mode, n = mode_of(tokens), len(tokens)
        found = [self._word(token.text[:60], mode) for token in tokens]
        added = np.stack([one[0] for one in found])
        scores = np.zeros((n, len(self.labels)), np.int32)
        for offset in range(-REACH, REACH + 1):
            # the word at `at + offset` speaks to the one at `at`
            begin, end = max(0, -offset), min(n, n - offset)
            if begin < end:
                scores[begin:end] += added[begin + offset : end + offset, offset + REACH]
        words = [one[1] for one in found]
        return scores + self._summed([(at, one) for at in range(n) for one in pairs(words, at)], n)

    def _best_path(self, scores: NDArray[np.int32]) -> list[str]:
        """Viterbi (1967); ties go to the first label."""
        best = scores[0] + self._start
        came_from = []
        for row in scores[1:]:
            options = best[:, None] + self._moves
            came_from.append(options.argmax(axis=0))
            best = options.max(axis=0) + row
        path = [int((best + self._stop).argmax())]
        for back in reversed(came_from):
            path.append(int(back[path[-1]]))
        return [self.labels[at] for at in reversed(path)]


def _names(path: Sequence[str]) -> Sequence[tuple[int, int, str]]:
    found, begin = [], 0
    for at, label in enumerate(path):
        if label[0] in "BS":
            begin = at
        if label[0] in "ES":
            found.append((begin, at, label[2:]))
    return found


def _may_follow(one: str, other: str) -> bool:
    inside = one[0] in "BI"
    return other[0] in "IE" and other[2:] == one[2:] if inside else other[0] in "OBS"


def _forbidden_moves(labels: Sequence[str]) -> NDArray[np.int32]:
    return np.array([[0 if _may_follow(a, b) else _FORBIDDEN for b in labels] for a in labels], np.int32)


def _forbidden_ends(labels: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    start = np.array([0 if label[0] in "OBS" else _FORBIDDEN for label in labels], np.int32)
    stop = np.array([0 if label[0] in "OES" else _FORBIDDEN for label in labels], np.int32)
    return start, stop


def _shape(word: str) -> str:
    return re.sub(r"(.)\1{2,}", r"\1\1", _classes(word, None))


def _short_shape(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", _classes(word, "-"))


def _classes(word: str, other: str | None) -> str:
    return "".join(
        "X" if char.isupper() else "x" if char.islower() else "0" if char.isdigit() else other or char
        for char in word
    )
