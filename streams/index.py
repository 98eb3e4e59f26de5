"""Which mention index a URL means, and its housekeeping."""

import asyncio
from dataclasses import fields
from datetime import timedelta

from streams.clock import Clock, system_clock
from streams.components import Index
from streams.config import IndexConfig
from streams.errors import ConfigError, UnavailableError
from streams.logs import logger
from streams.registry import load

SWEEP_EVERY_SECS = 3600.0

_BY_SCHEME = {"tantivy": "tantivy", "http": "elasticsearch", "https": "elasticsearch"}


async def keep_swept(index: Index, tombstone_days: int, *, clock: Clock = system_clock) -> None:
    """For ever: once an hour, forget tombstones that are old enough; what the index cannot do now waits an hour."""
    while True:
        try:
            swept = await index.sweep(clock() - timedelta(days=tombstone_days))
            if swept:
                logger("index").info("tombstones swept", count=swept)
        except UnavailableError as error:
            logger("index").warning("tombstones not swept", reason=str(error))
        await asyncio.sleep(SWEEP_EVERY_SECS)


def open_index(config: IndexConfig) -> Index:
    """The index of a configuration, not opened yet. Raises ConfigError on an unknown scheme."""
    name = _BY_SCHEME.get(config.url.partition(":")[0])
    if name is None:
        raise ConfigError(
            f'[index] url: "{config.url}" is neither tantivy nor http; write `url = "tantivy:///data/index"` '
            'or `url = "http://localhost:9200"`'
        )
    kind = load("sinks", name)
    index: Index = kind(
        kind.Config(**{part.name: getattr(config, part.name) for part in fields(kind.Config)})
    )
    return index
