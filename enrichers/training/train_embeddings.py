"""Fits the linear layer of the tone model on the embeddings of posts, which only the extra `accurate` reads."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.embeddings import Embeddings
from enrichers.models.tone import LABELS
from enrichers.training.sentiment_data import Row, weights_of

SHARED, INDICATOR = 0.7, 3.0
"""What all kinds of posts have in common counts less than what is a kind's own, as in `train_ngrams`."""
INVERSE_PENALTY = 0.001
MAX_ITERATIONS = 150
MOST_WEIGHT = 3.0
TIMES = {"umsab_german": 2, "umsab_english": 2}

TOLD_POSTS = 512

Floats = NDArray[np.float32]


def read(rows: Sequence[Row]) -> Floats:
    """The embeddings of the texts, (n, width); some twenty a second."""
    embeddings, found = Embeddings(), []
    for at in range(0, len(rows), TOLD_POSTS):
        found.append(embeddings.of([row.text for row in rows[at : at + TOLD_POSTS]]))
        print(f"embeddings: {at} of {len(rows)} posts", flush=True)  # noqa: T201
    return np.concatenate(found)


def fit(rows: Sequence[Row], vectors: Floats, kinds: Sequence[str]) -> Arrays:
    """`accurate_head` (kinds, width, 3) and `accurate_bias` (kinds, 3), of posts and their embeddings."""
    from sklearn.linear_model import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
        LogisticRegression,
    )

    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    own = np.eye(len(kinds), dtype=np.float32)[[kinds.index(row.kind) for row in rows]]
    scaled = (vectors - mean) / spread
    each = [scaled * own[:, [at]] for at in range(len(kinds))]
    weights = np.minimum(weights_of(rows), MOST_WEIGHT) * [TIMES.get(row.part, 1) for row in rows]
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=MAX_ITERATIONS, tol=1e-3)
    table = np.concatenate([scaled * SHARED, *each, own * INDICATOR], axis=1)
    model.fit(table, [row.label for row in rows], sample_weight=weights)
    shared, *heads = np.split(model.coef_.T[: -len(kinds)], len(kinds) + 1)
    head = np.stack([(SHARED * shared + one) / spread[:, None] for one in heads])
    bias = model.intercept_ + INDICATOR * model.coef_.T[-len(kinds) :] - np.einsum("i,kij->kj", mean, head)
    assert head.shape == (len(kinds), vectors.shape[1], len(LABELS))  # noqa: S101
    return {"accurate_head": head.astype(np.float16), "accurate_bias": bias.astype(np.float32)}
