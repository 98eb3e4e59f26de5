"""Train the sentiment model: `python -m enrichers.training.train_sentiment DATA_FOLDER [OUT.npz]`.

A third of the evaluated parts (by checksum of the text) is set aside; both halves of the model, and the layer on
embeddings that is for the extra `accurate`, are fitted on the rest, weighed together, calibrated and measured on
that third, and then fitted once more on everything with the same settings. Needs the extra `train`, which the
running product does not. What came out: `sentiment.md`.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.embeddings import WIDTH
from enrichers.models.encoder import Encoder, quantized
from enrichers.models.ngrams import plain
from enrichers.models.pieces import Pieces
from enrichers.models.tone import LABELS, SHIPPED, ToneModel, softmax
from enrichers.training import figures, train_embeddings, train_encoder, train_ngrams
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

Floats = NDArray[np.float32]


def fit(rows: Sequence[Row], vectors: Floats, learned: NDArray[np.bool_], pieces: Pieces) -> Arrays:
    """All parts, of those rows that are learned; weights and offsets still those of a plain sum.

    `vectors`: the embeddings of the rows that the n-grams want, too.
    """
    some = np.flatnonzero(learned).tolist()
    counted = [at for at in some if train_ngrams.wanted(rows[at])]
    chosen = [rows[at] for at in some]
    arrays = train_embeddings.fit([rows[at] for at in counted], vectors[counted], KINDS)
    arrays |= train_ngrams.fit([rows[at] for at in counted])
    return assembled(train_encoder.fit(chosen, pieces, SEED), arrays, chosen, pieces)


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


def weighed(arrays: Arrays, rows: Sequence[Row], vectors: Floats, pieces: Pieces) -> Arrays:
    """Weights and offsets of each kind, under which the labels of posts the model has not seen are likeliest."""
    model, found = ToneModel(arrays, pieces), []
    for number, kind in enumerate(KINDS):
        mine = [at for at, row in enumerate(rows) if row.kind == kind]
        some = [rows[at] for at in mine]
        said = model.read([row.text for row in some], [DOMAINS[row.domain] for row in some])
        embedded = vectors[mine] @ arrays["accurate_head"][number].astype(np.float32)
        parts = said.encoded, said.counted, embedded + arrays["accurate_bias"][number]
        gold = np.array([row.label for row in some])
        found.append((likeliest(parts[:2], gold), likeliest(parts, gold)))
    prior = np.log([PRIOR[kind] for kind in KINDS]).astype(np.float32)
    usual, accurate = (np.array(one) for one in zip(*found, strict=True))
    return {
        "mix": usual[:, :2],
        "offset": usual[:, 2:] + prior,
        "accurate_mix": accurate[:, :3],
        "accurate_offset": accurate[:, 3:] + prior,
    }


def likeliest(parts: Sequence[Floats], gold: NDArray[np.int_]) -> Floats:
    """A weight for the logits of each part, and three offsets, held near equal shares and 0 by a small penalty."""
    from scipy.optimize import minimize  # type: ignore[import-not-found, import-untyped, unused-ignore]

    count = len(parts)

    def loss(at: NDArray[np.float64]) -> float:
        logits = sum(weight * part for weight, part in zip(at, parts, strict=False)) + at[count:]
        chances = softmax(logits)
        away = ((at[:count] - 1 / count) ** 2).sum() + (at[count:] ** 2).sum()
        return float(-np.log(chances[np.arange(len(gold)), gold]).mean() + PENALTY * away)

    best: Floats = minimize(loss, [1 / count] * count + [0, 0, 0], method="BFGS").x.astype(np.float32)
    return best


def main(folder: str, out: str = str(SHIPPED)) -> None:
    """Fit, weigh, measure, fit on everything, save."""
    pieces, rows = Pieces(), read(Path(folder))
    counted = [at for at, row in enumerate(rows) if train_ngrams.wanted(row)]
    vectors = np.zeros((len(rows), WIDTH), np.float32)
    vectors[counted] = train_embeddings.read([rows[at] for at in counted])
    held_out = np.array([row.held_out for row in rows])
    trial = fit(rows, vectors, ~held_out, pieces)
    aside = [row for row in rows if row.held_out]
    trial |= weighed(trial, aside, vectors[held_out], pieces)
    for name, read_too in (("sentiment", None), ("accurate sentiment", vectors[held_out])):
        found = measured(ToneModel(trial, pieces), aside, read_too)
        figures.note(name, found)
        print(name, json.dumps(found, indent=2))  # noqa: T201
    final = fit(rows, vectors, np.full(len(rows), True), pieces)
    final |= {name: trial[name] for name in ("mix", "offset", "accurate_mix", "accurate_offset")}
    np.savez_compressed(out, **final)  # type: ignore[arg-type]
    print(f"{out}: {Path(out).stat().st_size / 1e6:.1f} MB")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
