"""The newest edition of each post id, and who and what is gone: one SQLite file, owned by one process."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from streams.errors import InUseError, StorageError

FORMAT = 2
_TABLES = """
    CREATE TABLE IF NOT EXISTS post(id TEXT PRIMARY KEY, edition INTEGER NOT NULL, deleted_at INTEGER) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS author(key TEXT PRIMARY KEY, edition INTEGER NOT NULL, deleted_at INTEGER NOT NULL)
        WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS gone ON post(deleted_at) WHERE deleted_at IS NOT NULL;
"""


class State(NamedTuple):
    """The newest edition of a post, and whether it is gone; the greater of two wins."""

    edition: int
    deleted: bool


def author_key(author: str) -> str:
    """A hash: an author who is gone leaves no name behind."""
    return blake2b(author.encode(), digest_size=16).hexdigest()


class Versions:
    """Owns the folder while it is open. Errors other than those of `open` are sqlite3's."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "versions.db"
        self._owner = folder / "owner"
        self._db: sqlite3.Connection | None = None

    def open(self) -> bool:
        """Claim the folder; whether it was in use before. Raises InUseError or StorageError."""
        self._db = sqlite3.connect(self._file, timeout=0, isolation_level=None)
        try:
            # the lock is SQLite's: it goes with the process, however that ends
            for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.execute("BEGIN EXCLUSIVE")
            self._db.execute("COMMIT")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
        except sqlite3.OperationalError as error:
            self.close()
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise InUseError(
                    f"{self._file.parent} is in use by process {self._pid()}; stop that one, or write another "
                    "folder in [index] url"
                ) from None
            raise
        self._owner.write_text(str(os.getpid()))
        if version not in (0, FORMAT):
            raise StorageError(f"{self._file} was written by another version of Resonanz; use that one")
        return bool(version)

    def create(self) -> None:
        """Make the tables; the folder counts as in use from now on."""
        self._opened().executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")

    def _pid(self) -> str:
        with contextlib.suppress(OSError):
            return self._owner.read_text()
        return "?"

    def close(self) -> None:
        """Let go of the folder."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def posts(self, ids: Iterable[str]) -> dict[str, State]:
        """What is known of these posts."""
        found = (
            self._opened()
            .execute("SELECT id, edition, deleted_at FROM post WHERE id = ?", (post,))
            .fetchone()
            for post in ids
        )
        return {row[0]: State(row[1], row[2] is not None) for row in found if row}

    def authors(self, keys: Iterable[str]) -> dict[str, int]:
        """Up to which edition the posts of these authors are gone."""
        found = (
            self._opened().execute("SELECT key, edition FROM author WHERE key = ?", (key,)).fetchone()
            for key in keys
        )
        return {row[0]: row[1] for row in found if row}

    def write(self, posts: Mapping[str, State], authors: Mapping[str, int], now_ms: int) -> None:
        """Note what the words now hold, durably."""
        db = self._opened()
        db.execute("BEGIN IMMEDIATE")
        try:
            db.executemany(
                "INSERT OR REPLACE INTO post VALUES (?, ?, ?)",
                [(post, state.edition, now_ms if state.deleted else None) for post, state in posts.items()],
            )
            db.executemany(
                "INSERT OR REPLACE INTO author VALUES (?, ?, ?)",
                [(key, edition, now_ms) for key, edition in authors.items()],
            )
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def sweep(self, before_ms: int) -> int:
        """Forget who and what was gone before then; how many."""
        db = self._opened()
        swept = db.execute("DELETE FROM post WHERE deleted_at < ?", (before_ms,)).rowcount
        return swept + db.execute("DELETE FROM author WHERE deleted_at < ?", (before_ms,)).rowcount

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            raise StorageError("the index is not open")
        return self._db
