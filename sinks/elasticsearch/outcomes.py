"""What an answer of the bulk API means for a record. Each row was seen on Elasticsearch 9.5.3."""

from typing import NamedTuple

from streams.outcome import DELIVERED, Outcome, Rejected, Retry

NO_ANSWER = 0
FULL_DISK_SECS = 30.0
REFUSED_SECS = 30.0
UNAVAILABLE_SECS = 5.0
BUSY_SECS = 1.0


class Item(NamedTuple):
    """The answer to one operation. `status`: as of HTTP, `NO_ANSWER` if none came. `error`: the server's type."""

    status: int
    error: str | None = None


def outcome_of(item: Item) -> Outcome:
    """What became of an operation that carries an external version.

    A refused credential or a full disk is the operator's to mend, so it is Retry: the dead letters would fill
    with good mentions. The reason never quotes the server, which quotes the post.
    """
    # 409: the same version or a newer one is there; 404 without an error: a delete of what was not there
    if 200 <= item.status < 300 or item.status == 409 or item == (404, None):
        return DELIVERED
    reason = f"Elasticsearch: {item.status or 'no answer'} {item.error or ''}".rstrip()
    secs = _wait_secs(item)
    return Rejected(reason) if secs is None else Retry(reason, secs)


def _wait_secs(item: Item) -> float | None:
    match item:
        case Item(429, "cluster_block_exception"):  # flood stage
            return FULL_DISK_SECS
        case Item(401 | 403, _):  # a privilege, or a write block
            return REFUSED_SECS
        case Item(0 | 429, _):  # `NO_ANSWER`, or more than it can take
            return BUSY_SECS
        case Item(404 | 408, _) | Item(500 | 502 | 503 | 504, _):  # an index or shard is missing for now
            return UNAVAILABLE_SECS
        case _:
            return None


def conflicts(item: Item) -> bool:
    """Another writer was faster: read again before deciding."""
    return item.status == 409
