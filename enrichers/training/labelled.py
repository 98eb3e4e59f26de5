"""Labelled texts as the trainers of the entity tagger want them: a table of words, and rows of it with labels."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from enrichers.models.features import Checksums, checksums, mode_of
from enrichers.models.lexicon import Lexicon
from enrichers.names import Token, tokens
from enrichers.training.corpora import Example

Chances = NDArray[np.float16]
"""Of each label, for each word: (words, labels). Where a person labelled, one of them is 1."""
Sentence = tuple[NDArray[np.int32], Chances]
"""Rows of the words in the table of features, and the chances of their labels."""

LOWERED, RAISED = 0.10, 0.03  # shares of copies without any, or with only capitals: people write so
MAX_TOKENS = 400
WORD_CHARS = 60


@dataclass(frozen=True)
class Labelled:
    """`features` (words, 41), its first row the edge; `kinds`: where each of the sentences is from."""

    features: Checksums
    labels: tuple[str, ...]
    sentences: list[Sentence] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def chosen(self, wanted: Callable[[str], bool]) -> "Labelled":
        """The sentences of some kinds, with the same table of words."""
        some = [at for at, kind in enumerate(self.kinds) if wanted(kind)]
        return replace(
            self, sentences=[self.sentences[at] for at in some], kinds=[self.kinds[at] for at in some]
        )


def labelled(corpora: dict[str, list[Example]], lexicon: Lexicon) -> Labelled:
    """Texts of corpora by name, each some times once more without capitals or in capitals only."""
    rows: dict[tuple[str, str], int] = {}
    tagged: list[tuple[list[int], list[str], str]] = []
    for name, examples in corpora.items():
        for text, spans in with_other_case(examples):
            found = tokens(text)
            if 0 < len(found) <= MAX_TOKENS:
                mode = mode_of(found)
                words = [(token.text[:WORD_CHARS], mode) for token in found]
                numbers = [rows.setdefault(word, len(rows) + 1) for word in words]
                tagged.append((numbers, bioes(found, spans), name + mode))
    labels = tuple(sorted({label for _, tags, _ in tagged for label in tags}))
    column = {label: at for at, label in enumerate(labels)}
    features = np.zeros((len(rows) + 1, 41), np.uint32)
    for (word, mode), row in rows.items():
        features[row] = checksums(word, mode, lexicon)
    result, certain = Labelled(features, labels), np.eye(len(labels), dtype=np.float16)
    for numbers, tags, kind in tagged:
        result.sentences.append((np.array(numbers, np.int32), certain[[column[tag] for tag in tags]]))
        result.kinds.append(kind)
    return result


def with_other_case(data: Sequence[Example]) -> list[Example]:
    """The examples, and some of them once more without capitals or in capitals only."""
    chance = random.Random(1)  # noqa: S311 - not for secrets
    copies = []
    for text, spans in data:
        drawn = chance.random()
        changed = text.lower() if drawn < LOWERED else text.upper() if drawn < LOWERED + RAISED else ""
        if len(changed) == len(text):
            copies.append((changed, spans))
    return [*data, *copies]


def lowered(data: Sequence[Example]) -> list[Example]:
    """The same without capitals."""
    return [(text.lower(), spans) for text, spans in data if len(text.lower()) == len(text)]


def bioes(found: Sequence[Token], spans: frozenset[tuple[int, int, str]]) -> list[str]:
    """One label a token; a span that cuts a token takes all of it, the longer of two overlapping spans wins."""
    labels = ["O"] * len(found)
    for start, end, label in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        inside = [at for at, token in enumerate(found) if token.start < end and token.end > start]
        if not inside or any(labels[at] != "O" for at in inside):
            continue
        for at in inside:
            labels[at] = f"I-{label}"
        labels[inside[0]], labels[inside[-1]] = f"B-{label}", f"E-{label}"
        if len(inside) == 1:
            labels[inside[0]] = f"S-{label}"
    return labels
