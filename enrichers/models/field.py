"""A linear-chain conditional random field (Lafferty et al. 2001) over checksums of features, read from plain arrays."""

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays, places
from enrichers.models.features import REACH, Checksums, pairs, placed

Scores = NDArray[np.int32]
WEIGHT_STEP = 0.04
"""The unit of the weights."""


class Field:
    """Arrays of the file: `features` uint32 (n, sorted checksums), `weights` int8 (n, labels).

    Weights are whole numbers, so that sums do not depend on their order.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._ids, self._weights = arrays["features"], arrays["weights"]
        self.labels = self._weights.shape[1]

    def words(self, features: Checksums) -> Scores:
        """What each word says of the labels of itself and its neighbours: (n, 41) to (n, 7, labels)."""
        offsets = range(-REACH, REACH + 1)
        return np.stack([self._summed(placed(features, offset)) for offset in offsets], axis=1)

    def scores(self, said: Scores, features: Checksums) -> Scores:
        """The score of each label for each word of a row of texts with `REACH` edges between and around them."""
        total = self._summed(pairs(features[REACH - 1 : len(features) - REACH + 1]))
        for offset in range(-REACH, REACH + 1):
            # the word at `at + offset` speaks to the one at `at`
            total += said[REACH + offset : len(said) - REACH + offset, offset + REACH]
        return np.pad(total, ((REACH, REACH), (0, 0)))

    def _summed(self, features: Checksums) -> Scores:
        """The weights of features added up: (n, features) to (n, labels)."""
        rows, known = places(self._ids, features)
        of_word, _ = np.nonzero(known)
        sums = np.zeros((len(features), self.labels), np.int32)
        if len(of_word):
            begins = np.flatnonzero(np.diff(of_word, prepend=-1))
            sums[of_word[begins]] = np.add.reduceat(
                self._weights[rows[known]], begins, axis=0, dtype=np.int32
            )
        return sums
