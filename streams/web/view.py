"""What is shown without asking the index: the small compacted topics whole, and mentions as they come."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from streams.alert import Alert
from streams.alerting.masks import shown
from streams.backfill import Backfills
from streams.codec import decode, decode_alert, decode_mention, decode_subscription
from streams.coverage import Coverage
from streams.errors import ResonanzError
from streams.log.base import Log, Record
from streams.log.following import follow
from streams.logs import logger
from streams.subscription import Subscription
from streams.topics import ALERTS, BACKFILLS, COVERAGE, MENTIONS, SUBSCRIPTIONS
from streams.web.live import Gone, Live

T = TypeVar("T")
RETRY_SECS = 1.0


class View:
    """Follows the log from `start` to `stop`, in the running loop. An outage of the log is waited out.

    `alerts`, `subscriptions` and `coverage`: the last value of each key. `backfills`: how far each has come.
    """

    def __init__(self, log: Log) -> None:
        self.alerts: dict[str, Alert] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.coverage: dict[str, Coverage] = {}
        self.backfills = Backfills()
        self.live = Live()
        self._log = log
        self._tasks: list[asyncio.Task[None]] = []
        self._behind = {ALERTS, SUBSCRIPTIONS, COVERAGE, BACKFILLS}
        self._all_read = asyncio.Event()

    @property
    def caught_up(self) -> bool:
        """Whether everything that was there at the start has been read."""
        return self._all_read.is_set()

    async def wait_caught_up(self) -> None:
        """Until everything that was there at the start has been read."""
        await self._all_read.wait()

    def start(self) -> None:
        """Begin to follow the topics."""
        learners: Mapping[str, Callable[[Record], object]] = {
            ALERTS: self._learn_alert,
            SUBSCRIPTIONS: lambda record: self._keep(self.subscriptions, record, decode_subscription),
            COVERAGE: lambda record: self._keep(self.coverage, record, _decode_coverage),
            BACKFILLS: self.backfills.learn,
            MENTIONS: self._learn_mention,
        }
        self._tasks = [asyncio.create_task(self._follow(topic, learn)) for topic, learn in learners.items()]

    async def stop(self) -> None:
        """End the live streams and let go of the topics; harmless when repeated."""
        self.live.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _follow(self, topic: str, learn: Callable[[Record], object]) -> None:
        while True:
            try:
                from_start = topic != MENTIONS
                await follow(
                    self._log, topic, learn, partial(self._has_caught_up, topic), from_start=from_start
                )
            except ResonanzError as error:
                logger("web").warning("a topic is out of reach", topic=topic, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECS)

    def _has_caught_up(self, topic: str) -> None:
        self._behind.discard(topic)
        if not self._behind:
            self._all_read.set()

    def _keep(self, table: dict[str, T], record: Record, read: Callable[[bytes | None], T]) -> T | None:
        key = (record.key or b"").decode(errors="replace")
        if record.value is None:
            table.pop(key, None)
            return None
        table[key] = value = read(record.value)
        return value

    def _learn_alert(self, record: Record) -> None:
        alert = self._keep(self.alerts, record, decode_alert)
        if alert is not None and self.caught_up:
            self.live.tell("alert", shown(alert))

    def _learn_mention(self, record: Record) -> None:
        mention = decode_mention(record.value)
        match mention.event:
            case "upsert" if mention.revision == 0:  # what a backfill finds is not new
                self.live.tell("mention", mention)
            case "delete":
                self.live.forget(Gone(post=mention.id))
            case "author_delete" if mention.author:
                self.live.forget(Gone(author=mention.author.id))


def _decode_coverage(value: bytes | None) -> Coverage:
    return decode(Coverage, value)
