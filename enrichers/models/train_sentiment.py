"""Train the tone model: `python -m enrichers.models.train_sentiment DATA_FOLDER [OUT.npz]`.

DATA_FOLDER holds `sentiment_mix/parts.jsonl.gz`, one `{"part", "label", "text"}` a line. A third of the evaluation
parts (by checksum of the text) is set aside; the model is fitted on the rest, calibrated and measured on that
third, and then fitted once more on everything with the same settings. Needs scikit-learn, which the running
product does not. Seed 0; nine minutes on one core. What came out: `sentiment.md`.
"""

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.tone import LABELS, Vocabulary, characters, runs, words

DOMAINS = ("general", "feedback", "transport")
DOMAIN_OF = {"ge17": "feedback", "mobasa": "transport"}
LANGUAGE_OF = {"umsab_english": "en", "semeval": "en", "umsab_german": "de", "sb10k": "de", "potts": "de"}
EVALUATED = ("umsab_german", "umsab_english", "ge17", "mobasa")
PARTS = {*EVALUATED, "sb10k", "potts", "semeval"}
HELD_OUT = 3  # one in so many

MIN_POSTS = 3  # an n-gram of fewer is left out
SHARED, OWN, INDICATOR = 0.7, 1.0, 3.0  # Daumé 2007, "Frustratingly easy domain adaptation", weighted
INVERSE_PENALTY = 1.0
SEMEVAL_SHARE = 0.6  # so that English does not outweigh German fivefold

Matrix = Any  # scipy.sparse.csr_matrix, untyped


@dataclass(frozen=True)
class Row:
    """A labelled post."""

    part: str
    label: int
    units: list[str]
    held_out: bool

    @property
    def domain(self) -> int:
        """Which head learns from it."""
        return DOMAINS.index(DOMAIN_OF.get(self.part, "general"))


def read(folder: Path) -> list[Row]:
    """The rows of `sentiment_mix` that the model learns from or is measured on."""
    rows = []
    with gzip.open(folder / "sentiment_mix" / "parts.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            part, checksum = item["part"], crc32(re.sub(r"\W+", "", item["text"].lower()).encode())
            if part not in PARTS or (part == "semeval" and checksum % 100 >= SEMEVAL_SHARE * 100):
                continue
            held_out = part in EVALUATED and checksum % HELD_OUT == 0
            rows.append(Row(part, LABELS.index(item["label"]), words(item["text"]), held_out))
    return rows


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


def weights_of(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Each label weighs the same within a language of the general domain; the others keep their own shares."""
    groups = Counter((LANGUAGE_OF.get(row.part), row.label) for row in rows)
    totals = Counter(LANGUAGE_OF.get(row.part) for row in rows)
    return np.array(
        [
            1.0 if row.domain else totals[g := LANGUAGE_OF[row.part]] / len(LABELS) / groups[g, row.label]
            for row in rows
        ]
    )


def fit(rows: Sequence[Row]) -> Arrays:
    """The arrays of a model, temperature still one."""
    from sklearn.linear_model import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
        LogisticRegression,
    )

    features, idf = features_of(rows)
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=300, tol=1e-3, random_state=0)
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
        "temperature": np.ones(len(DOMAINS), np.float32),
        "domains": np.array(DOMAINS),
        "languages": np.array(["de", "en"]),
    }


def logits(arrays: Arrays, rows: Sequence[Row]) -> NDArray[np.float64]:
    """Before temperature and softmax, one line a row."""
    weights = arrays["weights"].astype(np.float32)
    vocabulary = Vocabulary(arrays["features"], arrays["idf"].astype(np.float32))
    out = np.empty((len(rows), len(LABELS)))
    for line, row in enumerate(rows):
        at, values = vocabulary.vector(row.units)
        out[line] = values @ weights[row.domain, at] + arrays["bias"][row.domain]
    return out


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of probabilities."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def temperatures(arrays: Arrays, rows: Sequence[Row]) -> NDArray[np.float32]:
    """Per domain, the temperature under which the held-out labels are likeliest (Guo et al. 2017)."""
    best = []
    for domain in range(len(DOMAINS)):
        mine = [row for row in rows if row.domain == domain]
        scores, gold = logits(arrays, mine), [row.label for row in mine]
        grid = np.arange(0.4, 2.0, 0.02)
        losses = [-np.log(softmax(scores / t)[np.arange(len(mine)), gold]).mean() for t in grid]
        best.append(grid[int(np.argmin(losses))])
    return np.array(best, np.float32)


def report(arrays: Arrays, rows: Sequence[Row]) -> None:
    """Print, per evaluation part: macro-F1, accuracy, calibration error, accuracy of the surer posts."""
    print(f"{len(arrays['features'])} n-grams; temperatures {arrays['temperature']}")  # noqa: T201
    for part in EVALUATED:
        mine = [row for row in rows if row.part == part]
        scores = logits(arrays, mine) / arrays["temperature"][mine[0].domain]
        measured = quality(softmax(scores), np.array([row.label for row in mine]))
        print(f"{part:14s} n={len(mine)} {measured}")  # noqa: T201


def quality(probabilities: NDArray[np.float64], gold: NDArray[np.int_]) -> str:
    """The measures of one part, in words."""
    guess, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    f1 = [
        2 * ((gold == k) & (guess == k)).sum() / max(1, (gold == k).sum() + (guess == k).sum())
        for k in range(len(LABELS))
    ]
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs((guess == gold)[bins == b].sum() - sure[bins == b].sum()) for b in range(10)]
    ece = sum(gaps) / len(gold)
    text = f"macro-F1 {100 * np.mean(f1):.1f} accuracy {(guess == gold).mean():.3f} ECE {ece:.3f}"
    for bound in (0.5, 0.55, 0.6, 0.65):
        kept = sure >= bound
        text += f" | >={bound}: {(guess == gold)[kept].mean():.3f} of {kept.mean():.2f}"
    return text


def main(folder: str, out: str = str(Path(__file__).with_name("sentiment.npz"))) -> None:
    """Fit, measure, fit on everything, save."""
    rows = read(Path(folder))
    held_out = [row for row in rows if row.held_out]
    trial = fit([row for row in rows if not row.held_out])
    trial["temperature"] = temperatures(trial, held_out)
    report(trial, held_out)
    final = fit(rows)
    final["temperature"] = trial["temperature"]
    np.savez_compressed(out, **final)  # type: ignore[arg-type]
    print(f"{out}: {Path(out).stat().st_size / 1e6:.1f} MB")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
