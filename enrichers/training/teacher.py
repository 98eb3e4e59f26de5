"""What a field and networks together hold likely of posts that nobody labelled: a lesson for one network alone.

Distillation (Hinton et al. 2015) of a conditional random field: the chance of each label of each word, by the
forward-backward algorithm. What never follows each other in the labelled sentences is held impossible.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.features import REACH
from enrichers.models.field import WEIGHT_STEP, Field
from enrichers.models.network import Network
from enrichers.training.labelled import Chances, Labelled

Floats = NDArray[np.float32]
TOGETHER = 128
_IMPOSSIBLE = -1e4


@dataclass(frozen=True)
class Moves:
    """Scores of beginning with a label, of one after another, of ending with it."""

    first: Floats
    next: Floats
    last: Floats


class Teacher:
    """A field and networks; `shares`: weights of the field and of all networks together."""

    def __init__(self, field: Arrays, networks: Sequence[Arrays], shares: tuple[float, float]) -> None:
        self._field, self._networks = field, networks
        self._of_field, self._of_network = shares[0], shares[1] / max(1, len(networks))

    def chances(self, labelled: Labelled, posts: Labelled) -> Iterator[Chances]:
        """Of each of the posts (words, labels), in order. Both have the same table of words."""
        moves = self._moves(labelled)
        field = Field(self._field)
        said = field.words(posts.features)
        said[0] = 0
        networks = [Network(one) for one in self._networks]
        vectors = [one.vectors(posts.features) for one in networks]
        for at in range(0, len(posts.sentences), TOGETHER):
            rows, inside = framed([words for words, _ in posts.sentences[at : at + TOGETHER]])
            flat = rows.ravel()
            scores = field.scores(said[flat], posts.features[flat]) * np.float32(self._of_field * WEIGHT_STEP)
            for network, of_word in zip(networks, vectors, strict=True):
                scores += network.scores(of_word[flat], flat > 0) * np.float32(self._of_network)
            found = marginals(scores.reshape(*rows.shape, -1)[:, REACH:-REACH], inside, moves)
            for of_post, words in zip(found, inside, strict=True):
                yield of_post[words].astype(np.float16)

    def _moves(self, labelled: Labelled) -> Moves:
        learned = self._field["moves"].astype(np.float32) * self._of_field
        for network in self._networks:
            learned = learned + network["moves"].astype(np.float32) * self._of_network
        first, last = np.zeros((2, len(learned)))
        follows = np.zeros(learned.shape)
        for _, tags in labelled.sentences:
            first, last = first + tags[0], last + tags[-1]
            follows += tags[:-1].T.astype(np.float32) @ tags[1:]
        return Moves(_possible(first), learned + _possible(follows), _possible(last))


def framed(sentences: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Rows of words (sentences, longest + edges), and which of them are words (sentences, longest)."""
    longest = max(map(len, sentences))
    rows = np.zeros((len(sentences), longest + 2 * REACH), np.int32)
    for at, words in enumerate(sentences):
        rows[at, REACH : REACH + len(words)] = words
    return rows, rows[:, REACH:-REACH] > 0


def marginals(scores: Floats, inside: NDArray[np.bool_], moves: Moves) -> Floats:
    """The chance of each label of each word, under all ways to label a sentence: (sentences, words, labels)."""
    forth = _forward(scores, inside, moves.first, moves.next)
    back = _forward(scores[:, ::-1], inside[:, ::-1], moves.last, moves.next.T)[:, ::-1]
    both = forth + back - scores
    both = np.exp(both - both.max(axis=2, keepdims=True))
    chances: Floats = both / both.sum(axis=2, keepdims=True)
    return chances


def _forward(scores: Floats, inside: NDArray[np.bool_], first: Floats, moves: Floats) -> Floats:
    """Logarithm of the weight of all ways to each label; a sentence may begin and end anywhere in its row."""
    weights, ways = np.exp(moves), np.empty(scores.shape, np.float32)
    ways[:, 0] = scores[:, 0] + first
    for at in range(1, scores.shape[1]):
        best = ways[:, at - 1].max(axis=1, keepdims=True)
        following = np.log(np.exp(ways[:, at - 1] - best) @ weights + 1e-30) + best
        ways[:, at] = scores[:, at] + np.where(inside[:, at - 1, None], following, first)
    return ways


def _possible(seen: NDArray[np.floating]) -> Floats:
    return np.where(seen > 0, 0, _IMPOSSIBLE).astype(np.float32)
