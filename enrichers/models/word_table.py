"""What is computed once per word and looked up ever after; bounded, so that new words never add up."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = tuple[NDArray[Any], ...]
Word = tuple[str, str]
"""As written, and how far its capitals can be trusted."""


class WordTable:
    """Rows of arrays, by word; row 0 is all zeros. Full, it forgets everything and begins anew."""

    def __init__(self, compute: Callable[[list[Word]], Columns], size: int) -> None:
        self._compute, self._size = compute, size
        self._rows: dict[Word, int] = {}
        self.columns: Columns = tuple(
            np.zeros((size, *column.shape[1:]), column.dtype) for column in compute([("a", "C")])
        )

    def rows(self, words: Iterable[Word]) -> NDArray[np.intp]:
        """The row of each word; at most `size - 1` different ones at a time."""
        words = list(words)
        fresh = [word for word in dict.fromkeys(words) if word not in self._rows]
        if len(self._rows) + len(fresh) >= self._size:
            self._rows = {}
            fresh = list(dict.fromkeys(words))
        if fresh:
            begin = len(self._rows) + 1
            for column, computed in zip(self.columns, self._compute(fresh), strict=True):
                column[begin : begin + len(fresh)] = computed
            self._rows.update(zip(fresh, range(begin, begin + len(fresh)), strict=True))
        return np.array([self._rows[word] for word in words], np.intp)
