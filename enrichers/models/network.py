"""A small convolutional network over words (after Collobert et al. 2011; maxout, residual layers), in plain numpy.

A word's features are looked up in tables and become a vector; four layers let it see four words to each side; what
comes out is a score for each label. Trained by `train_network.py`, which explains the choices.
"""

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays, places
from enrichers.models.features import Checksums

Vectors = NDArray[np.float32]

COLUMNS = (0, 7, 6, 23, 24, 22, 11, 2, 3, 1, 4, 5, 8, 15, 26, 27, 29, 19, 40, 36)
"""Which of a word's features have a table of their own. The first: the word itself, if it was seen in training."""
ROWS = (
    0,
    4096,
    4096,
    8192,
    8192,
    1024,
    2048,
    1024,
    128,
    512,
    2048,
    2048,
    64,
    64,
    1024,
    4096,
    2048,
    4096,
    4096,
    128,
)
PIECES = 3
_TINY = 1e-5


class Network:
    """Reads the arrays of its file.

    `known` uint32 (sorted checksums of words), `tables` (rows, width of a column); `mix`, `mix_bias`, `mix_gain`,
    `mix_shift` (columns to vector); `layers` (depth, 3 x width, PIECES x width), `layer_bias`, `layer_gain`,
    `layer_shift`; `out` (width, labels), `out_bias`.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._known = arrays["known"]
        self._weights = {name: array.astype(np.float32) for name, array in arrays.items() if name != "known"}
        self._begin = begins(len(self._known))
        self.width = self._weights["out"].shape[0]

    def vectors(self, features: Checksums) -> Vectors:
        """What is known of each word by itself: (n, 41) to (n, width)."""
        rows = table_rows(features, self._known) + self._begin
        columns = self._weights["tables"][rows].reshape(len(rows), -1)
        return self._maxout(columns, "mix", self._weights["mix"], None)

    def scores(self, vectors: Vectors, words: NDArray[np.bool_]) -> Vectors:
        """The score of each label for each word; `words` is false at the edges between texts. Changes `vectors`."""
        edges, width = np.flatnonzero(~words), self.width
        vectors[edges] = 0
        window = np.zeros((len(words), 3 * width), np.float32)
        for depth, layer in enumerate(self._weights["layers"]):
            window[1:, :width] = vectors[:-1]
            window[:, width : 2 * width] = vectors
            window[:-1, 2 * width :] = vectors[1:]
            vectors += self._maxout(window, "layer", layer, depth)
            vectors[edges] = 0
        return vectors @ self._weights["out"] + self._weights["out_bias"]

    def _maxout(self, given: Vectors, part: str, weights: Vectors, depth: int | None) -> Vectors:
        bias, gain, shift = (self._weights[f"{part}_{name}"] for name in ("bias", "gain", "shift"))
        if depth is not None:
            bias, gain, shift = bias[depth], gain[depth], shift[depth]
        pieces = given @ weights
        pieces += bias
        one, two, three = np.split(pieces, PIECES, axis=1)
        best: Vectors = np.maximum(one, two)
        np.maximum(best, three, out=best)
        best -= best.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", best, best) / self.width
        best *= (1 / np.sqrt(spread + _TINY))[:, None]
        best *= gain
        best += shift
        return best


def begins(known: int) -> NDArray[np.intp]:
    """Where each column's table begins among the rows; the first holds the known words after the unknown one."""
    return np.cumsum([0, known + 1, *ROWS[1:-1]])


def table_rows(features: Checksums, known: Checksums) -> NDArray[np.intp]:
    """The row of each column's table: (n, 41) to (n, columns)."""
    chosen = features[:, COLUMNS]
    rows = (chosen % np.maximum(ROWS, 1).astype(np.uint32)).astype(np.intp)
    at, listed = places(known, chosen[:, 0])
    rows[:, 0] = np.where(listed, at + 1, 0)
    return rows
