"""The best legal labelling of texts (Viterbi 1967) in the scheme BIOES: begin, inside, outside, end, single."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_FORBIDDEN = -1e6


class Decoder:
    """Of `labels`; `moves` (labels, labels) are the scores of one label after another."""

    def __init__(self, labels: Sequence[str], moves: Floats) -> None:
        self._labels = labels
        self._start = _allowed([label[0] in "OBS" for label in labels])
        self._stop = _allowed([label[0] in "OES" for label in labels])
        self._moves = moves + _allowed([[_may_follow(one, other) for other in labels] for one in labels])

    def names(self, texts: Sequence[Floats]) -> list[list[tuple[int, int, str]]]:
        """First and last word and label of each name, text by text.

        Of each text the scores (words, labels), of one word at least. Ties go to the first label.
        """
        found: list[list[tuple[int, int, str]]] = [[] for _ in texts]
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        sizes = [len(texts[at]) for at in order]
        alive = np.searchsorted(-np.array(sizes), -np.arange(max(sizes, default=0)))
        begins = np.cumsum(alive) - alive  # the first words of all texts, then the second ones …
        scores = np.empty((sum(sizes), len(self._labels)), np.float32)
        for row, (text, size) in enumerate(zip(order, sizes, strict=True)):
            scores[begins[:size] + row] = texts[text]
        path = self._path(scores, [slice(*at) for at in zip(begins, begins + alive, strict=True)])
        for row, (text, size) in enumerate(zip(order, sizes, strict=True)):
            found[text] = list(self._marked([self._labels[at] for at in path[begins[:size] + row].tolist()]))
        return found

    def _path(self, scores: Floats, steps: Sequence[slice]) -> NDArray[np.intp]:
        """The best label of each word. `scores` become those of the best path up to there."""
        scores[: steps[0].stop] += self._start
        for before, here in pairwise(steps):
            so_far = scores[before][: here.stop - here.start].T
            scores[here] += (so_far[:, :, None] + self._moves[:, None]).max(axis=0)
        path = np.empty(len(scores), np.intp)
        following = path[:0]
        for here in reversed(steps):
            onward = scores[here].copy()
            onward[: len(following)] += self._moves.T[following]
            onward[len(following) :] += self._stop
            following = path[here] = onward.argmax(axis=1)
        return path

    @staticmethod
    def _marked(path: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        begin = 0
        for at, label in enumerate(path):
            if label[0] in "BS":
                begin = at
            if label[0] in "ES":
                yield begin, at, label[2:]


def _allowed(legal: Sequence[bool] | Sequence[Sequence[bool]]) -> Floats:
    return np.where(np.array(legal), 0, _FORBIDDEN).astype(np.float32)


def _may_follow(one: str, other: str) -> bool:
    inside = one[0] in "BI"
    return other[0] in "IE" and other[2:] == one[2:] if inside else other[0] in "OBS"
