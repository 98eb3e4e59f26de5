"""`resonanz doctor`: whether what is configured can work, line by line; no record is written.

An index is opened, so an empty one is made where there is none.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import typer

from streams.chain import build_chain
from streams.commands.common import ConfigOption, complete
from streams.config import Config, build, load
from streams.errors import InUseError, ResonanzError
from streams.index import open_index
from streams.log.opening import open_log
from streams.registry import load as load_component
from streams.subscriptions import read_file
from streams.topics import topics

Examination = Callable[[Config], Awaitable[str]]


def doctor(config: ConfigOption = None) -> None:
    """Check the configuration, the log, its topics, the index and the subscriptions; exit code 1 if one is wrong."""
    if not complete(_examine(load(config))):
        raise typer.Exit(1)


async def _examine(config: Config) -> bool:
    healthy = True
    for name, examination in EXAMINATIONS.items():
        try:
            print(f"ok     {name}: {await examination(config)}")
        except InUseError as error:
            print(f"ok     {name}: running; {error}")
        except ResonanzError as error:
            healthy = False
            print(f"wrong  {name}: {error}")
    return healthy


async def _components(config: Config) -> str:
    for table in ("ingestors", "sinks"):
        for name, part in getattr(config, table).items():
            build(load_component(table, part.type).Config, part.options, f"{table}.{name}")
    return (
        f"{len(config.ingestors)} ingestors, {len(build_chain(config))} enrichers, {len(config.sinks)} sinks"
    )


async def _log(config: Config) -> str:
    log = open_log(config.log)
    await log.open()
    try:
        changes = await log.plan(topics(config.log.partitions))
    finally:
        await log.close()
    missing = f"; `resonanz topics apply` changes {len(changes)} topics" if changes else ", all topics there"
    return log.url + missing


async def _index(config: Config) -> str:
    index = open_index(config.index)
    await index.open()
    await index.close()
    return config.index.url


async def _subscriptions(config: Config) -> str:
    return f"{sum(len(read_file(Path(file))) for file in config.subscriptions.files)} in files"


EXAMINATIONS: dict[str, Examination] = {
    "components": _components,
    "log": _log,
    "index": _index,
    "subscriptions": _subscriptions,
}
