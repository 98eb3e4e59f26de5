"""Posts from lines of standard input: bounded memory, and nobody waits for the end of the input."""

import threading
from collections.abc import Iterator
from queue import Empty, Full, Queue
from time import monotonic
from typing import BinaryIO, TypeVar

from streams.codec import MAX_POST_BYTES, DecodeError, decode_post
from streams.post import Post

T = TypeVar("T")


def read_posts(stream: BinaryIO) -> Iterator[tuple[int, Post | DecodeError]]:
    """Each line's number, from 1, with its post or why there is none; blank lines are passed over."""
    number = 0
    while line := stream.readline(MAX_POST_BYTES + 2):
        number += 1
        if len(line) > MAX_POST_BYTES and not line.endswith(b"\n"):
            _skip_line(stream)
        if not line.strip():
            continue
        try:
            yield number, decode_post(line.rstrip(b"\r\n"))
        except DecodeError as error:
            yield number, error


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(MAX_POST_BYTES)) and not rest.endswith(b"\n"):
        pass


def batches(items: Iterator[T], size: int, within_secs: float) -> Iterator[list[T]]:
    """The items in order, at most `size` at a time; the first of a batch waits no longer than `within_secs`.

    A thread reads ahead by at most one batch. What `items` raises is raised here, after all that came before.
    """
    queue: Queue[T | BaseException | None] = Queue(maxsize=size)
    stop = threading.Event()
    threading.Thread(target=_fill, args=(items, queue, stop), daemon=True).start()
    try:
        last: BaseException | None = None
        going = True
        while going:
            batch: list[T] = []
            deadline = 0.0
            while len(batch) < size:
                try:
                    item = queue.get(timeout=max(0.0, deadline - monotonic()) if batch else None)
                except Empty:
                    break
                if item is None or isinstance(item, BaseException):
                    going, last = False, item
                    break
                deadline = deadline or monotonic() + within_secs
                batch.append(item)
            if batch:
                yield batch
        if last is not None:
            raise last
    finally:
        stop.set()


def _fill(items: Iterator[T], queue: "Queue[T | BaseException | None]", stop: threading.Event) -> None:
    end: BaseException | None = None
    try:
        for item in items:
            _put(queue, item, stop)
            if stop.is_set():
                return
    except Exception as error:  # noqa: BLE001 - raised again where the batches are read
        end = error
    _put(queue, end, stop)


def _put(queue: "Queue[T | BaseException | None]", item: T | BaseException | None, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            queue.put(item, timeout=0.2)
        except Full:
            continue
        return
