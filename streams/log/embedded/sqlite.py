"""What SQLite says, as errors that tell what to do; and who may write to a file."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.errors import InUseError, StorageError

_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_FOREIGN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite or the system says about the file into a StorageError."""
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        advice = ""
        if code in _DISK:
            advice = "; free some disk space, then start again"
        elif code in _FOREIGN:
            advice = "; restore a copy, or move the file away to start anew"
        raise StorageError(f"{path}: {error}{advice}") from error
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


def claim(path: Path) -> sqlite3.Connection:
    """Own the file for this process until the connection is closed; the system lets go however we end.

    Raises InUseError that names the owner, StorageError.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(f"{path}.lock", isolation_level=None, timeout=0.2, check_same_thread=False)
        try:
            lock.execute("PRAGMA synchronous = OFF")  # after a power failure there is no owner
            lock.execute("CREATE TABLE IF NOT EXISTS owner(pid INTEGER)")
            lock.execute("DELETE FROM owner")
            lock.execute("INSERT INTO owner VALUES (?)", (os.getpid(),))
            lock.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            busy = (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_BUSY
            owner = lock.execute("SELECT max(pid) FROM owner").fetchone()[0] if busy else None
            lock.close()
            if not busy:
                raise
            raise InUseError(
                f"{path} is in use by process {owner}; only one process writes to a log"
            ) from error
    return lock


def connect(path: Path, *, readonly: bool, synchronous: str = "FULL") -> sqlite3.Connection:
    """A connection without Python's own transactions. Raises StorageError, also when it is to be read but absent."""
    with explained(path):
        uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        if not readonly:
            for pragma in (
                "page_size = 8192",
                "auto_vacuum = INCREMENTAL",
                "journal_mode = WAL",
                f"synchronous = {synchronous}",
                "journal_size_limit = 67108864",
            ):
                db.execute(f"PRAGMA {pragma}")
    return db
