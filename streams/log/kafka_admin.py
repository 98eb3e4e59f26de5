"""What a Kafka cluster knows about its topics and groups: asked, compared with what must be, and mended.

aiokafka's admin client repeats nothing, so every question here is asked again for some seconds while the cluster
is briefly away (a leader moves, a node restarts).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import stamina
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from streams.errors import UnavailableError
from streams.log.base import Change
from streams.log.kafka_url import KafkaUrl
from streams.topics import Topic

T = TypeVar("T")

PATIENCE_SECS = 10.0
FRESH_SECS = 60.0
SET_ON_THE_TOPIC = 1  # Kafka's number for "a setting of this very topic", not the broker's default
ALREADY_EXISTS = 36
ADJUSTABLE = ("retention.ms", "max.message.bytes")


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as it is. `overrides`: what is set on the topic itself rather than taken from the broker."""

    partitions: int
    copies: int
    config: Mapping[str, str]
    overrides: Mapping[str, str]

    @property
    def max_message_bytes(self) -> int:
        """The longest record batch the broker takes."""
        return int(self.config["max.message.bytes"])

    @property
    def compacted(self) -> bool:
        """Whether every record needs a key."""
        return "compact" in self.config["cleanup.policy"]


class KafkaAdmin:
    """Asks the cluster; connects when first asked."""

    def __init__(self, url: KafkaUrl) -> None:
        self._url = url
        self._client: AIOKafkaAdminClient | None = None
        self._known: dict[str, tuple[float, Found]] = {}

    async def close(self) -> None:
        """Let go; harmless when repeated."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def ask(self, question: Callable[[AIOKafkaAdminClient], Awaitable[T]]) -> T:
        """Put a question, again and again for a while. Raises UnavailableError."""
        try:
            async with asyncio.timeout(2 * PATIENCE_SECS):
                async for attempt in stamina.retry_context(
                    on=_passing, attempts=None, timeout=PATIENCE_SECS, wait_initial=0.1, wait_max=1.0
                ):
                    with attempt:
                        return await question(await self._connected())
        except (KafkaError, TimeoutError) as error:
            await self.close()  # the next question looks for the cluster anew
            raise UnavailableError(f"{self._url} does not answer: {error}") from None
        raise AssertionError("the retries end with an answer or an error")

    async def _connected(self) -> AIOKafkaAdminClient:
        if self._client is None:
            client = AIOKafkaAdminClient(**self._url.client_settings(), request_timeout_ms=10_000)
            try:
                await client.start()
            except BaseException:
                await client.close()
                raise
            self._client = client
        return self._client

    async def find(self, name: str) -> Found | None:
        """A topic as it was at most a minute ago, or None. Raises UnavailableError."""
        asked_at, found = self._known.get(name, (0.0, None))
        if found is not None and time.monotonic() - asked_at < FRESH_SECS:
            return found
        return (await self.find_all([name])).get(name)

    def forget(self, name: str) -> None:
        """Ask for this topic anew: it may have changed."""
        self._known.pop(name, None)

    async def find_all(self, names: Sequence[str]) -> dict[str, Found]:
        """The topics as they are now; what does not exist is absent. Raises UnavailableError."""
        existing = set(await self.ask(lambda client: client.list_topics()))  # asking by name may create one
        wanted = [name for name in names if name in existing]
        found: dict[str, Found] = {}
        if wanted:
            shapes = await self.ask(lambda client: client.describe_topics(wanted))
            resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted]
            answers = await self.ask(lambda client: client.describe_configs(resources))
            settings = {name: entries for answer in answers for _, _, _, name, entries in answer.resources}
            found = {shape["topic"]: _found(shape, settings[shape["topic"]]) for shape in shapes}
        for name in names:
            self.forget(name)
        self._known |= {name: (time.monotonic(), topic) for name, topic in found.items()}
        return found

    async def partitions(self, name: str) -> list[TopicPartition]:
        """The partitions of a topic. Raises UnavailableError if it does not exist."""
        found = await self.find(name)
        if found is None:
            raise missing(name, self._url)
        return [TopicPartition(name, number) for number in range(found.partitions)]

    async def plan(self, topics: Sequence[Topic], replication: int) -> list[Change]:
        """What is missing or different. Raises UnavailableError."""
        found = await self.find_all([topic.name for topic in topics])
        return [change for topic in topics for change in _changes(topic, found.get(topic.name), replication)]

    async def apply(self, topics: Sequence[Topic], replication: int) -> None:
        """Create what is missing, adjust what can be adjusted. Raises UnavailableError."""
        found = await self.find_all([topic.name for topic in topics])
        await self._create([topic for topic in topics if topic.name not in found], replication)
        for topic in topics:
            if topic.name in found:
                await self._adjust(topic, found[topic.name])

    async def _create(self, topics: Sequence[Topic], replication: int) -> None:
        if not topics:
            return
        new = [
            NewTopic(topic.name, topic.partitions, replication, topic_configs=_config(topic, replication))
            for topic in topics
        ]
        answer = await self.ask(lambda client: client.create_topics(new, timeout_ms=10_000))
        for name, code, message, *_ in answer.topic_errors:
            if code not in (0, ALREADY_EXISTS):
                raise UnavailableError(f"{self._url} did not create topic {name}: {message}")
        await self._until_all_know({topic.name for topic in topics})

    async def _until_all_know(self, names: set[str]) -> None:
        """The other brokers learn of a new topic a moment after the one that created it."""
        for _ in range(100):
            if not names - set(await self.find_all(sorted(names))):
                return
            await asyncio.sleep(0.1)

    async def _adjust(self, topic: Topic, found: Found) -> None:
        wanted = {name: value for name, value in _config(topic).items() if name in ADJUSTABLE}
        if all(found.config[name] == value for name, value in wanted.items()):
            return
        # Kafka resets every override that such a request leaves out
        resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, {**found.overrides, **wanted})
        answers = await self.ask(lambda client: client.alter_configs([resource]))
        self.forget(topic.name)
        for code, message, *_ in (resource for answer in answers for resource in answer.resources):
            if code:
                raise UnavailableError(f"{self._url} did not change topic {topic.name}: {message}")

    async def committed(self, group: str, partitions: Sequence[TopicPartition]) -> dict[int, int]:
        """Where a group goes on, by partition. Raises UnavailableError."""
        answer = await self.ask(
            lambda client: client.list_consumer_group_offsets(group, partitions=list(partitions))
        )
        return {at.partition: place.offset for at, place in answer.items() if place.offset >= 0}


def missing(topic: str, url: KafkaUrl) -> UnavailableError:
    """The sentence for a topic that does not exist."""
    return UnavailableError(f"topic {topic} does not exist at {url}; create it with `resonanz topics apply`")


def _passing(error: Exception) -> bool:
    """Whether the same question may be answered a moment later."""
    return isinstance(error, OSError) or (isinstance(error, KafkaError) and error.retriable)


def _found(shape: Mapping[str, Any], entries: Sequence[Any]) -> Found:
    partitions = shape["partitions"]
    return Found(
        partitions=len(partitions),
        copies=min(len(partition["replicas"]) for partition in partitions),
        config={name: value for name, value, *_ in entries},
        overrides={name: value for name, value, _, source, *_ in entries if source == SET_ON_THE_TOPIC},
    )


def _config(topic: Topic, replication: int = 1) -> dict[str, str]:
    config = {
        "cleanup.policy": _cleanup(topic),
        "retention.ms": str(-1 if topic.retention_ms is None else topic.retention_ms),
        "max.message.bytes": str(topic.max_message_bytes),
    }
    if replication > 2:
        config["min.insync.replicas"] = "2"  # what is confirmed survives the loss of a broker
    return config


def _cleanup(topic: Topic) -> str:
    if not topic.compact:
        return "delete"
    return "compact" if topic.retention_ms is None else "compact,delete"


def _changes(topic: Topic, found: Found | None, replication: int) -> list[Change]:
    if found is None:
        return [Change(topic.name, f"is missing; will have {topic.partitions} partitions", True, fatal=True)]
    changes = [
        Change(topic.name, f"{name} is {found.config[name]}, must be {value}", True)
        for name, value in _config(topic).items()
        if name in ADJUSTABLE and found.config[name] != value
    ]
    if found.partitions != topic.partitions:
        what = f"has {found.partitions} partitions, must have {topic.partitions}; keys would move: "
        changes.append(
            Change(
                topic.name,
                what + "let the agents finish, delete the topic and apply again",
                False,
                fatal=True,
            )
        )
    if set(found.config["cleanup.policy"].split(",")) != set(_cleanup(topic).split(",")):
        what = f"cleanup.policy is {found.config['cleanup.policy']}, must be {_cleanup(topic)}: "
        changes.append(
            Change(topic.name, what + "set it with kafka-configs.sh once every record has a key", False)
        )
    if found.copies < replication:
        what = (
            f"has {found.copies} copies, must have {replication}: move it with kafka-reassign-partitions.sh"
        )
        changes.append(Change(topic.name, what, False))
    return changes
