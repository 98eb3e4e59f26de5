"""The labelled posts that the sentiment model learns from and is measured on.

From `sentiment_mix/parts.jsonl.gz`, one `{"part", "label", "text"}` a line. A third of the evaluated parts, by checksum
of the text, is held out: a development model never reads it, the shipped one does.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from enrichers.models.ngrams import words
from enrichers.models.tone import LABELS, NO_VECTORS, UNSURE_BELOW, ToneModel
from enrichers.training.figures import Figures
from streams.measures import quality

DOMAINS = ("general", "feedback", "transport")
DOMAIN_OF = {"ge17": "feedback", "mobasa": "transport"}
LANGUAGE_OF = {
    "umsab_english": "en",
    "semeval": "en",
    "umsab_german": "de",
    "sb10k": "de",
    "potts": "de",
    "ge17": "de",
    "mobasa": "de",
    "phrases": "de",
    "umsab_french": "fr",
    "umsab_spanish": "es",
    "umsab_italian": "it",
    "umsab_portuguese": "pt",
}
EVALUATED = ("umsab_german", "umsab_english", "ge17", "mobasa")
PHRASES = Path(__file__).with_name("phrases.tsv")
"""What customers say, one clause each: written for this project, as the corpora hardly hold it in plain words."""
HELD_OUT = 3  # one in so many


@dataclass(frozen=True)
class Row:
    """A labelled post; `units`: its text as the n-grams read it."""

    part: str
    label: int
    text: str
    units: tuple[str, ...]
    held_out: bool
    checksum: int

    @property
    def domain(self) -> int:
        """Which head learns from it."""
        return DOMAINS.index(DOMAIN_OF.get(self.part, "general"))

    @property
    def kind(self) -> str:
        """Domain and language, as in `general/de`."""
        return f"{DOMAINS[self.domain]}/{self.language}"

    @property
    def language(self) -> str:
        """Its language, as its part says."""
        return LANGUAGE_OF[self.part]


def read(folder: Path) -> list[Row]:
    """All rows of a language that the model learns."""
    with gzip.open(folder / "sentiment_mix" / "parts.jsonl.gz", "rt", encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    with PHRASES.open(encoding="utf-8") as lines:
        items += [
            dict(zip(("part", "label", "text"), ("phrases", *line.rstrip("\n").split("\t")), strict=True))
            for line in lines
        ]
    return [_row(item) for item in items if item["part"] in LANGUAGE_OF]


def _row(item: dict[str, str]) -> Row:
    part, text = item["part"], item["text"]
    checksum = crc32(re.sub(r"\W+", "", text.lower()).encode())
    held_out = part in EVALUATED and checksum % HELD_OUT == 0
    return Row(part, LABELS.index(item["label"]), text, tuple(words(text)), held_out, checksum)


def weights_of(rows: Sequence[Row]) -> NDArray[np.float32]:
    """Each label weighs the same within a language of the general domain; the others keep their own shares."""
    groups = Counter((row.language, row.label) for row in rows if not row.domain)
    totals = Counter(row.language for row in rows if not row.domain)
    return np.array(
        [
            1.0 if row.domain else totals[row.language] / len(LABELS) / groups[row.language, row.label]
            for row in rows
        ],
        np.float32,
    )


def measured(model: ToneModel, rows: Sequence[Row], vectors: NDArray[np.float32] | None = None) -> Figures:
    """How good a model is on each evaluated part; with the embeddings of the rows, how good if it reads them too."""
    found = {}
    for part in EVALUATED:
        places = [at for at, row in enumerate(rows) if row.part == part]
        mine = [rows[at] for at in places]
        embedded = NO_VECTORS if vectors is None else dict(enumerate(vectors[places]))
        domains = [DOMAINS[row.domain] for row in mine]
        chances = model.probabilities([row.text for row in mine], domains, vectors=embedded)
        sure = chances.max(axis=1) >= UNSURE_BELOW
        one = quality([row.label for row in mine], chances, sure.tolist())
        found[part] = {
            "macro-F1": round(100 * one.macro_f1, 1),
            "accuracy": round(100 * one.accuracy, 1),
            "calibration error": round(100 * one.calibration_error, 1),
            "labelled": round(100 * one.labelled, 1),
            "accuracy of the labelled": round(100 * one.labelled_accuracy, 1),
        }
    return found
