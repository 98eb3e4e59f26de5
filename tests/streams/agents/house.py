"""A log whose posts were enriched for one subscription, and somebody who runs another over them."""

import asyncio
from datetime import timedelta

from streams.agents.backfill import Backfiller
from streams.agents.enrich import EnrichAgent, outputs
from streams.alerting.watch import Arrived, Watch
from streams.backfill import BackfillRequest, Backfills, ask
from streams.chain import new_matcher
from streams.codec import decode_hit, decode_mention, encode
from streams.flow import enrich
from streams.hit import Hit
from streams.log.base import Entry
from streams.mention import Mention
from streams.subscription import Subscription
from streams.testing.fakes import FakeLog
from streams.testing.index_model import ModelIndex
from streams.testing.make import EPOCH
from streams.topics import BACKFILLS, HITS, MENTIONS, POSTS

EARLY = Subscription(id="early", query="bahn", version=1)
LATE = Subscription(id="late", query="spät", version=3)
REQUEST = BackfillRequest(subscription="late", version=3, since=None, at=EPOCH, by="anna")
OTHER = "Ein Satz über nichts davon"
NOW = EPOCH + timedelta(days=1)


class SettledLog(FakeLog):
    """What the agents have to do is done at once: mentions are indexed when they are appended."""

    def __init__(self, index):
        super().__init__()
        self.index = index

    async def append(self, entries):
        outcomes = await super().append(entries)
        await self.index.deliver([decode_mention(one.value) for one in entries if one.topic == MENTIONS])
        return outcomes

    async def committed(self, group, topic):
        return await self.ends(topic)


class House:
    """A log whose posts were enriched for `early`, and one who listens for `late` as well."""

    def __init__(self):
        self.index = ModelIndex()
        self.log = SettledLog(self.index)
        self.matcher = new_matcher()
        self.matcher.subscribe(EARLY)

    async def hears(self, *posts):
        await self.log.append([Entry(POSTS, one.id.encode(), encode(one)) for one in posts])
        mentions = [Mention.of(one) for one in posts]
        for mention, step in zip(mentions, enrich(mentions, [self.matcher]), strict=True):
            await self.log.append(outputs(mention, step, 4))

    def backfiller(self, subscription=LATE, behind=lambda: 0):
        self.matcher.subscribe(subscription)
        live = EnrichAgent([self.matcher], self.log, 4)
        made = Backfiller(self.log, self.index, live, new_matcher, behind)
        made.subscribe(EARLY)
        made.subscribe(subscription)
        return made

    async def backfilled(self, backfiller=None, request=REQUEST, ours=lambda: True):
        await ask(self.log, request)
        backfiller = backfiller or self.backfiller()
        tasks = [asyncio.create_task(backfiller.follow(lambda: None))]
        tasks.append(asyncio.create_task(backfiller.run(ours)))
        try:
            async with asyncio.timeout(5):
                while not (told := self.told()) or told.request != request or not told.finished:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
                return told
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def told(self):
        known = Backfills()
        for record in self.log.records(BACKFILLS):
            known.learn(record)
        return known.of("late")

    def matches(self):
        return {one.id: sorted(m.subscription for m in one.matches) for one in self.index.alive()}

    def counted(self):
        """The posts that `watch` counts, by subscription."""
        counts = {}
        for partition in range(4):
            watch = Watch(partition)
            records = self.log.records(HITS, partition)
            at = int(NOW.timestamp() * 1000)
            watch.absorb([Arrived(r.offset, at, decode_hit(r.value)) for r in records])
            counts |= {name: len(track.counts) for name, track in watch._tracks.items()}
        return counts

    def late_hits(self):
        told = [decode_hit(one.value) for one in self.log.records(HITS)]
        return [one for one in told if isinstance(one, Hit) and one.subscription == "late"]
