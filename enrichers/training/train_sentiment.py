"""Train the sentiment model: `python -m enrichers.training.train_sentiment DATA_FOLDER [OUT.npz]`.

A third of the evaluated parts (by checksum of the text) is set aside; both halves of the model are fitted on the rest,
weighed together, calibrated and measured on that third, and then fitted once more on everything with the same
settings. Needs the extra `train`, which the running product does not. What came out: `sentiment.md`.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.encoder import Encoder, quantized
from enrichers.models.ngrams import plain
from enrichers.models.pieces import Pieces
from enrichers.models.tone import LABELS, SHIPPED, ToneModel, softmax
from enrichers.training import figures, train_encoder, train_ngrams
from enrichers.training.sentiment_data import DOMAINS, LANGUAGE_OF, Row, measured, read

SEED = 0
LANGUAGES = ("de", "en")
KINDS = ("general/de", "general/en", "feedback/de", "transport/de")
HEAD = train_encoder.HEAD
GUESSER_ITERATIONS = 60
GUESSER_SHARE = dict.fromkeys(LANGUAGE_OF, 25) | {
    "semeval": 3,
    "ge17": 75,
    "mobasa": 50,
}  # percent: enough for it
PENALTY = 0.01
PRIOR = dict.fromkeys(KINDS, (1, 1, 1)) | {"feedback/de": (1, 1, 2)}
"""Factors by label: railway feedback is praised so rarely that a model of likely labels would hardly ever say so."""


def fit(rows: Sequence[Row], pieces: Pieces) -> Arrays:
    """Both halves; `mix` and `offset` still those of a plain sum."""
    encoder = train_encoder.fit(rows, pieces, SEED)
    counted = train_ngrams.fit([row for row in rows if train_ngrams.wanted(row)])
    return assembled(encoder, counted, rows, pieces)


def assembled(encoder: Arrays, counted: Arrays, rows: Sequence[Row], pieces: Pieces) -> Arrays:
    """The arrays of the file. The head takes in gain and shift of the features."""
    heads = encoder["shared"] + encoder["own"]
    body = {name: value for name, value in encoder.items() if name not in HEAD}
    arrays = {f"encoder_{name}": value for name, value in _packed(body).items()}
    arrays |= {
        "head": (encoder["gain"][:, None] * heads).astype(np.float16),
        "head_bias": (encoder["shift"] @ heads + encoder["bias"]).astype(np.float32),
        **counted,
        "mix": np.full((len(KINDS), 2), 0.5, np.float32),
        "offset": np.zeros((len(KINDS), len(LABELS)), np.float32),
        "kinds": np.array(KINDS),
        "domains": np.array(DOMAINS),
        "languages": np.array(LANGUAGES),
    }
    return arrays | _guesser(arrays, rows, pieces)


def _packed(body: Arrays) -> Arrays:
    packed: Arrays = {}
    for name, value in body.items():
        if value.ndim == 2:
            packed[name], packed[f"{name}_unit"] = quantized(value)
        else:
            packed[name] = value.astype(np.float32)
    return packed


def _guesser(arrays: Arrays, rows: Sequence[Row], pieces: Pieces) -> Arrays:
    """A linear layer that tells the kinds of posts from each other."""
    from sklearn.linear_model import LogisticRegression

    some = [row for row in rows if row.kind in KINDS and row.checksum % 100 < GUESSER_SHARE[row.part]]
    body = {
        name.removeprefix("encoder_"): value for name, value in arrays.items() if name.startswith("encoder_")
    }
    features = Encoder(body, pieces).features([plain(row.text) for row in some])
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=GUESSER_ITERATIONS)
    model.fit(features, [KINDS.index(row.kind) for row in some])
    return {"guess": model.coef_.T.astype(np.float16), "guess_bias": model.intercept_.astype(np.float32)}


def weighed(arrays: Arrays, rows: Sequence[Row], pieces: Pieces) -> Arrays:
    """`mix` and `offset` of each kind, under which the labels of posts the model has not seen are likeliest."""
    model = ToneModel(arrays, pieces)
    mix, offset = arrays["mix"].copy(), arrays["offset"].copy()
    for number, kind in enumerate(KINDS):
        mine = [row for row in rows if row.kind == kind]
        said = model.read([row.text for row in mine], [DOMAINS[row.domain] for row in mine])
        found = likeliest(said.encoded, said.counted, np.array([row.label for row in mine]))
        mix[number], offset[number] = found[:2], found[2:]
    return {"mix": mix, "offset": offset + np.log([PRIOR[kind] for kind in KINDS]).astype(np.float32)}


def likeliest(encoded: Any, counted: Any, gold: NDArray[np.int_]) -> NDArray[np.float32]:
    """Two weights and three offsets, held near 0.5 and 0 by a small penalty."""
    from scipy.optimize import minimize  # type: ignore[import-not-found, import-untyped, unused-ignore]

    def loss(at: NDArray[np.float64]) -> float:
        chances = softmax(at[0] * encoded + at[1] * counted + at[2:])
        away = ((at[:2] - 0.5) ** 2).sum() + (at[2:] ** 2).sum()
        return float(-np.log(chances[np.arange(len(gold)), gold]).mean() + PENALTY * away)

    best: NDArray[np.float32] = minimize(loss, [0.5, 0.5, 0, 0, 0], method="BFGS").x.astype(np.float32)
    return best


def main(folder: str, out: str = str(SHIPPED)) -> None:
    """Fit, weigh, measure, fit on everything, save."""
    pieces, rows = Pieces(), read(Path(folder))
    held_out = [row for row in rows if row.held_out]
    trial = fit([row for row in rows if not row.held_out], pieces)
    trial |= weighed(trial, held_out, pieces)
    found = measured(ToneModel(trial, pieces), held_out)
    figures.note("sentiment", found)
    print(json.dumps(found, indent=2))  # noqa: T201
    final = fit(rows, pieces) | {name: trial[name] for name in ("mix", "offset")}
    np.savez_compressed(out, **final)  # type: ignore[arg-type]
    print(f"{out}: {Path(out).stat().st_size / 1e6:.1f} MB")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
