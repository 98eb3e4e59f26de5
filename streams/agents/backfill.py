"""Runs subscriptions over the past: matched posts become mentions and hits of mode `backfill`, once each.

Why nothing is doubled or lost, and why the live stream comes first: `streams/decisions/0012-backfill.md`.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from streams import history
from streams.agents.enrich import EnrichAgent, hit_entry, mention_entry, outputs
from streams.agents.hits import hits_of
from streams.agents.worker import GROUP
from streams.backfill import Backfill, Backfills, telling
from streams.clock import Clock, system_clock
from streams.components import Index, Matcher
from streams.errors import UnavailableError, UsageError
from streams.history import Past
from streams.log.base import Entry, Log, Record
from streams.log.delivery import deliver, pause_secs
from streams.log.following import follow
from streams.logs import logger
from streams.mention import Mention
from streams.outcome import Rejected, Retry
from streams.post import Post
from streams.subscription import Subscription
from streams.topics import BACKFILLS, HITS, MENTIONS, POSTS

FOLLOWED_SECS: Final = 2.0
"""After so long every worker listens for a subscription that was saved."""

MISSING_SECS: Final = 10.0
AT_ONCE: Final = 100
"""Posts enriched together: the live stream waits for them."""

LIVE_FIRST: Final = 1_000
"""With so many live posts waiting it stands still, for so many looks at a time."""

HELD_LOOKS: Final = 40
TOLD_EVERY_SECS: Final = 1.0
LOOK_SECS: Final = 0.25
PAUSE_SECS: Final = 5.0

_log = logger("backfill")


class Backfiller:
    """Works on one request after the other. `behind`: how many live posts wait to be enriched."""

    def __init__(
        self,
        log: Log,
        index: Index,
        live: EnrichAgent,
        new_matcher: Callable[[], Matcher],
        behind: Callable[[], int],
        clock: Clock = system_clock,
    ) -> None:
        self._log, self._index, self._live = log, index, live
        self._new_matcher, self._behind, self._clock = new_matcher, behind, clock
        self._subscriptions: dict[str, Subscription] = {}
        self._backfills = Backfills()
        self._news = asyncio.Event()
        self._told_at = 0.0

    def subscribe(self, subscription: Subscription) -> None:
        """It is in force."""
        self._subscriptions[subscription.id] = subscription

    def unsubscribe(self, id: str) -> None:
        """It no longer is."""
        self._subscriptions.pop(id, None)

    async def follow(self, ready: Callable[[], None]) -> None:
        """For ever: take in what is asked for; `ready` once all that was there is in."""

        def learn(record: Record) -> None:
            self._backfills.learn(record)
            self._news.set()

        await follow(self._log, BACKFILLS, learn, ready)

    async def run(self, ours: Callable[[], bool]) -> None:
        """For ever: work on what is asked for, while it is ours to do; an outage is waited out."""
        while True:
            backfill = self._backfills.next() if ours() else None
            try:
                if backfill is None:
                    await self._wait_for_news()
                else:
                    await self._work_on(backfill, ours)
            except UnavailableError as error:
                _log.warning("held back", reason=str(error))
                await asyncio.sleep(PAUSE_SECS)

    async def _wait_for_news(self) -> None:
        self._news.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._news.wait()

    async def _work_on(self, backfill: Backfill, ours: Callable[[], bool]) -> None:
        subscription = await self._in_force(backfill)
        if subscription is None:
            await self._tell(replace(backfill, state="stopped", reason="there is no such subscription"))
            return
        matcher = self._new_matcher()
        try:
            matcher.subscribe(subscription)
        except UsageError as error:  # whoever may write to the log may write anything
            await self._tell(replace(backfill, state="stopped", reason=str(error)))
            return
        if backfill.version != subscription.version or backfill.state == "waiting":
            backfill = await self._begin(backfill, subscription)
        await self._run(backfill, subscription, matcher, ours)

    async def _run(
        self, backfill: Backfill, subscription: Subscription, matcher: Matcher, ours: Callable[[], bool]
    ) -> None:
        # all mentions so far must have reached the index: it is asked what is there
        await self._settled(MENTIONS, await self._log.ends(MENTIONS))
        past = await Past.survey(self._log, self._index, backfill.request.since, ends=backfill.ends)
        async for page in past.pages(backfill.place):
            if not ours() or self._overtaken(backfill):
                return  # by whoever took over, by a newer request, or by a change of the subscription
            started = time.monotonic()
            found, failed = await self._take(await history.match(matcher, page.posts), subscription)
            backfill = replace(
                backfill,
                read=page.place.read,
                total=page.total,
                found=backfill.found + found,
                failed=backfill.failed + failed,
                place=page.place,
            )
            if time.monotonic() - self._told_at >= TOLD_EVERY_SECS:
                await self._tell(backfill)
            await self._give_way(time.monotonic() - started)
        await self._take_back(backfill.ends)
        await self._tell(replace(backfill, state="done"))

    async def _in_force(self, backfill: Backfill) -> Subscription | None:
        """The subscription, at least as new as it was when asked for; its topic may be read later than ours."""
        until = time.monotonic() + MISSING_SECS
        while time.monotonic() < until:
            known = self._subscriptions.get(backfill.request.subscription)
            if known and known.version >= backfill.request.version:
                return known
            await asyncio.sleep(LOOK_SECS)
        return None

    def _overtaken(self, backfill: Backfill) -> bool:
        id = backfill.request.subscription
        known, newest = self._subscriptions.get(id), self._backfills.of(id)
        changed = known is None or known.version != backfill.version
        return changed or newest is None or newest.request != backfill.request

    async def _begin(self, backfill: Backfill, subscription: Subscription) -> Backfill:
        """Fix where the past ends, and wait until all before it has been enriched as live posts are."""
        await self._tell(Backfill(request=backfill.request, at=self._clock()))
        await asyncio.sleep(FOLLOWED_SECS)
        ends = await self._log.ends(POSTS)
        await self._settled(POSTS, ends)
        begun = Backfill(
            request=backfill.request,
            state="running",
            at=self._clock(),
            version=subscription.version,
            ends=ends,
        )
        await self._tell(begun)
        return begun

    async def _settled(self, topic: str, ends: Mapping[int, int]) -> None:
        """Wait until the agents have settled all records before these."""
        while True:
            committed = await self._log.committed(GROUP, topic)
            if all(committed.get(partition, 0) >= end for partition, end in ends.items()):
                return
            await asyncio.sleep(LOOK_SECS)

    async def _give_way(self, worked_secs: float) -> None:
        """Work half of the time at most, and less while live posts wait."""
        await asyncio.sleep(worked_secs)
        for _ in range(HELD_LOOKS):
            if self._behind() <= LIVE_FIRST:
                return
            await asyncio.sleep(LOOK_SECS)

    async def _take(self, matched: Sequence[Mention], subscription: Subscription) -> tuple[int, int]:
        """Append what comes of matched posts; how many there were, and how many of them could not be enriched."""
        failed = 0
        for begin in range(0, len(matched), AT_ONCE):
            mentions = [Mention.of(one) for one in matched[begin : begin + AT_ONCE]]
            enriched = await self._enriched(mentions)
            there = await self._index.get([one.id for one in enriched])
            made = [outputs_of(one, there.get(one.id), subscription) for one in enriched]
            fates = await deliver(self._log, [entry for entries in made for entry in entries])
            failed += len(mentions) - len(enriched) + sum(isinstance(fate, Rejected) for fate in fates)
        return len(matched), failed

    async def _enriched(self, mentions: Sequence[Mention]) -> list[Mention]:
        """Those that the chain can enrich; what can succeed later is repeated."""
        done: list[Mention] = []
        attempt = 0
        while mentions:
            attempt += 1
            steps = await self._live.enrich(mentions)
            done += [step for step in steps if isinstance(step, Mention)]
            mentions = [m for m, step in zip(mentions, steps, strict=True) if isinstance(step, Retry)]
            if mentions:
                await asyncio.sleep(pause_secs(attempt))
        return done

    async def _take_back(self, ends: Mapping[int, int]) -> None:
        """Tell again what was edited or deleted meanwhile: its retraction may have come before our hit."""
        posts: Sequence[Post] = await history.corrected(self._log, ends)
        partitions = len(await self._log.ends(HITS))
        for begin in range(0, len(posts), AT_ONCE):
            mentions = [Mention.of(post) for post in posts[begin : begin + AT_ONCE]]
            steps = await self._live.enrich(mentions)
            told = [
                outputs(mention, step, partitions, self._live.no_quotes_from)
                for mention, step in zip(mentions, steps, strict=True)
            ]
            await deliver(self._log, [entry for entries in told for entry in entries if entry.topic == HITS])

    async def _tell(self, backfill: Backfill) -> None:
        told = replace(backfill, at=self._clock())
        await deliver(self._log, [telling(told)])
        self._backfills.note(told)
        self._told_at = time.monotonic()


def outputs_of(mention: Mention, there: Mention | None, subscription: Subscription) -> list[Entry]:
    """What to append for a post of the past that was enriched again. `there`: what the index holds of it.

    A mention of the same state keeps its mode, its matches and all that was matched since; one that has this match
    already is left as it is. A newer state was matched when it came.
    """
    if all(match.subscription != subscription.id for match in mention.matches):
        return []
    if there is not None and there.version > mention.version:
        return []
    past = replace(mention, mode="backfill", revision=1)
    hits = hits_of(past, {past.source})  # what is past is counted and never quoted
    told = [hit_entry(hit) for hit in hits if hit.subscription == subscription.id]
    if there is None or there.version < mention.version:
        return [mention_entry(past), *told]
    if any((m.subscription, m.version) == (subscription.id, subscription.version) for m in there.matches):
        return told
    matches = {match.subscription: match for match in (*there.matches, *mention.matches)}
    again = replace(past, mode=there.mode, revision=there.revision + 1, matches=tuple(matches.values()))
    return [mention_entry(again), *told]
