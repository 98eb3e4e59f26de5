"""Following a topic: every record is passed on, those there and then each new one."""

from collections.abc import Callable

from streams.codec import DecodeError
from streams.log.base import Log, Record
from streams.logs import logger


async def follow(
    log: Log,
    topic: str,
    learn: Callable[[Record], object],
    ready: Callable[[], None],
    *,
    from_start: bool = True,
) -> None:
    """Pass on the records of a topic for ever; `ready` whenever all that was there is in.

    One that `learn` cannot read (DecodeError) is left out, and said so. Raises UnavailableError.
    """
    async for batch in log.tail(topic, from_start=from_start):
        for record in batch.records:
            try:
                learn(record)
            except DecodeError as error:
                where = {"topic": topic, "partition": record.partition, "offset": record.offset}
                logger("log").warning("a record was left out", **where, reason=str(error))
        if batch.caught_up:
            ready()
