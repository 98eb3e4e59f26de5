"""Fits the n-gram half of the sentiment model: one logistic regression for all domains at once.

Weights shared by all and a correction for each domain (Daumé 2007, "Frustratingly easy domain adaptation").
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.ngrams import Vocabulary, characters, runs
from enrichers.training.sentiment_data import DOMAINS, Row, weights_of

PARTS = {"umsab_german", "umsab_english", "ge17", "mobasa", "sb10k", "potts", "semeval", "phrases"}
MIN_POSTS = 3  # an n-gram of fewer is left out
SHARED, OWN, INDICATOR = 0.7, 1.0, 3.0
INVERSE_PENALTY = 1.0
MAX_ITERATIONS = 120
SEMEVAL_SHARE = 0.6  # so that English does not outweigh German fivefold

Matrix = Any  # scipy.sparse.csr_matrix, untyped


def wanted(row: Row) -> bool:
    """Whether the n-grams learn from it."""
    return row.part in PARTS and (row.part != "semeval" or row.checksum % 100 < SEMEVAL_SHARE * 100)


def features_of(rows: Sequence[Row]) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """The n-grams of at least `MIN_POSTS` posts, sorted, and their inverse document frequency."""
    of_word = cache(characters)
    ids = np.concatenate([_distinct([*runs(row.units), *chain(*map(of_word, row.units))]) for row in rows])
    features, posts = np.unique(ids, return_counts=True)
    features, posts = features[posts >= MIN_POSTS], posts[posts >= MIN_POSTS]
    idf = (np.log((1 + len(rows)) / (1 + posts)) + 1).astype(np.float16)
    return features, idf.astype(np.float32)


def _distinct(checksums: list[int]) -> NDArray[np.uint32]:
    return np.unique(np.array(checksums, np.uint32))


def matrix(rows: Sequence[Row], vocabulary: Vocabulary, n: int) -> Matrix:
    """One line a row: all n-grams for everybody, once more for the row's domain, and the domain itself."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped, import-not-found, unused-ignore]

    indices: list[NDArray[Any]] = []
    values: list[NDArray[Any]] = []
    ends = [0]
    for row in rows:
        at, weights = vocabulary.vector(row.units)
        own = n * (1 + row.domain)
        indices.append(np.concatenate([at, at + own, [n * (1 + len(DOMAINS)) + row.domain]]))
        values.append(np.concatenate([weights * SHARED, weights * OWN, [INDICATOR]]))
        ends.append(ends[-1] + len(indices[-1]))
    width = n * (1 + len(DOMAINS)) + len(DOMAINS)
    return csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape=(len(rows), width))


def fit(rows: Sequence[Row]) -> Arrays:
    """Arrays `features`, `idf`, `weights`, `bias` (see `tone.ToneModel`)."""
    from sklearn.linear_model import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
        LogisticRegression,
    )

    features, idf = features_of(rows)
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=MAX_ITERATIONS, tol=1e-3, random_state=0)
    model.fit(
        matrix(rows, Vocabulary(features, idf), len(features)),
        [row.label for row in rows],
        sample_weight=weights_of(rows),
    )
    n, all_weights = len(features), model.coef_.T
    shared = all_weights[:n] * SHARED
    heads = [shared + all_weights[n * (k + 1) : n * (k + 2)] * OWN for k in range(len(DOMAINS))]
    return {
        "features": features,
        "idf": idf.astype(np.float16),
        "weights": np.stack(heads).astype(np.float16),
        "bias": (model.intercept_ + all_weights[-len(DOMAINS) :] * INDICATOR).astype(np.float32),
    }
