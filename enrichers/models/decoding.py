"""The best legal labelling of texts (Viterbi 1967) in the scheme BIOES: begin, inside, outside, end, single."""

from collections.abc import Iterator, Sequence

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
        legal = [[_may_follow(one, other) for other in labels] for one in labels]
        self._moves = np.ascontiguousarray((moves + _allowed(legal)).T)

    def names(self, scores: Floats, lengths: Sequence[int]) -> list[list[tuple[int, int, str]]]:
        """First and last word and label of each name, text by text.

        `scores` (texts, longest, labels); what is behind a text's length is not looked at. Ties go to the first label.
        """
        order = np.argsort(-np.asarray(lengths), kind="stable")
        sizes = np.asarray(lengths)[order]
        ordered = scores[order]
        best = ordered[:, 0] + self._start
        came_from = np.zeros(ordered.shape, np.int8)
        for at in range(1, int(sizes[0])):
            alive = int(np.searchsorted(-sizes, -at))  # the longer ones come first
            options = best[:alive, None, :] + self._moves
            back = options.argmax(axis=2)
            came_from[:alive, at] = back
            best[:alive] = np.take_along_axis(options, back[:, :, None], 2)[:, :, 0] + ordered[:alive, at]
        last = (best + self._stop).argmax(axis=1)
        found: list[list[tuple[int, int, str]]] = [[] for _ in lengths]
        for row, text in enumerate(order):
            found[text] = list(self._marked(self._path(came_from[row], int(sizes[row]), int(last[row]))))
        return found

    def _path(self, came_from: NDArray[np.int8], size: int, last: int) -> list[str]:
        backs, path = came_from[1:size].tolist(), [last]
        for back in reversed(backs):
            path.append(back[path[-1]])
        return [self._labels[at] for at in reversed(path)]

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
