"""Fits the conditional random field of the entity tagger with crfsuite (L-BFGS, elastic net)."""

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from enrichers.models.arrays import Arrays
from enrichers.models.features import REACH, Checksums, pairs, placed
from enrichers.models.field import WEIGHT_STEP
from enrichers.training.labelled import Labelled


def fit(data: Labelled, settings: Mapping[str, float]) -> Arrays:
    """The arrays of a field, and `moves`: scores of one label after another."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer("lbfgs", verbose=False)
    trainer.set_params(dict(settings))
    for rows, tags in data.sentences:
        trainer.append(sequence(data.features, rows), [data.labels[tag] for tag in tags.argmax(axis=1)])
    with tempfile.NamedTemporaryFile() as file:
        trainer.train(file.name)
        tagger = pycrfsuite.Tagger()
        tagger.open(file.name)
        return _arrays(tagger.info(), data.labels)


def sequence(features: Checksums, rows: Sequence[int] | Any) -> list[list[str]]:
    """Each word's features as crfsuite wants them."""
    framed = features[np.pad(rows, REACH)]
    shown = [placed(framed[REACH + at : len(framed) - REACH + at], at) for at in range(-REACH, REACH + 1)]
    shown = [np.where(framed[REACH + at : len(framed) - REACH + at, :1] > 0, part, 0)
             for at, part in zip(range(-REACH, REACH + 1), shown, strict=True)]  # fmt: skip
    together = pairs(framed[REACH - 1 : len(framed) - REACH + 1])
    table = np.concatenate([*shown, together], axis=1)
    return [[str(one) for one in row if one] for row in table.tolist()]


def _arrays(info: Any, labels: Sequence[str]) -> Arrays:
    column = {label: at for at, label in enumerate(labels)}
    ids = sorted({int(name) for name, _ in info.state_features})
    row = {checksum: at for at, checksum in enumerate(ids)}
    weights = np.zeros((len(ids), len(labels)))
    for (name, label), weight in info.state_features.items():
        weights[row[int(name)], column[label]] = weight
    moves = np.zeros((len(labels), len(labels)), np.float32)
    for (one, other), weight in info.transitions.items():
        moves[column[one], column[other]] = weight
    whole = np.clip(np.round(weights / WEIGHT_STEP), -127, 127).astype(np.int8)
    used = whole.any(axis=1)
    return {"features": np.array(ids, np.uint32)[used], "weights": whole[used], "moves": moves}
