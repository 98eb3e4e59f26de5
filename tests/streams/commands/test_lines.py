"""Posts from a stream, line by line."""

import io
import threading

import pytest

from streams.codec import MAX_POST_BYTES, DecodeError
from streams.commands.lines import batches, read_posts

POST = b'{"id":"a:%d","source":"a","created_at":"2026-01-01T00:00:00Z","text":"x"}'


def test_each_line_is_a_post_or_the_reason_with_its_number():
    read = list(read_posts(io.BytesIO(POST % 1 + b"\n{bad\n\n" + POST % 2)))
    assert [number for number, _ in read] == [1, 2, 4]
    assert isinstance(read[1][1], DecodeError)
    assert [read[0][1].id, read[2][1].id] == ["a:1", "a:2"]


def test_a_line_too_long_to_hold_costs_only_itself():
    long = b"x" * (3 * MAX_POST_BYTES + 5)
    read = list(read_posts(io.BytesIO(long + b"\n" + POST % 2 + b"\n")))
    assert [(number, type(post).__name__) for number, post in read] == [(1, "DecodeError"), (2, "Post")]


def test_batches_keep_order_and_size():
    assert list(batches(range(7), 3, 60)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches((), 3, 60)) == []


def test_a_batch_does_not_wait_for_an_input_that_pauses():
    go_on = threading.Event()

    def items():
        yield 1
        assert go_on.wait(60)
        yield 2

    found = batches(items(), 100, 0.01)
    assert next(found) == [1]
    go_on.set()
    assert next(found) == [2]


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        raise OSError("gone")

    found = batches(items(), 10, 60)
    assert next(found) == [1]
    with pytest.raises(OSError, match="gone"):
        next(found)
