"""Asking for backfills and following them, from the terminal."""

from collections.abc import Sequence
from urllib.parse import quote

from streams import backfill, subscriptions
from streams.backfill import Backfill, BackfillRequest, Backfills
from streams.clock import system_clock
from streams.codec import DecodeError
from streams.commands.saving import on_log_or, request, user, with_log
from streams.config import Config
from streams.errors import UsageError
from streams.log.base import Log, Record
from streams.topics import BACKFILLS
from streams.web.asked import past_of

NOBODY = "asked for; it begins when `resonanz run` or `resonanz work` does"


async def run_over_the_past(config: Config, ids: Sequence[str], since: str, *, wait: bool) -> None:
    """Ask for backfills, and tell how far they have come until they are finished. Raises UsageError."""
    past = past_of(since, system_clock)

    async def directly(log: Log) -> bool:
        there = await subscriptions.stored(log)
        for id in ids:
            if id not in there:
                raise UsageError(f"there is no subscription {id!r}")
            asked = BackfillRequest(
                subscription=id, version=there[id].version, since=past, at=system_clock(), by=user()
            )
            await backfill.ask(log, asked)
        return log.shared  # who could write to an embedded log has no pipeline beside

    async def by_asking() -> bool:
        for id in ids:
            path = f"/api/subscriptions/{quote(id, safe='')}/backfill"
            await request(config, "POST", path, {"since": since})
        return True

    if not await on_log_or(config, directly, by_asking):
        print(NOBODY)
    elif wait:
        await with_log(config, lambda log: _follow(log, set(ids)))


async def _follow(log: Log, ids: set[str]) -> None:
    known, told = Backfills(), dict[str, str]()
    async for batch in log.tail(BACKFILLS, from_start=True):
        for record in batch.records:
            _learn(known, record)
        for id in sorted(ids) if batch.caught_up else ():
            now = known.of(id)
            if now is None or told.get(id) == (step := _step(now)):
                continue
            told[id] = step
            print(now, flush=True)
            if now.finished:
                ids.discard(id)
        if not ids:
            return


def _learn(known: Backfills, record: Record) -> None:
    try:
        known.learn(record)
    except DecodeError:
        return


def _step(one: Backfill) -> str:
    """What is worth a line: another state, another percent."""
    return f"{one.state} {100 * one.read // max(one.total, 1)}"
