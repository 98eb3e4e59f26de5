"""The tone model: a sentence encoder and word and character n-grams, weighed together for each domain of posts.

How it was trained and how good it is: `sentiment.md`. Needs numpy only; the answer for a post does not depend on the
others in its batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays, load
from enrichers.models.encoder import FEATURES, NONE, Encoder, Excerpt
from enrichers.models.ngrams import Vocabulary, plain, words
from enrichers.models.pieces import Pieces
from streams.mention import Tone

LABELS: tuple[Tone, Tone, Tone] = ("negative", "neutral", "positive")
SHIPPED = Path(__file__).with_name("sentiment.npz")
UNSURE_BELOW = 0.64
"""Above it a label is right four times in five, and three posts in five have one: see `sentiment.md`."""
ACCURATE = ("head", "bias", "mix", "offset")
GUESS = "guess"
"""In place of a domain: the likeliest one for the text."""

Floats = NDArray[np.float32]
NO_VECTORS: Mapping[int, Floats] = MappingProxyType({})


class ToneModel:
    """Probabilities of negative, neutral and positive.

    Arrays of the file, besides `domains`, `languages` and `kinds` as text, for n n-grams, d domains and k kinds:
    `features` uint32 (n, sorted checksums), `idf` float16 (n), `weights` float16 (d, n, 3), `bias` (d, 3): the n-grams;
    `encoder_…`: the encoder; `head` float16 (d, FEATURES, 3), `head_bias` (d, 3): its linear layer;
    `guess` float16 (FEATURES, k), `guess_bias` (k): which kind a text is of, a domain in a language as in `general/de`;
    `mix` (k, 2), `offset` (k, 3): logits = mix[0] · encoder + mix[1] · n-grams + offset, calibrated;
    `accurate_…`: the same with a linear layer on `Embeddings` of the post, `head` float16 (k, 384, 3), `bias` (k, 3),
    `mix` (k, 3), `offset` (k, 3).
    """

    def __init__(self, arrays: Arrays, pieces: Pieces | None = None) -> None:
        self.arrays = arrays
        self._vocabulary = Vocabulary(arrays["features"], arrays["idf"].astype(np.float32))
        self._weights = arrays["weights"].astype(np.float32)
        encoder = {
            name.removeprefix("encoder_"): arrays[name] for name in arrays if name.startswith("encoder_")
        }
        self._encoder = Encoder(encoder, pieces or Pieces())
        self._heads = np.ascontiguousarray(arrays["head"].astype(np.float32).transpose(0, 2, 1))
        self._guess = np.ascontiguousarray(arrays["guess"].astype(np.float32).T)
        if self._heads.shape[2] != FEATURES:
            raise ValueError(f"a head of {self._heads.shape[2]} features, not {FEATURES}")
        self.domains: tuple[str, ...] = tuple(str(name) for name in arrays["domains"])
        self.languages: frozenset[str] = frozenset(str(code) for code in arrays["languages"])
        self._domain_of = [self.domains.index(str(kind).partition("/")[0]) for kind in arrays["kinds"]]

    @classmethod
    def load(cls, path: Path) -> "ToneModel":
        """From its file. Raises OSError, ValueError, KeyError."""
        return cls(load(path))

    def probabilities(
        self,
        texts: Sequence[str],
        domains: Sequence[str],
        excerpts: Mapping[int, Excerpt] = NONE,
        vectors: Mapping[int, Floats] = NO_VECTORS,
    ) -> NDArray[np.float64]:
        """Calibrated probabilities in the order of `LABELS`, (n, 3). Domains are of `domains`, or `GUESS`.

        By number, `excerpts`: texts that are taken from others; `vectors`: embeddings of those that have them.
        """
        reading = self.read(texts, domains, excerpts)
        logits = self.mixed(reading)
        for at, vector in vectors.items():
            logits[at] = self._accurate(reading, at, vector)
        return softmax(logits)

    @property
    def accurate(self) -> bool:
        """Whether it knows what to make of embeddings."""
        return all(f"accurate_{name}" in self.arrays for name in ACCURATE)

    def read(
        self, texts: Sequence[str], domains: Sequence[str], excerpts: Mapping[int, Excerpt] = NONE
    ) -> "Reading":
        """What both halves say about each text."""
        features = self._encoder.features(
            [plain(text) for text in texts],
            {at: Excerpt(one.text, [plain(part) for part in one.parts]) for at, one in excerpts.items()},
        )
        kinds = [self._kind(name, row) for name, row in zip(domains, features, strict=True)]
        at = np.array([self._domain_of[kind] for kind in kinds], np.intp)
        grams = self._vocabulary.vectors([words(text) for text in texts])
        encoded = [_dot(self._heads[n], row) for n, row in zip(at, features, strict=True)]
        counted = [
            np.einsum("i,ij->j", values, self._weights[n, rows])
            for n, (rows, values) in zip(at, grams, strict=True)
        ]
        return Reading(
            kinds=np.array(kinds, np.intp),
            features=features,
            grams=grams,
            encoded=_table(encoded) + self.arrays["head_bias"][at],
            counted=_table(counted) + self.arrays["bias"][at],
        )

    def mixed(self, reading: "Reading") -> NDArray[np.float32]:
        """Calibrated logits, (n, 3)."""
        mix, offset = self.arrays["mix"][reading.kinds], self.arrays["offset"][reading.kinds]
        return np.asarray(mix[:, :1] * reading.encoded + mix[:, 1:] * reading.counted + offset, np.float32)

    def _accurate(self, reading: "Reading", at: int, vector: Floats) -> Floats:
        """Calibrated logits of one text whose embedding is known, (3,)."""
        head, bias, mix, offset = (self.arrays[f"accurate_{name}"][reading.kinds[at]] for name in ACCURATE)
        embedded = np.einsum("i,ij->j", vector, head.astype(np.float32)) + bias
        logits: Floats = mix @ np.stack([reading.encoded[at], reading.counted[at], embedded]) + offset
        return logits

    def _kind(self, domain: str, features: Floats) -> int:
        allowed = [kind for kind, at in enumerate(self._domain_of) if domain in (GUESS, self.domains[at])]
        if len(allowed) == 1:
            return allowed[0]
        scores = _dot(self._guess[allowed], features) + self.arrays["guess_bias"][allowed]
        return allowed[int(np.argmax(scores))]


@dataclass(frozen=True, eq=False)
class Reading:
    """Of n texts: their kinds, encoder features, n-grams (rows and values), and the logits of both halves."""

    kinds: NDArray[np.intp]
    features: Floats
    grams: Sequence[tuple[NDArray[np.intp], Floats]]
    encoded: Floats
    counted: Floats


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rows of probabilities."""
    logits = logits.astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _dot(rows: Floats, features: Floats) -> Floats:
    """Not `@`, whose sums differ from one processor and batch to the next."""
    sums: Floats = (rows * features).sum(axis=1)
    return sums


def _table(rows: Sequence[Floats]) -> Floats:
    return np.array(rows, np.float32).reshape(-1, len(LABELS))
