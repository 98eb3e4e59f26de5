"""Every topic there is: the only place with their names, partitions and retention."""

from dataclasses import dataclass, replace
from typing import Final

DAY_MS: Final = 86_400_000

POSTS: Final = "posts.v1"
MENTIONS: Final = "mentions.v1"
HITS: Final = "hits.v1"
ALERTS: Final = "alerts.v1"
SUBSCRIPTIONS: Final = "subscriptions.v1"
COVERAGE: Final = "coverage.v1"
CURSORS: Final = "cursors.v1"
BACKFILLS: Final = "backfills.v1"
CHANGES: Final = "changes.v1"
WATCH_STATE: Final = "watch-state.v1"
NOTIFICATIONS: Final = "notifications.v1"
DEAD_LETTERS: Final = "dead-letters.v1"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it must be. `retention_ms`: None keeps for ever; compaction keeps the last value of each key.

    A compacted topic is read whole by its readers, so it has one partition, unless its keys must meet those of
    another topic on the same worker (`watch-state.v1` follows `hits.v1`).
    """

    name: str
    key: str
    partitions: int = 4
    retention_ms: int | None = None
    compact: bool = False
    max_message_bytes: int = 2_000_000


TOPICS: Final = (
    Topic(POSTS, "post id", retention_ms=14 * DAY_MS, max_message_bytes=8_000_000),
    Topic(MENTIONS, "post id", retention_ms=7 * DAY_MS),
    Topic(HITS, "subscription id", retention_ms=7 * DAY_MS),
    Topic(ALERTS, "alert id", partitions=1, compact=True),
    Topic(SUBSCRIPTIONS, "subscription id", partitions=1, compact=True),
    Topic(COVERAGE, "ingestor", partitions=1, compact=True),
    Topic(CURSORS, "ingestor", partitions=1, compact=True),
    Topic(BACKFILLS, "subscription id, what", partitions=1, compact=True),
    Topic(CHANGES, "subscription id, version", partitions=1, compact=True),
    Topic(WATCH_STATE, "partition of the hits, subscription, what", compact=True),
    Topic(NOTIFICATIONS, "alert id, revision, recipient", partitions=1, compact=True),
    Topic(DEAD_LETTERS, "origin", partitions=1, compact=True, retention_ms=30 * DAY_MS),
)


def topics(partitions: int) -> tuple[Topic, ...]:
    """The topics with so many partitions where work is spread."""
    return tuple(replace(topic, partitions=partitions) if topic.partitions > 1 else topic for topic in TOPICS)
