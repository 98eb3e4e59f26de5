"""Backtests on the terminal: what a subscription would have told, as a table or as JSON."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from streams.agents.backtesting import run_backtest
from streams.alerting.backtest import Backtest, Raised
from streams.chain import build_chain
from streams.codec import encode
from streams.commands.saving import with_log
from streams.components import Index
from streams.config import Config
from streams.errors import InUseError
from streams.index import open_index
from streams.log.base import Log
from streams.subscription import Subscription

HEADS = ("began", "told", "over", "kind", "severity", "once in", "mentions", "usual", "voices")


async def show_backtests(config: Config, wanted: Sequence[Subscription], days: int, *, as_json: bool) -> None:
    """Run each over the kept past, and print what it would have told. Raises UsageError, UnavailableError."""

    async def work(log: Log) -> None:
        async with AsyncExitStack() as stack:
            index = await _opened(config, stack)
            for one in wanted:
                done = await run_backtest(one, days, log, index, build_chain(config))
                print(encode(done).decode() if as_json else "\n".join(table(done)), flush=True)

    await with_log(config, work)


async def _opened(config: Config, stack: AsyncExitStack) -> Index | None:
    """The index, unless the files are another process's: then the log alone tells of the past."""
    index = open_index(config.index)
    try:
        await index.open()
    except InUseError:
        return None
    stack.push_async_callback(index.close)
    return index


def table(done: Backtest) -> list[str]:
    """A backtest for people, a line an alert."""
    budget = done.budget
    rows = [HEADS, *(_row(one) for one in done.alerts)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADS))]
    listed = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]
    head = f"{done.subscription}: {done.mentions} mentions since {_date(done.since)} UTC, {len(done.alerts)} alerts"
    taught = f"  the first {done.learning_days:g} days only teach"
    rate, threshold = budget.expected_a_month, budget.threshold
    asked = f'  "{budget.at_most}": {rate:g} a month are expected; the threshold is {threshold:g}'
    past = f"  it was reached {budget.past} times in the last {budget.watched_days:g} days"
    return [head, taught, *(f"  {line.rstrip()}" for line in listed if done.alerts), asked, past]


def _row(one: Raised) -> tuple[str, ...]:
    return (
        _date(one.since),
        _date(one.opened_at),
        _date(one.closed_at) if one.closed_at else "goes on",
        f"{one.kind} {one.subject}" if one.subject else one.kind,
        str(one.severity),
        f"{one.unusual_days:.0f} days",
        str(one.count),
        f"{one.expected:g}",
        str(one.voices),
    )


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
