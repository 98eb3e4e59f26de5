"""Trains the encoder further on labelled posts, in JAX; what comes out is read by `encoder.py` with numpy.

Everything after the table of pieces is trained, with one linear head for all domains and a correction for each
(Daumé 2007), which starts at zero. Rate, dropout and rows: `sentiment.md`.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from enrichers.models.arrays import Arrays
from enrichers.models.encoder import EPSILON, FEATURES, ORDERS, SENTENCE_SCALE, WIDTH
from enrichers.models.ngrams import plain
from enrichers.models.pieces import FIRST_PIECES, LAST_PIECES, Pieces
from enrichers.models.tone import LABELS
from enrichers.training.sentiment_data import DOMAINS, Row, weights_of

with suppress(ImportError):  # without the extra `train` this module can be imported, but nothing trained
    import jax
    import jax.numpy as jnp
    import optax

EPOCHS = 2
TELL_STEPS = 100
BATCH = 64
LENGTHS = (16, 24, 32, 40, FIRST_PIECES + LAST_PIECES)  # one compiled step each
RATE_BODY, RATE_HEAD, LAST_RATE = 3e-4, 1.2e-3, 0.05
WARM_UP = 60
DECAY = 0.02
DROPOUT, PIECE_DROPOUT = 0.4, 0.08
SMOOTHING = 0.05
MOST_WEIGHT = 3.0
SEMEVAL_PER_LABEL = 9_000  # of each epoch, drawn anew
TIMES = {"umsab_german": 2, "umsab_english": 2, "ge17": 2, "phrases": 5}
WEIGHT_OF = {
    "mobasa": 0.7,
    "umsab_french": 0.6,
    "umsab_spanish": 0.6,
    "umsab_italian": 0.6,
    "umsab_portuguese": 0.6,
}

Params = dict[str, Any]
Ids = Sequence[Sequence[int]]


class Batch(NamedTuple):
    """`pieces` (n, length, 512), `mask` (n, length) of those that are there; `domain`, `label`, `weight` (n)."""

    pieces: Any
    mask: Any
    domain: Any
    label: Any
    weight: Any


def fit(rows: Sequence[Row], pieces: Pieces, seed: int) -> Arrays:
    """The trained weights: body as in `Pieces.first_weights`, head as `gain`, `shift`, `shared`, `own`, `bias`."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    random, key = np.random.default_rng(seed), jax.random.PRNGKey(seed)
    ids = [pieces.of(plain(row.text)) for row in rows]
    steps = int(EPOCHS * len(list(_batches(_epoch(rows, random), ids, random))))
    optimizer, params = _optimizer(steps), _start(pieces)
    state, step, loss = optimizer.init(params), jax.jit(partial(_step, optimizer)), 0.0
    for done, batch in enumerate(islice(_endless(rows, ids, pieces, random), steps), 1):
        key, now = jax.random.split(key)
        params, state, value = step(params, state, batch, now)
        loss = 0.98 * loss + 0.02 * float(value)
        if done % TELL_STEPS == 0:
            print(f"encoder, step {done} of {steps}: loss {loss / (1 - 0.98**done):.3f}", flush=True)  # noqa: T201
    return {name: np.asarray(value) for name, value in params.items()}


def _endless(rows: Sequence[Row], ids: Ids, pieces: Pieces, random: np.random.Generator) -> Iterator[Batch]:
    """Batches of one epoch after the other."""
    weights = np.minimum(weights_of(rows), MOST_WEIGHT)
    weights *= np.array([WEIGHT_OF.get(row.part, 1.0) for row in rows], np.float32)
    labels, domains = (np.array([getattr(row, name) for row in rows]) for name in ("label", "domain"))
    while True:
        for at, length in _batches(_epoch(rows, random), ids, random):
            seen = padded([ids[one] for one in at], length, pieces)
            yield Batch(*seen, domains[at], labels[at], weights[at])


def padded(ids: Ids, length: int, pieces: Pieces) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Rows of the pieces (n, length, 512) and which of them are there (n, length)."""
    numbers = np.zeros((len(ids), length), np.intp)
    mask = np.zeros((len(ids), length), np.float32)
    for at, one in enumerate(ids):
        numbers[at, : len(one)], mask[at, : len(one)] = one, 1
    rows = pieces.rows(numbers.ravel()).reshape(*numbers.shape, -1)
    return rows * mask[:, :, None], mask


def _epoch(rows: Sequence[Row], random: np.random.Generator) -> NDArray[np.intp]:
    """Which rows an epoch reads: some more than once, of SemEval a fresh draw with equal labels."""
    chosen: list[int] = []
    for at, row in enumerate(rows):
        if row.part != "semeval":
            chosen += [at] * TIMES.get(row.part, 1)
    for label in range(len(LABELS)):
        some = [at for at, row in enumerate(rows) if row.part == "semeval" and row.label == label]
        chosen += list(random.permutation(some)[:SEMEVAL_PER_LABEL])
    return np.array(chosen, np.intp)


def _batches(
    rows: NDArray[np.intp], ids: Ids, random: np.random.Generator
) -> Iterator[tuple[NDArray[np.intp], int]]:
    """Rows of about one length together, filled up to `BATCH` with repeats, in random order."""
    rows = random.permutation(rows)
    bucket = np.searchsorted(LENGTHS, [len(ids[at]) for at in rows])
    found = [
        (np.resize(mine[start : start + BATCH], BATCH), length)
        for at, length in enumerate(LENGTHS)
        for mine in [rows[bucket == at]]
        for start in range(0, len(mine), BATCH)
    ]
    yield from (found[at] for at in random.permutation(len(found)))


def _start(pieces: Pieces) -> Params:
    body = {name: jnp.asarray(value, jnp.float32) for name, value in pieces.first_weights().items()}
    shared = jax.random.normal(jax.random.PRNGKey(0), (FEATURES, len(LABELS))) * 0.01
    return body | {
        "gain": jnp.ones(FEATURES),
        "shift": jnp.zeros(FEATURES),
        "shared": shared,
        "own": jnp.zeros((len(DOMAINS), FEATURES, len(LABELS))),
        "bias": jnp.zeros((len(DOMAINS), len(LABELS))),
    }


HEAD = ("gain", "shift", "shared", "own", "bias")


def _optimizer(steps: int) -> Any:
    def rate(peak: float) -> Any:
        fall = optax.cosine_decay_schedule(peak, max(steps - WARM_UP, 1), LAST_RATE)
        return optax.join_schedules([optax.linear_schedule(0, peak, WARM_UP), fall], [WARM_UP])

    parts = {"body": optax.adam(rate(RATE_BODY)), "head": optax.adamw(rate(RATE_HEAD), weight_decay=DECAY)}
    split = lambda params: {name: "head" if name in HEAD else "body" for name in params}  # noqa: E731
    return optax.chain(optax.clip_by_global_norm(1.0), optax.multi_transform(parts, split))


def _step(optimizer: Any, params: Params, state: Any, batch: Batch, key: Any) -> Any:
    value, slope = jax.value_and_grad(_loss)(params, batch, key)
    change, state = optimizer.update(slope, state, params)
    return optax.apply_updates(params, change), state, value


def _loss(params: Params, batch: Batch, key: Any) -> Any:
    of_pieces, of_features = jax.random.split(key)
    kept = jax.random.bernoulli(of_pieces, 1 - PIECE_DROPOUT, batch.mask.shape)[:, :, None]
    features = _features(params, batch.pieces * kept, batch.mask)
    features *= jax.random.bernoulli(of_features, 1 - DROPOUT, features.shape) / (1 - DROPOUT)
    target = (1 - SMOOTHING) * jax.nn.one_hot(batch.label, len(LABELS)) + SMOOTHING / len(LABELS)
    logits = _logits(params, features, batch.domain)
    return (batch.weight * -(target * jax.nn.log_softmax(logits)).sum(-1)).mean()


def _logits(params: Params, features: Any, domain: Any) -> Any:
    own = jnp.einsum("bf,bd,dfc->bc", features, jax.nn.one_hot(domain, len(DOMAINS)), params["own"])
    return features @ params["shared"] + own + params["bias"][domain]


def _features(params: Params, rows: Any, mask: Any) -> Any:
    """As `encoder.Encoder.features`, but over a padded batch."""
    mask = mask[:, :, None]
    inner = _normal(rows @ params["proj_W"] + params["proj_b"], params["ln_g_all"], params["ln_b_all"]) * mask
    outs = [rows]
    for at, order in enumerate(ORDERS):
        before = inner[:, :, at * WIDTH : (at + 1) * WIDTH]
        hidden = (
            jax.nn.relu(_windows(before, *order) @ params[f"w1_{at}"] + params[f"b1_{at}"]) + before
        ) * mask
        outs.append(jax.nn.relu(_windows(hidden, *order) @ params[f"w2_{at}"] + params[f"b2_{at}"]) + hidden)
    all_ = _normal(jnp.concatenate(outs, -1), params["ln_g"], params["ln_b"])
    length = mask.sum(1)
    mean = ((all_ * mask).sum(1) @ params["cnn_W"] + length * params["cnn_b"]) * jax.lax.rsqrt(length)
    most = (all_[:, :, 512:] * mask - 1e3 * (1 - mask)).max(1)
    first = jax.nn.relu(mean @ params["p1"] + jax.nn.relu(mean @ params["d0"]) @ params["d1"])
    sentence = jnp.tanh(first @ params["p3"] + jax.nn.relu(first @ params["d2"]) @ params["d3"])
    sentence *= jax.lax.rsqrt(jnp.maximum((sentence**2).sum(-1, keepdims=True), EPSILON)) * SENTENCE_SCALE
    mean /= 1e-6 + jnp.sqrt((mean**2).mean(-1, keepdims=True))
    return jnp.concatenate([mean, first, most, sentence], -1) * params["gain"] + params["shift"]


def _windows(rows: Any, width: int, left: int) -> Any:
    length = rows.shape[1]
    rows = jnp.pad(rows, ((0, 0), (left, width - 1 - left), (0, 0)))
    return jnp.concatenate([rows[:, at : at + length] for at in range(width)], -1)


def _normal(rows: Any, gain: Any, shift: Any) -> Any:
    rows -= rows.mean(-1, keepdims=True)
    return rows * jax.lax.rsqrt((rows**2).mean(-1, keepdims=True) + EPSILON) * gain + shift
