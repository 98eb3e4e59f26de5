"""The file of a log: topics, partitions, records and committed offsets. No threads, no asyncio.

One process owns it and writes; any number of others may read. Offsets start at 1: Faust takes 0 for "nothing yet".
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from streams.clock import now_ms
from streams.errors import StorageError, UnavailableError
from streams.log.base import Record
from streams.log.embedded.sqlite import claim, connect, explained
from streams.topics import Topic

SCHEMA_VERSION: Final = 2
SPAN: Final = 1 << 40
"""Offsets per partition: a record's row id is partition id * SPAN + offset, so that a partition lies together."""

READ_BYTES: Final = 16_000_000
"""One read stops after so much, whatever its limit: values may be of megabytes."""

SCHEMA: Final = """
CREATE TABLE topic(name TEXT PRIMARY KEY, key TEXT NOT NULL, compact INTEGER NOT NULL, retention_ms INTEGER,
    max_message_bytes INTEGER NOT NULL);
CREATE TABLE partition(id INTEGER PRIMARY KEY, topic TEXT NOT NULL REFERENCES topic, number INTEGER NOT NULL,
    head INTEGER NOT NULL DEFAULT 1, tail INTEGER NOT NULL DEFAULT 1, cleaned INTEGER NOT NULL DEFAULT 1,
    UNIQUE(topic, number));
CREATE TABLE record(id INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, key BLOB, value BLOB);
CREATE TABLE newest(partition INTEGER REFERENCES partition, key BLOB, id INTEGER NOT NULL,
    PRIMARY KEY(partition, key)) WITHOUT ROWID;
CREATE INDEX tombstone ON record(id) WHERE value IS NULL;
CREATE TABLE committed(consumers TEXT, partition INTEGER REFERENCES partition, position INTEGER NOT NULL,
    PRIMARY KEY(consumers, partition)) WITHOUT ROWID;
"""


@dataclass(slots=True, eq=False)
class Partition:
    """A partition as last seen: records lie in head <= offset < tail; compaction has passed `cleaned`."""

    id: int
    head: int
    tail: int
    cleaned: int

    @property
    def base(self) -> int:
        """The row id that offset 0 would have."""
        return self.id * SPAN


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A topic's settings and its partitions, in order."""

    settings: Topic
    partitions: list[Partition] = field(default_factory=list)


Row = tuple[Partition, bytes | None, bytes | None]
"""What is appended where: partition, key, value."""


class LogFile:
    """A log in one file. Raises StorageError on damage and full disks, InUseError if another process owns it."""

    def __init__(
        self,
        path: Path,
        *,
        readonly: bool = False,
        synchronous: str = "FULL",
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self.path = path
        self.topics: dict[str, StoredTopic] = {}
        self.readonly = readonly
        self.clock = clock
        self._reading = threading.Lock()
        self._open: list[sqlite3.Connection] = [] if readonly else [claim(path)]
        try:
            self.db = self._connect(readonly, synchronous)
            self._reader = self._connect(readonly, synchronous)
            with explained(path):
                self._prepare(readonly)
        except BaseException:
            self.close()
            raise

    def _connect(self, readonly: bool, synchronous: str) -> sqlite3.Connection:
        db = connect(self.path, readonly=readonly, synchronous=synchronous)
        self._open.insert(0, db)
        return db

    def _prepare(self, readonly: bool) -> None:
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        empty = self.db.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0]
        if empty and not readonly:
            self.db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        elif version != SCHEMA_VERSION:
            raise StorageError(
                f"{self.path}: not a log of version {SCHEMA_VERSION}; move the file away to start anew"
            )
        self.refresh()

    def refresh(self) -> None:
        """Learn what was written elsewhere; a partition stays the same object."""
        with self._reading, explained(self.path):
            if not self._open:
                return
            topics = self._reader.execute(
                "SELECT name, key, count(id), retention_ms, compact, max_message_bytes FROM topic"
                " JOIN partition ON topic = name GROUP BY name"
            ).fetchall()
            rows = self._reader.execute(
                "SELECT topic, id, head, tail, cleaned FROM partition ORDER BY topic, number"
            ).fetchall()
        known = {partition.id: partition for topic in self.topics.values() for partition in topic.partitions}
        found = {
            name: StoredTopic(Topic(name, key, count, retention, bool(compact), largest))
            for name, key, count, retention, compact, largest in topics
        }
        for topic, at, head, tail, cleaned in rows:
            partition = known.get(at) or Partition(at, head, tail, cleaned)
            partition.head, partition.tail, partition.cleaned = head, tail, cleaned
            found[topic].partitions.append(partition)
        self.topics = found

    def close(self) -> None:
        """Let go; the last writer to do so folds the write-ahead file in."""
        with self._reading:
            while self._open:
                self._open.pop(0).close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. Raises StorageError."""
        with explained(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    def topic(self, name: str) -> StoredTopic:
        """A topic. Raises UnavailableError if there is none of that name."""
        try:
            return self.topics[name]
        except KeyError:
            raise UnavailableError(f"topic {name} is missing; run resonanz topics apply") from None

    def apply(self, topics: Sequence[Topic]) -> None:
        """Create what is missing; set retention and message size of what exists."""
        with self.transaction() as db:
            for topic in topics:
                db.execute(
                    "INSERT INTO topic(name, key, compact, retention_ms, max_message_bytes) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET retention_ms = excluded.retention_ms,"
                    " max_message_bytes = excluded.max_message_bytes",
                    (topic.name, topic.key, topic.compact, topic.retention_ms, topic.max_message_bytes),
                )
                if topic.name not in self.topics:
                    db.executemany(
                        "INSERT INTO partition(topic, number) VALUES (?, ?)",
                        [(topic.name, number) for number in range(topic.partitions)],
                    )
        self.refresh()

    def write(self, rows: Sequence[Row], commits: Mapping[str, Mapping[int, int]]) -> list[int]:
        """Append the rows and note the committed positions (group → partition id → offset), all or nothing.

        Returns the offset of each row.
        """
        now = self.clock()
        tails: dict[Partition, int] = {}
        offsets, records = [], []
        for partition, key, value in rows:
            offset = tails.get(partition) or partition.tail
            tails[partition] = offset + 1
            offsets.append(offset)
            records.append((partition.id * SPAN + offset, now, key, value))
        positions = [(group, *position) for group, by_id in commits.items() for position in by_id.items()]
        with self.transaction() as db:
            db.executemany("INSERT INTO record(id, timestamp, key, value) VALUES (?, ?, ?, ?)", records)
            db.executemany(
                "UPDATE partition SET tail = ? WHERE id = ?",
                [(tail, partition.id) for partition, tail in tails.items()],
            )
            db.executemany("INSERT OR REPLACE INTO committed VALUES (?, ?, ?)", positions)
        for partition, tail in tails.items():
            partition.tail = tail
        return offsets

    def read(self, topic: str, number: int, offset: int, limit: int) -> list[Record]:
        """Up to `limit` records from `offset` on, oldest first; at least one if there is any. None once closed."""
        base = self.topics[topic].partitions[number].base
        records, size = [], 0
        with self._reading, explained(self.path):
            if not self._open:
                return []
            rows = self._reader.execute(
                "SELECT id, timestamp, key, value FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
                (base + offset, base + SPAN, limit),
            )
            for row, timestamp, key, value in rows:
                records.append(Record(topic, number, row - base, timestamp, key, value))
                size += len(value or b"")
                if size >= READ_BYTES:
                    break
        return records

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Where a group goes on, by partition; partitions it never committed are absent."""
        with self._reading, explained(self.path):
            rows = self._reader.execute(
                "SELECT number, position FROM committed JOIN partition ON id = partition"
                " WHERE consumers = ? AND topic = ?",
                (group, topic),
            )
            return dict(rows.fetchall())
