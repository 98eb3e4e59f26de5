"""Marks names in texts: a conditional random field and a small network, their scores added up, the best legal path.

How they were trained and how good they are: `entities.md`. Needs numpy only. Texts are read together, which makes them
fast; how they are grouped changes no answer.
"""

import json
from collections.abc import Iterator, Sequence, Sized
from dataclasses import asdict, dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays, load
from enrichers.models.decoding import Decoder
from enrichers.models.features import REACH, checksums_of, mode_of
from enrichers.models.field import WEIGHT_STEP, Field
from enrichers.models.lexicon import Lexicon
from enrichers.models.network import Network
from enrichers.models.word_table import Columns, Word, WordTable
from enrichers.names import Token

WORDS = 32_768
"""So many different words are remembered; 1.2 KB each."""
WORDS_TOGETHER = 600
"""Few enough for the cache of a processor."""
WORD_CHARS = 60
LINKS = "http://", "https://", "www."
LEXICON, FIELD, NETWORK, TAGGER = "lexicon.npz", "field.npz", "network.npz", "tagger.json"

Scores = NDArray[np.float32]
Tagged = tuple[int, int, str]
"""First and last token of a name, and its label."""


@dataclass(frozen=True)
class Parts:
    """`field` and `network`: weights of their scores.

    Factors on odds: `outside` of "no name", `person` of each label of a person, `handle` of "no name" once more, for a
    handle that is written `@ name`.
    """

    labels: tuple[str, ...]
    version: str
    field: float = 0.5
    network: float = 0.5
    outside: float = 1.0
    person: float = 1.0
    handle: float = 1.0


class Tagger:
    """Made of a lexicon, a field and a network whose arrays come from plain files."""

    def __init__(self, parts: Parts, lexicon: Arrays, field: Arrays, network: Arrays) -> None:
        self.parts, self._files = parts, {LEXICON: lexicon, FIELD: field, NETWORK: network}
        self.lexicon, self._outside = Lexicon(lexicon), parts.labels.index("O")
        self._field, self._network = Field(field), Network(network)
        self._odds = np.log([_factor(label, parts) for label in parts.labels], dtype=np.float32)
        self._decoder = Decoder(parts.labels, self._moves(field, network))
        self._words = WordTable(self._computed, WORDS)

    @classmethod
    def load(cls, folder: Path) -> "Tagger":
        """From its files. Raises OSError, ValueError, KeyError."""
        options = json.loads((folder / TAGGER).read_text(encoding="utf-8"))
        parts = Parts(**{**options, "labels": tuple(options["labels"])})
        return cls(parts, *(load(folder / file) for file in (LEXICON, FIELD, NETWORK)))

    def save(self, folder: Path) -> None:
        """To its files."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TAGGER).write_text(json.dumps(asdict(self.parts), indent=2) + "\n", encoding="utf-8")
        for name, arrays in self._files.items():
            np.savez_compressed(folder / name, **arrays)  # type: ignore[arg-type, unused-ignore]

    def names(self, texts: Sequence[Sequence[Token]]) -> list[list[Tagged]]:
        """The names in each text, in order."""
        found: list[list[Tagged]] = [[] for _ in texts]
        for group in _groups(texts, WORDS - 1):
            for at, names in zip(group, self._together([texts[at] for at in group]), strict=True):
                found[at] = names
        return found

    def _together(self, texts: Sequence[Sequence[Token]]) -> list[list[Tagged]]:
        modes = [mode_of(text) for text in texts]
        words = [(_word(one.text), mode) for text, mode in zip(texts, modes, strict=True) for one in text]
        rows = np.split(self._words.rows(words), np.cumsum([len(text) for text in texts])[:-1])
        scores: list[Scores] = []
        for some in _groups(rows, WORDS_TOGETHER):
            scores += self._scores([rows[at] for at in some])
        for text, of_text in zip(texts, scores, strict=True):
            of_text[_handles(text), self._outside] += np.float32(np.log(self.parts.handle))
        return self._decoder.names(scores)

    def _scores(self, texts: Sequence[NDArray[np.intp]]) -> list[Scores]:
        """Of the rows of the words of each text: (words, labels)."""
        edge = np.zeros(REACH, np.intp)
        rows = np.concatenate([edge, *chain.from_iterable((text, edge) for text in texts)])
        features, said, vectors = self._words.columns
        total = self._field.scores(said[rows], features[rows]) * np.float32(self.parts.field * WEIGHT_STEP)
        total += self._network.scores(vectors[rows], rows > 0) * np.float32(self.parts.network)
        total += self._odds
        ends = np.cumsum([REACH + len(text) for text in texts])
        return [total[end - len(text) : end] for text, end in zip(texts, ends, strict=True)]

    def _computed(self, words: list[Word]) -> Columns:
        features = checksums_of(words, self.lexicon)
        said = self._field.words(features).astype(np.int16)
        return features, said, self._network.vectors(features)

    def _moves(self, field: Arrays, network: Arrays) -> Scores:
        of_field, of_network = (arrays["moves"].astype(np.float32) for arrays in (field, network))
        return of_field * self.parts.field + of_network * self.parts.network


def _factor(label: str, parts: Parts) -> float:
    return parts.outside if label == "O" else parts.person if label.endswith("PER") else 1.0


def _word(text: str) -> str:
    """What is looked up: all links are one word, as their features are the same."""
    return LINKS[0] if text.startswith(LINKS) else text[:WORD_CHARS]


def _handles(text: Sequence[Token]) -> list[int]:
    """The places of words right behind a lone `@`."""
    pairs = enumerate(pairwise(text), 1)
    return [at for at, (before, one) in pairs if before.text == "@" and one.text[0].isalnum()]


def _groups(texts: Sequence[Sized], words: int) -> Iterator[list[int]]:
    """Numbers of texts to be read together, those of similar length; the empty ones are left out."""
    group: list[int] = []
    size = 0
    for at in sorted((at for at, text in enumerate(texts) if len(text)), key=lambda at: len(texts[at])):
        if group and size + len(texts[at]) > words:
            yield group
            group, size = [], 0
        group.append(at)
        size += len(texts[at])
    if group:
        yield group
