"""`resonanz topics plan|apply`: the topics as they must be, against what the log has."""

from collections.abc import Sequence
from dataclasses import replace

import typer

from streams.commands.common import ConfigOption, complete
from streams.config import LogConfig, load
from streams.errors import UnavailableError
from streams.log.base import Change
from streams.log.opening import open_log
from streams.topics import TOPICS, Topic

app = typer.Typer(no_args_is_help=True, help="Create the topics, or say what is missing.")


@app.command()
def plan(config: ConfigOption = None) -> None:
    """Show what `apply` would change; exit code 1 if anything is missing or different."""
    changes = complete(_plan(load(config).log))
    for change in changes:
        print(f"{'~' if change.applicable else '!'} {change.topic}: {change.what}")
    if changes:
        raise typer.Exit(1)
    print(f"= {len(TOPICS)} topics are as they must be")


@app.command()
def apply(config: ConfigOption = None, partitions: int | None = None) -> None:
    """Create what is missing and adjust what can be adjusted.

    `--partitions` sets the number for the topics that are created and spread work; it can only grow later.
    """
    topics = [replace(t, partitions=partitions) if partitions and t.partitions > 1 else t for t in TOPICS]
    for change in complete(_apply(load(config).log, topics)):
        print(f"~ {change.topic}: {change.what}")
    print(f"= {len(TOPICS)} topics are as they must be")


async def _plan(config: LogConfig) -> Sequence[Change]:
    log = open_log(config)
    await log.open()
    try:
        return await log.plan(TOPICS)
    finally:
        await log.close()


async def _apply(config: LogConfig, topics: Sequence[Topic]) -> Sequence[Change]:
    log = open_log(config)
    await log.open()
    try:
        changes = await log.plan(topics)
        if stuck := [change for change in changes if not change.applicable]:
            raise UnavailableError("; ".join(f"{change.topic}: {change.what}" for change in stuck))
        await log.apply(topics)
        return changes
    finally:
        await log.close()
