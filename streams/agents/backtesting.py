"""Backtests: the kept past through the chain of enrichers, and what it finds through the watch."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from streams.agents.hits import hits_of
from streams.alerting.backtest import Backtest, backtest
from streams.alerting.rarity import KEPT_DAYS
from streams.chain import followers, opened
from streams.clock import Clock, system_clock
from streams.components import Enricher, Index
from streams.errors import UsageError
from streams.flow import enrich
from streams.history import Past
from streams.hit import Hit
from streams.log.base import Log
from streams.mention import Mention
from streams.post import Post
from streams.subscription import Subscription

AT_ONCE = 200


async def run_backtest(
    subscription: Subscription,
    days: int,
    log: Log,
    index: Index | None,
    chain: Sequence[Enricher],
    clock: Clock = system_clock,
) -> Backtest:
    """What a subscription would have told in the last days, at most 28, as far as they are kept.

    `chain`: made for this alone, not opened yet. Raises UsageError, UnavailableError.
    """
    if not 1 <= days <= KEPT_DAYS:
        raise UsageError(f"a backtest looks 1 to {KEPT_DAYS} days back; write days = {KEPT_DAYS}")
    until = clock()
    since = until - timedelta(days=days)
    past = await Past.survey(log, index, since, clock=clock)
    for follower in followers(chain):
        follower.subscribe(subscription)
    async with opened(chain):
        hits = [hit async for hit in _hits(past, chain) if since <= hit.created_at <= until]
    return await asyncio.to_thread(backtest, subscription, hits, since, until)


async def _hits(past: Past, chain: Sequence[Enricher]) -> AsyncIterator[Hit]:
    async for page in past.pages():
        for start in range(0, len(page.posts), AT_ONCE):
            for hit in await asyncio.to_thread(_found, page.posts[start : start + AT_ONCE], chain):
                yield hit


def _found(posts: Sequence[Post], chain: Sequence[Enricher]) -> list[Hit]:
    steps = enrich([Mention.of(post) for post in posts], chain)
    return [hit for step in steps if isinstance(step, Mention) for hit in hits_of(step)]
