"""Fits the network of the entity tagger (needs jax and optax; the product does not).

Loss: negative log-likelihood of the label sequence (a conditional random field on top, Lample et al. 2016). Against
learning names by heart: columns of features are dropped at random, the word itself most often, and names are exchanged
for others with the same label. Weights are averaged over the steps.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from enrichers.models.arrays import Arrays
from enrichers.models.features import Checksums
from enrichers.models.network import COLUMNS, PIECES, ROWS, begins, table_rows
from enrichers.training.batches import Swapper, batches, count, known_words
from enrichers.training.labelled import Labelled


@dataclass(frozen=True)
class Settings:
    """`swapped`: share of names that are exchanged; `dropped`: of columns, and of the word itself.

    `until`: stop after that epoch of the planned `epochs`, before names are learned by heart; 0: after the last.
    """

    seed: int = 1
    epochs: int = 8
    until: int = 0
    width: int = 96
    column: int = 32
    depth: int = 4
    rate: float = 2e-3
    dropout: float = 0.25
    dropped: tuple[float, float] = (0.1, 0.3)
    swapped: float = 0.25


def initial(settings: Settings, known: int, labels: int) -> dict[str, Any]:
    """Small random weights."""
    import jax.numpy as jnp

    draw = np.random.default_rng(settings.seed)
    width, wide = settings.width, PIECES * settings.width
    columns = settings.column * len(COLUMNS)

    def normal(*shape: int) -> Any:
        return jnp.asarray(draw.normal(size=shape) * np.sqrt(1 / shape[-2]), jnp.float32)

    return {
        "tables": jnp.asarray(draw.normal(size=(known + 1 + sum(ROWS), settings.column)) * 0.2, jnp.float32),
        "mix": normal(columns, wide),
        "mix_bias": jnp.zeros(wide), "mix_gain": jnp.ones(width), "mix_shift": jnp.zeros(width),
        "layers": normal(settings.depth, 3 * width, wide),
        "layer_bias": jnp.zeros((settings.depth, wide)),
        "layer_gain": jnp.ones((settings.depth, width)) * 0.5,
        "layer_shift": jnp.zeros((settings.depth, width)),
        "out": normal(width, labels) * 0.5, "out_bias": jnp.zeros(labels), "moves": jnp.zeros((labels, labels)),
    }  # fmt: skip


def maxout(given: Any, weights: Any, bias: Any, gain: Any, shift: Any) -> Any:
    """Maxout and layer norm, as `network.Network` does them."""
    import jax
    import jax.numpy as jnp

    one, two, three = jnp.split(given @ weights + bias, PIECES, axis=-1)
    best = jnp.where(one > two, one, two)  # its slope is cheaper than that of a maximum
    best = jnp.where(best > three, best, three)
    best = best - best.mean(axis=-1, keepdims=True)
    return best * jax.lax.rsqrt((best * best).mean(axis=-1, keepdims=True) + 1e-5) * gain + shift


def scores(w: dict[str, Any], rows: Any, inside: Any, key: Any, settings: Settings) -> Any:
    """Scores (texts, words, labels) in training: with everything that is dropped."""
    import jax
    import jax.numpy as jnp

    keys = jax.random.split(key, settings.depth + 2)
    columns = w["tables"][rows]
    kept = 1 - jnp.array([settings.dropped[1]] + [settings.dropped[0]] * (len(COLUMNS) - 1))
    shown = jax.random.bernoulli(keys[0], kept, rows.shape) / kept
    columns = (columns * shown[..., None]).reshape(*rows.shape[:2], -1)
    x = maxout(columns, w["mix"], w["mix_bias"], w["mix_gain"], w["mix_shift"])
    x = _dropped(x, keys[1], settings.dropout) * inside[..., None]
    for at in range(settings.depth):
        edge = jnp.zeros_like(x[:, :1])
        window = jnp.concatenate(
            [jnp.concatenate([edge, x[:, :-1]], 1), x, jnp.concatenate([x[:, 1:], edge], 1)], 2
        )
        y = maxout(window, w["layers"][at], w["layer_bias"][at], w["layer_gain"][at], w["layer_shift"][at])
        x = (x + _dropped(y, keys[at + 2], settings.dropout)) * inside[..., None]
    return x @ w["out"] + w["out_bias"]


def _dropped(x: Any, key: Any, share: float) -> Any:
    import jax
    import jax.numpy as jnp

    kept = jax.random.bits(key, x.shape, jnp.uint8) >= int(256 * share)
    return x * kept / (1 - share)


def unlikely(emitted: Any, moves: Any, chances: Any, inside: Any) -> Any:
    """Negative log-likelihood of labels with these chances, those of neighbours taken for independent; summed."""
    import jax
    import jax.numpy as jnp

    one, other = chances[:, :-1], chances[:, 1:]  # 0 behind the end of a text
    gold = (emitted * chances).sum() + jnp.einsum("tsa,ab,tsb->", one, moves, other)

    def step(alpha: Any, given: Any) -> tuple[Any, None]:
        score, is_word = given
        best = alpha.max(1, keepdims=True)
        following = jnp.log(jnp.exp(alpha - best) @ jnp.exp(moves) + 1e-30) + best + score
        return jnp.where(is_word[:, None], following, alpha), None

    alpha, _ = jax.lax.scan(
        step, emitted[:, 0], (emitted[:, 1:].swapaxes(0, 1), inside[:, 1:].swapaxes(0, 1) > 0)
    )
    return jax.nn.logsumexp(alpha, axis=1).sum() - gold


def fit(data: Labelled, settings: Settings, told: Callable[[int], None]) -> Arrays:
    """The arrays of a network; `told` hears of each epoch."""
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_default_prng_impl", "unsafe_rbg")
    known = known_words(data)
    tables = jnp.asarray((table_rows(data.features, known) + begins(len(known))).astype(np.int32))
    sentences, steps = data.sentences, settings.epochs * count(data.sentences)
    schedule = optax.warmup_cosine_decay_schedule(0.0, settings.rate, 200, steps, settings.rate * 0.02)
    optimizer = optax.chain(optax.clip_by_global_norm(5.0), optax.adamw(schedule, weight_decay=0.01))

    def step(state: Any, rows: Any, chances: Any, key: Any, keep: Any) -> Any:
        weights, moments, mean = state
        inside = (rows > 0).astype(jnp.float32)

        def loss(weights: Any) -> Any:
            emitted = scores(weights, tables[rows], inside, key, settings)
            return unlikely(emitted, weights["moves"], chances, inside) / inside.sum() * 20

        change, moments = optimizer.update(jax.grad(loss)(weights), moments, weights)
        weights = optax.apply_updates(weights, change)
        return weights, moments, jax.tree.map(lambda m, now: keep * m + (1 - keep) * now, mean, weights)

    chance, key, done = random.Random(settings.seed), jax.random.key(settings.seed), 0  # noqa: S311
    weights = initial(settings, len(known), len(data.labels))
    state = weights, optimizer.init(weights), jax.tree.map(jnp.copy, weights)
    swapper, compiled = Swapper(data), jax.jit(step, donate_argnums=0)
    for epoch in range(1, (settings.until or settings.epochs) + 1):
        changed = [
            swapper.swapped(*one, settings.swapped, chance) for one in zip(sentences, data.kinds, strict=True)
        ]
        for rows, chances in batches(changed, chance):
            done += 1
            key, one = jax.random.split(key)
            state = compiled(state, rows, chances, one, min(0.998, done / (done + 10)))
        told(epoch)
    return _arrays(state[2], known)


def _arrays(weights: dict[str, Any], known: Checksums) -> Arrays:
    return {"known": known} | {name: np.asarray(value, np.float16) for name, value in weights.items()}
