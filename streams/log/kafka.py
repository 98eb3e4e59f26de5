"""The log on Apache Kafka."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from streams.errors import UnavailableError
from streams.log.base import Batch, Change, Entry, Record
from streams.log.kafka_admin import KafkaAdmin
from streams.log.kafka_append import Appender
from streams.log.kafka_read import Reader
from streams.log.kafka_url import parse
from streams.outcome import Outcome
from streams.topics import Topic

CONNECT_MS = 3000


class KafkaLog:
    """See `streams.log.base.Log`. `url`: without the password. `replication`: copies of what `apply` creates."""

    shared = True

    def __init__(self, url: str, replication: int = 1) -> None:
        self._to = parse(url)
        self.url = str(self._to)
        self._replication = replication
        self._admin = KafkaAdmin(self._to)
        self._appender = Appender(self._to, self._admin)
        self._reader = Reader(self._to, self._admin)

    async def open(self) -> None:
        """Connect. Raises UnavailableError within some ten seconds, ConfigError on an unreadable certificate."""
        self._reader.open()
        try:
            await self._appender.start()
        except (KafkaError, OSError, TimeoutError):
            await self.close()
            raise UnavailableError(f"{self.url} {await self._trouble()}") from None

    async def close(self) -> None:
        """End what is followed, wait some seconds for what is being written; harmless when repeated."""
        await self._reader.close()
        await self._appender.close()
        await self._admin.close()

    async def append(self, entries: Sequence[Entry]) -> Sequence[Outcome]:
        """See `Log.append`. While the broker is away it waits. Raises UnavailableError on an unknown topic."""
        return await self._appender.append(entries)

    def tail(self, topic: str, *, from_start: bool) -> AsyncIterator[Batch]:
        """See `Log.tail`. While the broker is away it waits; ends when the log is closed."""
        return self._reader.follow(topic, from_start=from_start)

    async def latest(self, topic: str, partition: int | None = None) -> Mapping[bytes, Record]:
        """See `Log.latest`. Raises UnavailableError."""
        return await self._reader.latest(topic, partition)

    async def plan(self, topics: Sequence[Topic]) -> Sequence[Change]:
        """See `Log.plan`. Raises UnavailableError."""
        return await self._admin.plan(topics, self._replication)

    async def apply(self, topics: Sequence[Topic]) -> None:
        """See `Log.apply`. Raises UnavailableError."""
        await self._admin.apply(topics, self._replication)

    async def ends(self, topic: str) -> Mapping[int, int]:
        """See `Log.ends`. Raises UnavailableError."""
        return await self._reader.ends(topic)

    async def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """See `Log.committed`. Raises UnavailableError."""
        return await self._admin.committed(group, await self._admin.partitions(topic))

    async def _trouble(self) -> str:
        """Why the first broker does not let us in; the producer only says that it does not."""
        settings = self._to.client_settings()
        host, _, port = settings.pop("bootstrap_servers")[0].rpartition(":")
        try:
            connection = await create_conn(host, int(port), request_timeout_ms=CONNECT_MS, **settings)
        except (AuthenticationFailedError, SaslAuthenticationFailed):
            return "refuses the user or the password"
        except UnsupportedSaslMechanismError:
            return (
                f"does not know the mechanism {self._to.mechanism}; try another, `?mechanism=SCRAM-SHA-512`"
            )
        except IllegalSaslStateError:
            return "knows no users there; leave the user out, or ask for its SASL port"
        except (TimeoutError, asyncio.IncompleteReadError):
            return f"does not answer within {CONNECT_MS / 1000:g} s"
        except (KafkaError, OSError) as error:
            return f"cannot be reached: {error}"
        connection.close()
        return "answers, but none of the brokers it names can be reached; see its advertised.listeners"
