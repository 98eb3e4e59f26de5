"""The table of what an answer of the bulk API means: one test a row."""

import pytest

from sinks.elasticsearch.outcomes import (
    BUSY_SECS,
    FULL_DISK_SECS,
    NO_ANSWER,
    REFUSED_SECS,
    UNAVAILABLE_SECS,
    Item,
    conflicts,
    outcome_of,
)
from streams.outcome import DELIVERED, Rejected, Retry


@pytest.mark.parametrize(
    "item",
    [
        Item(200),
        Item(201),
        Item(409, "version_conflict_engine_exception"),  # the same version or a newer one is there
        Item(404),  # a delete of what was not there
    ],
    ids=str,
)
def test_it_is_there(item: Item) -> None:
    assert outcome_of(item) == DELIVERED


@pytest.mark.parametrize(
    "item",
    [
        Item(400, "document_parsing_exception"),
        Item(400, "illegal_argument_exception"),
        Item(400, "invalid_index_name_exception"),
        Item(413, "content_too_long_exception"),  # after bisecting: one document alone
        Item(501, "no_such_thing"),
    ],
    ids=str,
)
def test_it_never_will_be(item: Item) -> None:
    outcome = outcome_of(item)
    assert isinstance(outcome, Rejected)
    assert str(item.error) in outcome.reason


@pytest.mark.parametrize(
    ("item", "secs"),
    [
        (Item(404, "index_not_found_exception"), UNAVAILABLE_SECS),
        (Item(403, "cluster_block_exception"), REFUSED_SECS),  # index.blocks.write
        (Item(403, "security_exception"), REFUSED_SECS),
        (Item(401, "security_exception"), REFUSED_SECS),
        (Item(429, "cluster_block_exception"), FULL_DISK_SECS),  # flood stage
        (Item(429, "es_rejected_execution_exception"), BUSY_SECS),
        (Item(429, "circuit_breaking_exception"), BUSY_SECS),
        (Item(503, "unavailable_shards_exception"), UNAVAILABLE_SECS),
        (Item(500, "null_pointer_exception"), UNAVAILABLE_SECS),
        (Item(502, "ApiError"), UNAVAILABLE_SECS),
        (Item(NO_ANSWER, "ConnectionError"), BUSY_SECS),
        (Item(NO_ANSWER, "ConnectionTimeout"), BUSY_SECS),
    ],
    ids=str,
)
def test_not_now(item: Item, secs: float) -> None:
    outcome = outcome_of(item)
    assert isinstance(outcome, Retry)
    assert outcome.after_secs == secs
    assert str(item.error) in outcome.reason


def test_only_409_is_a_conflict() -> None:
    assert [status for status in range(600) if conflicts(Item(status, "x"))] == [409]
