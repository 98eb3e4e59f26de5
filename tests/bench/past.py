"""How fast the kept past is read and matched: `python -m tests.bench past`. Posts per CPU-second of one process."""

import asyncio
import time
import tracemalloc
from tempfile import TemporaryDirectory

from streams import hindsight, history
from streams.chain import new_matcher
from streams.codec import encode
from streams.history import Past
from streams.log.base import Entry
from streams.log.embedded.client import EmbeddedLog
from streams.subscription import Subscription
from streams.testing.make import post
from streams.topics import POSTS, topics

COUNT = 100_000
LATE = Subscription(id="late", query="bahn~ AND (streik~ OR ausfall~)")
TEXTS = ("Heute regnet es in Köln, morgen auch", "Die Bahn fährt, der Bus nicht", "Kein Streik, nur Regen")


async def measure() -> None:
    with TemporaryDirectory() as folder:
        log = EmbeddedLog(f"sqlite:///{folder}/log.db")
        await log.open()
        await log.apply(topics(4))
        for begin in range(0, COUNT, 1000):
            batch = [
                post(n, "Bahnstreik" if n % 50 == 0 else TEXTS[n % 3]) for n in range(begin, begin + 1000)
            ]
            await log.append([Entry(POSTS, one.id.encode(), encode(one)) for one in batch])
        started = time.process_time()
        past = await Past.survey(log, None, None)
        surveyed = time.process_time()
        matcher = new_matcher()
        matcher.subscribe(LATE)
        found = sum([1 async for _ in history.matched(past, matcher)])
        matched = time.process_time()
        await hindsight.warnings(log, [LATE], new_matcher)
        looked = time.process_time()
        tracemalloc.start()
        await Past.survey(log, None, None)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        await log.close()
    print(f"{COUNT:,} posts, {found:,} found")
    print(f"survey {COUNT / (surveyed - started):>9,.0f} posts/CPU-s, at most {peak:.0f} MiB")
    print(f"match  {COUNT / (matched - surveyed):>9,.0f} posts/CPU-s")
    print(f"warn   {hindsight.LOOKED_AT / (looked - matched):>9,.0f} posts/CPU-s")


def main() -> None:
    asyncio.run(measure())


if __name__ == "__main__":
    main()
