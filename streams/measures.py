"""How good labels are: the measures of a set of labelled posts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Of `posts`: `accuracy`; `macro_f1`, the mean over labels; `calibration_error`, expected, over ten bins.

    `labelled`: which share gets a label, `labelled_accuracy` of those; `confusion`: label by row, guess by column.
    """

    posts: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    labelled: float
    labelled_accuracy: float
    confusion: tuple[tuple[int, ...], ...]


def quality(gold: Sequence[int], probabilities: NDArray[np.floating], labelled: Sequence[bool]) -> Quality:
    """The measures of n posts: gold labels, probabilities (n, labels), and which of them the product labels."""
    right, kept = np.asarray(gold), np.asarray(labelled, bool)
    guess, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    hit = right == guess
    confusion = np.zeros((probabilities.shape[1],) * 2, int)
    np.add.at(confusion, (right, guess), 1)
    seen = confusion.sum(axis=0) + confusion.sum(axis=1)
    f1 = 2 * confusion.diagonal() / np.maximum(seen, 1)
    return Quality(
        posts=len(right),
        accuracy=_mean(hit),
        macro_f1=_mean(f1[seen > 0]),
        calibration_error=_calibration_error(hit, sure),
        labelled=_mean(kept),
        labelled_accuracy=_mean(hit[kept]),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )


def _calibration_error(hit: NDArray[np.bool_], sure: NDArray[np.floating]) -> float:
    """Mean distance between confidence and accuracy, over bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(hit[bins == at].sum() - sure[bins == at].sum()) for at in range(BINS)]
    return float(sum(gaps)) / len(hit) if len(hit) else float("nan")


def _mean(values: NDArray[np.bool_] | NDArray[np.floating]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
