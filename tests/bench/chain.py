"""The whole chain in the pipeline against its models called by themselves in batches: `python -m tests.bench chain`.

In the pipeline: from the JSON of posts to that of mentions and hits, as agent `enrich` does it, with matching, story
and influence. By themselves: language, entities and tone of the same posts, already matched, nothing else. One core,
CPU seconds. The posts are new to both, their everyday words are not: others of the kind and one half of the posts are
read before the other half is measured; then the halves change places, and all components are opened anew. The
yardsticks, no code of ours, tell how fast the machine was meanwhile.
DATA=folder takes the German tweets and the railway feedback of `sentiment_mix` instead of invented posts.
MEMORY=200000 sends so many different posts through instead, and says how the process grew.
"""

import asyncio
import gc
import gzip
import json
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

from enrichers.entities import Entities
from enrichers.influence import InfluenceScore
from enrichers.language import LanguageGuess
from enrichers.match.enricher import Match
from enrichers.sentiment import SentimentLabel
from enrichers.story import StoryKey
from streams.agents.enrich import EnrichAgent
from streams.chain import followers
from streams.codec import encode
from streams.components import Enricher
from streams.flow import enrich
from streams.log.base import Record
from streams.mention import Mention
from streams.subscription import Subscription
from tests.bench._texts import LONG, TWEET, posts
from tests.bench.entities import resident

BATCH = EnrichAgent.batch_records
ROUNDS = 2
"""With each half; the fastest counts, as neighbours on the machine only ever cost time."""
BEFORE = 2_000
"""So many other posts of a kind are read first."""
CHAIN = (Match, LanguageGuess, StoryKey, Entities, SentimentLabel, InfluenceScore)
MODELS = (LanguageGuess, Entities, SentimentLabel)
ALL = Subscription(
    id="all",
    name="Deutsche Bahn",
    query='bahn~ OR lufthansa OR köln OR "anna bergmann" OR @db_bahn OR #streik OR url:example OR 😡 OR ich OR nicht',
)
"""Every invented post matches: each holds one of its names. Of the real ones those that match are read."""
DATA = os.environ.get("DATA", "")
LONG_CHARS = 400
MEMORY = int(os.environ.get("MEMORY", "0"))


class Kind(NamedTuple):
    """Posts to be measured, and others that are read before; matched already."""

    posts: list[Mention]
    before: list[Mention]


def invented() -> dict[str, Kind]:
    return {
        "tweets": Kind(_matching(posts(2_000, TWEET)), _matching(posts(BEFORE, TWEET, seed=2))),
        "long posts": Kind(_matching(posts(300, LONG)), _matching(posts(BEFORE // 4, LONG, seed=2))),
    }


def real(folder: Path) -> dict[str, Kind]:
    texts: dict[str, list[Mention]] = defaultdict(list)
    with gzip.open(folder / "sentiment_mix" / "parts.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            long = row["part"] == "ge17" and len(row["text"]) >= LONG_CHARS
            texts["long" if long else row["part"]].append(_post(row["text"]))
    return {
        "German tweets": Kind(_matching(texts["umsab_german"]), _matching(texts["sb10k"])[:BEFORE]),
        "long feedback": Kind(_matching(texts["long"]), _matching(texts["ge17"])[:BEFORE]),
    }


def _post(text: str) -> Mention:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Mention(id=f"bench:{crc32(text.encode())}", source="bench", created_at=at, text=text)


def _matching(given: Sequence[Mention]) -> list[Mention]:
    return [one for one in enrich(given, opened([Match, LanguageGuess])) if isinstance(one, Mention)]


def opened(kinds: Sequence[type]) -> list[Enricher]:
    chain = [kind(kind.Config()) for kind in kinds]
    for enricher in chain:
        asyncio.run(enricher.open())
    gc.freeze()  # as `streams.chain.opened` does
    for follower in followers(chain):
        follower.subscribe(ALL)
    return chain


def records(mentions: Sequence[Mention]) -> list[Record]:
    return [
        Record(
            topic="posts.v1",
            partition=0,
            offset=at,
            key=one.id.encode(),
            value=encode(_post(one.text)),
            timestamp=0,
        )
        for at, one in enumerate(mentions)
    ]


def in_the_pipeline(agent: EnrichAgent, given: Sequence[Mention]) -> float:
    batch = records(given)
    start = time.process_time()
    for at in range(0, len(batch), BATCH):
        agent._work(batch[at : at + BATCH])
    return time.process_time() - start


def by_themselves(models: Sequence[Enricher], given: Sequence[Mention]) -> float:
    start = time.process_time()
    for model in models:
        for at in range(0, len(given), BATCH):
            model.enrich(given[at : at + BATCH])
    return time.process_time() - start


def measured(kinds: dict[str, Kind], half: int, pipeline_first: bool) -> dict[str, tuple[float, float]]:
    """Seconds of pipeline and models for the other half of each kind."""
    agent, models, took = EnrichAgent(opened(CHAIN), None, 4), opened(MODELS), {}
    for name, (given, before) in kinds.items():
        known, new = before + given[half::2], given[1 - half :: 2]
        in_the_pipeline(agent, known), by_themselves(models, known)
        bare = None if pipeline_first else by_themselves(models, new)
        took[name] = in_the_pipeline(agent, new), bare or by_themselves(models, new)
    return took


def yardsticks() -> str:
    one, other = np.ones((768, 1280), np.float32), np.ones((1280, 256), np.float32)
    start = time.process_time()
    for _ in range(100):
        one @ other
    between = time.process_time()
    for number in range(300_000):
        crc32(f"Wort{number}".lower().encode())
    end = time.process_time()
    products = 100 * 2 * one.size * 256 / 1e9 / (between - start)
    return f"{products:.0f} GFLOP/s in matrix products, {0.3 / (end - between):.2f} million words/s in Python"


def main() -> None:
    if MEMORY:
        return grown(MEMORY)
    kinds, rounds = real(Path(DATA)) if DATA else invented(), []
    for number in range(2 * ROUNDS):
        print(f"yardsticks: {yardsticks()}", flush=True)
        rounds.append(measured(kinds, number % 2, pipeline_first=number < ROUNDS))
    for name, kind in kinds.items():
        halves = [[one[name] for one in rounds[half::2]] for half in (0, 1)]
        whole, bare = (sum(min(times[which] for times in half) for half in halves) for which in (0, 1))
        count = len(kind.posts)
        print(
            f"{name}: pipeline {count / whole:,.0f} posts/s and core, models alone {count / bare:,.0f}, "
            f"ratio {bare / whole:.2f}"
        )
    return None


def grown(count: int) -> None:
    agent = EnrichAgent(opened(CHAIN), None, 4)
    for step in range(10):
        in_the_pipeline(agent, posts(count // 10, TWEET, seed=100 + step))
        print(f"after {count // 10 * (step + 1):>8,} posts: {resident():.0f} MiB resident", flush=True)
