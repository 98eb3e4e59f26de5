"""Fits the tone model to somebody's own labelled posts: a new domain, as far from a known one as the posts say.

On top of the known domain's logits a correction is learned for the features of the encoder and for the n-grams
that occur (Daumé 2007), by multinomial logistic regression with a ridge penalty, in numpy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.tone import GUESS, LABELS, Reading, ToneModel, softmax
from streams.errors import UsageError
from streams.measures import Quality, quality

FEWEST = 100
FOLDS = 5
STEPS = 150
RATE = 0.03
ENCODER_PENALTY, GRAM_PENALTY, SCALE_PENALTY = 1.0, 0.001, 0.05
NEVER = -1e9

Table = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Aim:
    """From which domain to which, and below which confidence the product says `unsure`."""

    base: str
    name: str
    unsure_below: float


def adapted(
    model: ToneModel, texts: Sequence[str], labels: NDArray[np.intp], aim: Aim, say: Callable[[str], None]
) -> bytes:
    """A model file with one more domain. Raises UsageError on too few posts, or a domain that is there already."""
    if len(texts) < FEWEST:
        raise UsageError(f"{len(texts)} posts are too few; label at least {FEWEST}")
    if aim.name in {GUESS, *model.domains}:
        raise UsageError(f'there is a domain "{aim.name}" already; write `--domain` with another name')
    say(f"reading {len(texts)} posts")
    reading = model.read(texts, [aim.base] * len(texts))
    posts = Posts.of(model, reading)
    say(f"before: {_words(_quality(posts.known, labels, aim.unsure_below))}")
    unseen = cross_validated(posts, labels, say)
    cooling = temperature(unseen, labels)
    say(
        f"after, by {FOLDS}-fold cross-validation: {_words(_quality(unseen / cooling, labels, aim.unsure_below))}"
    )
    kind = int(np.bincount(reading.kinds).argmax())
    file = BytesIO()
    arrays = extended(model.arrays, posts.grams, fit(posts, labels).cooled(cooling), kind, aim.name)
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _words(one: Quality) -> str:
    return (
        f"accuracy {one.accuracy:.3f}, macro-F1 {100 * one.macro_f1:.1f},"
        f" labelled {one.labelled:.0%} with accuracy {one.labelled_accuracy:.3f}"
    )


@dataclass(frozen=True, eq=False)
class Correction:
    """logits = scale · known + bias + features · encoder + n-grams · grams."""

    scale: Table
    bias: Table
    encoder: Table
    grams: Table

    def cooled(self, temperature: float) -> "Correction":
        """The same guesses, less sure."""
        return Correction(*(part / temperature for part in (self.scale, self.bias, self.encoder, self.grams)))


@dataclass(frozen=True, eq=False)
class Posts:
    """What the model reads of n labelled posts: `known` its logits; n-grams end to end, `owner` whose they are.

    `rows` count in `grams`, the n-grams that occur, which are rows of the model.
    """

    known: Table
    features: Table
    grams: NDArray[np.intp]
    rows: NDArray[np.intp]
    values: Table
    owner: NDArray[np.intp]

    @classmethod
    def of(cls, model: ToneModel, reading: Reading) -> "Posts":
        """From a reading."""
        sizes = [len(rows) for rows, _ in reading.grams]
        grams, rows = np.unique(np.concatenate([rows for rows, _ in reading.grams]), return_inverse=True)
        values = np.concatenate([values for _, values in reading.grams])
        owner = np.repeat(np.arange(len(sizes)), sizes)
        return cls(model.mixed(reading), reading.features, grams, rows, values, owner)

    def only(self, chosen: NDArray[np.bool_]) -> "Posts":
        """Some of them."""
        kept = chosen[self.owner]
        owner = (np.cumsum(chosen) - 1)[self.owner[kept]]
        return Posts(
            self.known[chosen], self.features[chosen], self.grams, self.rows[kept], self.values[kept], owner
        )


def fit(posts: Posts, labels: NDArray[np.intp]) -> Correction:
    """The likeliest correction, by Adam over all posts at once."""
    classes = len(LABELS)
    shapes = ((1,), (classes,), (posts.features.shape[1], classes), (len(posts.grams), classes))
    parts: list[Table] = [np.zeros(shape, np.float32) for shape in shapes]
    parts[0][:] = 1
    target = np.eye(classes, dtype=np.float32)[labels]
    first, second = ([np.zeros_like(part) for part in parts] for _ in range(2))
    for step in range(1, STEPS + 1):
        rate = RATE * (1 - step / (STEPS + 1))
        for part, slope, mean, square in zip(
            parts, _slopes(posts, target, parts), first, second, strict=True
        ):
            mean[:] += 0.1 * (slope - mean)
            square[:] += 0.01 * (slope * slope - square)
            part[:] -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return Correction(*parts)


def corrected(posts: Posts, correction: Correction) -> Table:
    """Logits, (n, 3)."""
    logits = correction.scale * posts.known + correction.bias + posts.features @ correction.encoder
    for label in range(len(LABELS)):
        weights = posts.values * correction.grams[posts.rows, label]
        logits[:, label] += np.bincount(posts.owner, weights, minlength=len(logits))
    return logits.astype(np.float32)


def _slopes(posts: Posts, target: Table, parts: Sequence[Table]) -> Sequence[Table]:
    scale, _, encoder, grams = parts
    error = (softmax(corrected(posts, Correction(*parts))).astype(np.float32) - target) / len(target)
    of_grams = [
        np.bincount(posts.rows, posts.values * error[posts.owner, label], minlength=len(grams))
        for label in range(len(LABELS))
    ]
    return (
        (error * posts.known).sum(keepdims=True)[0] + SCALE_PENALTY * (scale - 1),
        error.sum(axis=0),
        posts.features.T @ error + ENCODER_PENALTY / len(LABELS) * encoder,
        np.stack(of_grams, axis=1).astype(np.float32) + GRAM_PENALTY * grams,
    )


def cross_validated(posts: Posts, labels: NDArray[np.intp], say: Callable[[str], None]) -> Table:
    """What models that have not seen a post say about it: logits, (n, 3)."""
    found = np.empty_like(posts.known)
    fold = np.random.default_rng(0).permutation(len(labels)) % FOLDS
    for at in range(FOLDS):
        say(f"fold {at + 1} of {FOLDS}")
        found[fold == at] = corrected(posts.only(fold == at), fit(posts.only(fold != at), labels[fold != at]))
    return found


def temperature(logits: Table, labels: NDArray[np.intp]) -> float:
    """By what to divide logits so that they are as sure as they are right (Guo et al. 2017)."""
    grid = np.arange(0.5, 5, 0.05)
    losses = [-np.log(softmax(logits / one)[np.arange(len(labels)), labels]).mean() for one in grid]
    return float(grid[int(np.argmin(losses))])


def _quality(logits: Table, labels: NDArray[np.intp], bound: float) -> Quality:
    chances = softmax(logits)
    return quality(labels.tolist(), chances, (chances.max(axis=1) >= bound).tolist())


def extended(
    arrays: Arrays, grams: NDArray[np.intp], correction: Correction, kind: int, domain: str
) -> Arrays:
    """The arrays with one more domain: the one of `kind`, corrected. Only who asks for it by name gets it."""
    base = [str(name) for name in arrays["domains"]].index(str(arrays["kinds"][kind]).partition("/")[0])
    encoded, counted = arrays["mix"][kind] * correction.scale
    weights = counted * arrays["weights"][base].astype(np.float32)
    weights[grams] += correction.grams
    new = {
        "head": encoded * arrays["head"][base] + correction.encoder,
        "head_bias": encoded * arrays["head_bias"][base] + correction.bias,
        "weights": weights,
        "bias": counted * arrays["bias"][base],
        "mix": np.ones(2),
        "offset": correction.scale * arrays["offset"][kind],
        "guess_bias": np.float32(NEVER),
        "domains": domain,
        "kinds": f"{domain}/own",
    }
    if "accurate_head" in arrays:  # what was learned corrects the two halves only
        new |= {
            "accurate_head": np.zeros_like(arrays["accurate_head"][kind]),
            "accurate_bias": np.zeros(len(LABELS)),
            "accurate_mix": np.array([1, 1, 0]),
            "accurate_offset": new["offset"],
        }
    more = {name: np.concatenate([arrays[name], np.array([value]).astype(arrays[name].dtype)])
            for name, value in new.items() if name not in {"domains", "kinds"}}  # fmt: skip
    texts = {name: np.array([*arrays[name].tolist(), new[name]]) for name in ("domains", "kinds")}
    guess = np.concatenate([arrays["guess"], np.zeros((len(arrays["guess"]), 1), np.float16)], axis=1)
    return arrays | more | texts | {"guess": guess}
