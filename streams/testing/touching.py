"""What a piece of code opens outside the process, seen by Python's own audit events."""

import sys
from collections.abc import Callable
from typing import Any

TOUCHING = frozenset({
    "open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "socket.connect", "socket.bind", "subprocess.Popen",
    "sqlite3.connect", "urllib.Request",
})  # fmt: skip

_touched: list[str] | None = None


def touched_by(call: Callable[[], object]) -> list[str]:
    """The files, directories, sockets and processes that a call opens."""
    global _touched  # noqa: PLW0603 - an audit hook cannot be taken off again
    touched: list[str] = []
    _touched = touched
    try:
        call()
    finally:
        _touched = None
    return touched


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if _touched is not None and event in TOUCHING:
        _touched.append(f"{event} {args[:1]}")


sys.addaudithook(_watch)
