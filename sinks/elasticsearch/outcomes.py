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
    reason = f"Elasticsearch: {item.status} {item.error or 'no reason'}"
    match item:
        case Item(status) if 200 <= status < 300:
            return DELIVERED
        case Item(409):  # the same version or a newer one is there
            return DELIVERED
        case Item(404, None):  # a delete of what was not there
            return DELIVERED
        case Item(404, _):  # the index or alias is missing until it is set up again
            return Retry(reason, UNAVAILABLE_SECS)
        case Item(429, "cluster_block_exception"):  # flood stage: the disk is full
            return Retry(reason, FULL_DISK_SECS)
        case Item(429, _):
            return Retry(reason, BUSY_SECS)
        case Item(401 | 403, _):  # a privilege, or a write block
            return Retry(reason, REFUSED_SECS)
        case Item(0, error):
            return Retry(f"Elasticsearch does not answer: {error}", BUSY_SECS)
        case Item(status) if status == 408 or status >= 500:
            return Retry(reason, UNAVAILABLE_SECS)
        case _:
            return Rejected(reason)


def conflicts(item: Item) -> bool:
    """Another writer was faster: read again before deciding."""
    return item.status == 409
