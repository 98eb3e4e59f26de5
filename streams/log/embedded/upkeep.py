"""Trimming and compaction, in steps small enough that no append waits long for one.

Compaction follows the log: `newest` knows each key's last record as far as it has come, so whatever is passed
next removes the record before it. That costs the same however many keys live.
"""

from itertools import takewhile
from operator import itemgetter
from typing import Final

from streams.log.embedded.file import LogFile, Partition
from streams.log.embedded.sqlite import explained
from streams.topics import DAY_MS, Topic

TRIM_STEP: Final = 2_000
COMPACT_STEP: Final = 250
"""Records looked at in one transaction. What is trimmed lies together; what is replaced lies anywhere."""

PAGES: Final = 500
"""Pages given back in one transaction."""

FRESH: Final = 1_000
FRESH_MS: Final = 3_600_000
"""The last thousand records of the last hour are left as written, so that who follows sees each change."""

TOMBSTONE_MS: Final = DAY_MS
"""A deletion can be read for a day; then it goes too."""


def upkeep(file: LogFile) -> bool:
    """Take one step; whether there is more to do. Raises StorageError."""
    with explained(file.path):
        for topic in list(file.topics.values()):
            for partition in topic.partitions:
                if _trim(file, topic.settings, partition):
                    return True
                if topic.settings.compact and (_compact(file, partition) or _bury(file, partition)):
                    return True
        return _shrink(file)


def _trim(file: LogFile, topic: Topic, partition: Partition) -> bool:
    """Forget the oldest records up to the first one that is young enough."""
    if topic.retention_ms is None:
        return False
    base, before = partition.base, file.clock() - topic.retention_ms
    rows = file.db.execute(
        "SELECT id, timestamp < ? FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (before, base + partition.head, base + partition.tail, TRIM_STEP),
    ).fetchall()
    gone = [row for row, _ in takewhile(itemgetter(1), rows)]
    if not gone:
        return False
    head = gone[-1] - base + 1
    old = (base + partition.head, base + head)
    with file.transaction() as db:
        if topic.compact:
            db.execute(
                "DELETE FROM newest WHERE partition = ? AND id < ? AND key IN"
                " (SELECT key FROM record WHERE id >= ? AND id < ?)",
                (partition.id, base + head, *old),
            )
        db.execute("DELETE FROM record WHERE id >= ? AND id < ?", old)
        db.execute("UPDATE partition SET head = ? WHERE id = ?", (head, partition.id))
    partition.head = head
    return True


def _compact(file: LogFile, partition: Partition) -> bool:
    """Pass the next records, removing what they replace."""
    base, start = partition.base, max(partition.cleaned, partition.head)
    rows = file.db.execute(
        "SELECT id, key, id < ? OR timestamp < ? FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (
            base + partition.tail - FRESH,
            file.clock() - FRESH_MS,
            base + start,
            base + partition.tail,
            COMPACT_STEP,
        ),
    ).fetchall()
    rows = [(row, key) for row, key, _ in takewhile(itemgetter(2), rows)]
    if not rows:
        return False
    last = {key: row for row, key in rows if key is not None}
    replaced = [(row,) for row, key in rows if key is not None and last[key] != row]
    with file.transaction() as db:
        for key in last:
            replaced += db.execute(
                "SELECT id FROM newest WHERE partition = ? AND key = ?", (partition.id, key)
            ).fetchall()
        db.executemany("DELETE FROM record WHERE id = ?", replaced)
        db.executemany(
            "INSERT OR REPLACE INTO newest VALUES (?, ?, ?)",
            [(partition.id, key, row) for key, row in last.items()],
        )
        cleaned = rows[-1][0] - base + 1
        db.execute("UPDATE partition SET cleaned = ? WHERE id = ?", (cleaned, partition.id))
    partition.cleaned = cleaned
    return True


def _bury(file: LogFile, partition: Partition) -> bool:
    """Forget deletions older than a day, but never the last record: readers wait until they have seen it."""
    base = partition.base
    passed = base + min(partition.cleaned, partition.tail - 1)
    rows = file.db.execute(
        "SELECT id, key FROM record WHERE value IS NULL AND key IS NOT NULL AND id >= ? AND id < ?"
        " AND timestamp < ? ORDER BY id LIMIT ?",
        (base + partition.head, passed, file.clock() - TOMBSTONE_MS, COMPACT_STEP),
    ).fetchall()
    if not rows:
        return False
    with file.transaction() as db:
        db.executemany("DELETE FROM record WHERE id = ?", [(row,) for row, _ in rows])
        db.executemany(
            "DELETE FROM newest WHERE partition = ? AND key = ? AND id = ?",
            [(partition.id, key, row) for row, key in rows],
        )
    return True


def _shrink(file: LogFile) -> bool:
    """Give pages back to the system once a quarter of the file is free; less will be written again anyway."""
    free = file.db.execute("PRAGMA freelist_count").fetchone()[0]
    if free <= file.db.execute("PRAGMA page_count").fetchone()[0] // 4:
        return False
    file.db.executescript(f"PRAGMA incremental_vacuum({PAGES})")  # `execute` would stop after one page
    return True
