"""Posts per CPU second through the entity enricher alone: `python -m tests.bench entities`.

MEMORY=200000 also reads so many different posts and says how the process grew.
"""

import asyncio
import gc
import os
import time
from pathlib import Path

from enrichers.entities import Entities
from streams.mention import Language, Mention
from streams.subscription import Subscription
from tests.bench._texts import LONG, TWEET, posts

BATCH = 64
MEMORY = int(os.environ.get("MEMORY", "0"))


def opened() -> Entities:
    enricher = Entities(Entities.Config(handles={"db_bahn": "Deutsche Bahn"}))
    asyncio.run(enricher.open())
    gc.freeze()  # as `streams.chain.opened` does
    enricher.subscribe(Subscription(id="db", name="Deutsche Bahn", query="bahn~ OR @db_bahn"))
    return enricher


def rate(enricher: Entities, batch: list[Mention]) -> float:
    start = time.process_time()
    for at in range(0, len(batch), BATCH):
        enricher.enrich(batch[at : at + BATCH])
    return len(batch) / (time.process_time() - start)


def resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def grown(enricher: Entities, count: int) -> None:
    for step in range(10):
        rate(enricher, posts(count // 10, TWEET, seed=100 + step))
        print(f"after {count // 10 * (step + 1):>8,} posts: {resident():.0f} MiB resident")


def main() -> None:
    before = resident()
    enricher = opened()
    rate(enricher, posts(2_000, TWEET, seed=2))
    print(f"both languages loaded and warm: {resident() - before:.0f} MiB more, {resident():.0f} MiB in all")
    english = Language(code="en", score=1.0)
    for name, batch in (("tweets", posts(6_000, TWEET)), ("long posts", posts(400, LONG))):
        words = sum(len(post.text.split()) for post in batch) / len(batch)
        for tagger, read in (
            ("German", batch),
            ("English", [p.adding("", "", {"language": english}) for p in batch]),
        ):
            print(f"{name}, {words:.0f} words, {tagger} tagger: {rate(enricher, read):,.0f} posts/s and core")
    if MEMORY:
        grown(enricher, MEMORY)
