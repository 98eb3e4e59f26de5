"""`resonanz topics plan|apply`: the topics as they must be, against what the log has."""

from collections.abc import Sequence

import typer

from streams.commands.common import ConfigOption, complete
from streams.commands.saving import with_log
from streams.config import load
from streams.errors import UnavailableError
from streams.log.base import Change, Log
from streams.topics import TOPICS, Topic, topics

app = typer.Typer(no_args_is_help=True, help="Create the topics, or say what is missing.")


@app.command()
def plan(config: ConfigOption = None) -> None:
    """Show what `apply` would change; exit code 1 if anything is missing or different."""
    settings = load(config)
    wanted = topics(settings.log.partitions)
    changes = complete(with_log(settings, lambda log: log.plan(wanted)))
    for change in changes:
        print(f"{'~' if change.applicable else '!'} {change.topic}: {change.what}")
    if changes:
        raise typer.Exit(1)
    print(f"= {len(TOPICS)} topics are as they must be")


@app.command()
def apply(config: ConfigOption = None) -> None:
    """Create what is missing and adjust what can be adjusted."""
    settings = load(config)
    wanted = topics(settings.log.partitions)
    for change in complete(with_log(settings, lambda log: _apply(log, wanted))):
        print(f"~ {change.topic}: {change.what}")
    print(f"= {len(TOPICS)} topics are as they must be")


async def _apply(log: Log, wanted: Sequence[Topic]) -> Sequence[Change]:
    changes = await log.plan(wanted)
    if stuck := [change for change in changes if not change.applicable]:
        raise UnavailableError("; ".join(f"{change.topic}: {change.what}" for change in stuck))
    await log.apply(wanted)
    return changes
