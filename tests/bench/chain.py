"""The whole chain in the pipeline against its models called by themselves in batches: `python -m tests.bench chain`.

In the pipeline: from the JSON of posts to that of mentions and hits, as agent `enrich` does it, with matching, story
and influence. By themselves: language, entities and tone of the same posts, already matched, nothing else. One core,
CPU seconds.
DATA=folder takes the German tweets and the railway feedback of `sentiment_mix` instead of invented posts.
MEMORY=200000 also sends so many different posts through and says how the process grew.
"""

import asyncio
import gzip
import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

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
CHAIN = (Match, LanguageGuess, StoryKey, Entities, SentimentLabel, InfluenceScore)
MODELS = (LanguageGuess, Entities, SentimentLabel)
ALL = Subscription(
    id="all",
    name="Deutsche Bahn",
    query='bahn~ OR lufthansa OR köln OR "anna bergmann" OR @db_bahn OR #streik OR url:example OR 😡 OR ich OR nicht',
)
"""Every invented post matches: each holds one of its names. Of the real ones those that match are measured."""
DATA = os.environ.get("DATA", "")
LONG_CHARS = 400
MEMORY = int(os.environ.get("MEMORY", "0"))


def invented() -> dict[str, list[Mention]]:
    return {"tweets": posts(3_000, TWEET), "long posts": posts(300, LONG)}


def real(folder: Path) -> dict[str, list[Mention]]:
    with gzip.open(folder / "sentiment_mix" / "parts.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    tweets = [row["text"] for row in rows if row["part"] == "umsab_german"]
    feedback = [row["text"] for row in rows if row["part"] == "ge17" and len(row["text"]) >= LONG_CHARS]
    return {
        "German tweets": [_post(text) for text in tweets],
        "long feedback": [_post(text) for text in feedback],
    }


def _post(text: str) -> Mention:
    return Mention(
        id=f"bench:{hash(text)}", source="bench", created_at=datetime(2026, 1, 1, tzinfo=UTC), text=text
    )


def opened(kinds: Sequence[type]) -> list[Enricher]:
    chain = [kind(kind.Config()) for kind in kinds]
    for enricher in chain:
        asyncio.run(enricher.open())
    for follower in followers(chain):
        follower.subscribe(ALL)
    return chain


def records(mentions: Sequence[Mention]) -> list[Record]:
    return [
        Record(topic="posts.v1", partition=0, offset=at, key=one.id.encode(), value=encode(one), timestamp=0)
        for at, one in enumerate(mentions)
    ]


def in_the_pipeline(agent: EnrichAgent, batch: Sequence[Record]) -> float:
    start = time.process_time()
    for at in range(0, len(batch), BATCH):
        agent._work(batch[at : at + BATCH])
    return time.process_time() - start


def by_themselves(models: Sequence[Enricher], batch: Sequence[Mention]) -> float:
    start = time.process_time()
    for model in models:
        for at in range(0, len(batch), BATCH):
            model.enrich(batch[at : at + BATCH])
    return time.process_time() - start


def main() -> None:
    models, agent = opened(MODELS), EnrichAgent(opened(CHAIN), None, 4)
    for name, given in (real(Path(DATA)) if DATA else invented()).items():
        matched = [one for one in enrich(given, opened([Match, LanguageGuess])) if isinstance(one, Mention)]
        kept = {one.id for one in matched}
        batch, count = [one for one in given if one.id in kept], len(matched)
        took = [
            (in_the_pipeline(agent, records(batch)), by_themselves(models, matched)) for _ in range(ROUNDS)
        ]
        whole, bare = (min(times) for times in zip(*took, strict=True))
        print(
            f"{name}: pipeline {count / whole:,.0f} posts/s and core, models alone {count / bare:,.0f}, "
            f"ratio {bare / whole:.2f}; {resident():.0f} MiB resident"
        )
    for step in range(10 if MEMORY else 0):
        in_the_pipeline(agent, records(posts(MEMORY // 10, TWEET, seed=100 + step)))
        print(f"after {MEMORY // 10 * (step + 1):>8,} posts: {resident():.0f} MiB resident")
