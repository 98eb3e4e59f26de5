"""Posts line by line from a stream, and lines back: bounded memory, order kept, no waiting for what is not there."""

import os
import queue
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TypeVar

from streams.codec import MAX_POST_BYTES, DecodeError, decode_post
from streams.post import Post

T = TypeVar("T")
Numbered = tuple[int, Post | DecodeError]

_MAX_LINE = MAX_POST_BYTES + 2


def standard_input() -> BinaryIO:
    """A reader of its own: one that a thread still waits on when the process ends must not be `sys.stdin`."""
    return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)


def read_posts(stream: BinaryIO) -> Iterator[Numbered]:
    """Each line's number, from 1, and its post or why it is none; blank lines are skipped."""
    for number, line in _lines(stream):
        if not line.strip():
            continue
        try:
            yield number, decode_post(line)
        except DecodeError as error:
            yield number, error


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines, each cut where it is too long to be a post anyway."""
    number = 0
    while line := stream.readline(_MAX_LINE):
        number += 1
        yield number, line
        while len(line) == _MAX_LINE and not line.endswith(b"\n"):
            line = stream.readline(_MAX_LINE)


def batches(items: Iterable[T], size: int, within_secs: float) -> Iterator[list[T]]:
    """Items in order, `size` at a time; fewer when the next ones are not there `within_secs` of the first.

    Reads ahead in a thread, at most two batches. What iterating raises is raised here, after the items before it.
    """
    waiting: queue.Queue[T | _End] = queue.Queue(maxsize=2 * size)
    threading.Thread(target=_read_ahead, args=(items, waiting), daemon=True).start()
    while True:
        batch, end = _batch(waiting, size, within_secs)
        if batch:
            yield batch
        if end is not None:
            if end.error is not None:
                raise end.error
            return


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def _read_ahead(items: Iterable[T], waiting: "queue.Queue[T | _End]") -> None:
    error: BaseException | None = None
    try:
        for item in items:
            waiting.put(item)
    except BaseException as raised:  # noqa: BLE001 - raised again by the reader
        error = raised
    waiting.put(_End(error))


def _batch(waiting: "queue.Queue[T | _End]", size: int, within_secs: float) -> tuple[list[T], _End | None]:
    batch: list[T] = []
    until = float("inf")
    while len(batch) < size:
        try:
            item = waiting.get(timeout=max(0.0, until - time.monotonic()) if batch else None)
        except queue.Empty:
            break
        if isinstance(item, _End):
            return batch, item
        if not batch:
            until = time.monotonic() + within_secs
        batch.append(item)
    return batch, None


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """Ends without a word when whoever reads standard output has gone."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
