"""Sentences as the network learns them: in batches of similar length, names exchanged for others."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from enrichers.models.features import Checksums
from enrichers.training.labelled import Chances, Labelled, Sentence

SIZES = (16, 28, 44, 72, 128, 400)
WORDS_A_STEP = 1800
MIN_SEEN = 2


def known_words(data: Labelled) -> Checksums:
    """Words that were seen often enough to be learned."""
    seen: Counter[int] = Counter()
    lower = data.features[:, 0].tolist()
    for rows, _ in data.sentences:
        seen.update(lower[row] for row in rows.tolist())
    return np.array(sorted(word for word, count in seen.items() if count >= MIN_SEEN), np.uint32)


def count(sentences: Sequence[Sentence]) -> int:
    """How many batches there are in an epoch."""
    sizes = Counter(_size(one) for one in sentences)
    return sum(-(-many // _together(size)) for size, many in sizes.items())


def batches(
    sentences: Sequence[Sentence], chance: random.Random
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float32]]]:
    """Sentences of similar length together, in a new order each time; rows of 0 are padding."""
    labels = sentences[0][1].shape[1]
    by_size: dict[int, list[Sentence]] = {size: [] for size in SIZES}
    for one in sentences:
        by_size[_size(one)].append(one)
    groups = []
    for size, many in by_size.items():
        chance.shuffle(many)
        groups += [(size, many[at : at + _together(size)]) for at in range(0, len(many), _together(size))]
    chance.shuffle(groups)
    for size, some in groups:
        rows = np.zeros((_together(size), size), np.int32)
        chances = np.zeros((*rows.shape, labels), np.float32)
        for at, (words, tags) in enumerate(some):
            rows[at, : len(words)], chances[at, : len(words)] = words, tags
        yield rows, chances


def _size(sentence: Sentence) -> int:
    return next(size for size in SIZES if len(sentence[0]) <= size)


def _together(size: int) -> int:
    return max(1, WORDS_A_STEP // size)


class Swapper:
    """Exchanges names for others of the same label and kind of text."""

    def __init__(self, data: Labelled) -> None:
        self._labels = data.labels
        self._known: dict[tuple[str, str], list[Sentence]] = {}
        for (rows, tags), kind in zip(data.sentences, data.kinds, strict=True):
            for a, b, label in self._mentions(tags):
                self._known.setdefault((kind, label), []).append((rows[a:b], tags[a:b]))

    def swapped(self, sentence: Sentence, kind: str, share: float, chance: random.Random) -> Sentence:
        """The sentence, with some names exchanged."""
        rows, tags = sentence
        parts: list[Sentence] = []
        begin = 0
        for a, b, label in self._mentions(tags):
            parts.append((rows[begin:a], tags[begin:a]))
            other = chance.random() < share
            parts.append(chance.choice(self._known[kind, label]) if other else (rows[a:b], tags[a:b]))
            begin = b
        parts.append((rows[begin:], tags[begin:]))
        both = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
        return both if len(both[0]) <= SIZES[-1] else sentence

    def _mentions(self, tags: Chances) -> Iterator[tuple[int, int, str]]:
        """Of the likeliest labels; those that end without a beginning are none."""
        begin = None
        for at, tag in enumerate(tags.argmax(axis=1).tolist()):
            name = self._labels[tag]
            if name[0] in "BS":
                begin = at
            if name[0] in "ES" and begin is not None:
                yield begin, at + 1, name[2:]
                begin = None
