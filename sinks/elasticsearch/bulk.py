"""Bulk requests of ready bytes.

The client's own helpers serialise each document again, at 12 to 17 times the cost, and give up on a busy
server; here the answer to each operation is handed back as it is.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from sinks.elasticsearch.outcomes import NO_ANSWER, Item

MAX_OPERATIONS = 1000
MAX_BYTES = 5_000_000
IN_FLIGHT = 2


class Operation(NamedTuple):
    """One line that says what to do, and the document unless it is a delete."""

    action: bytes
    source: bytes | None = None


def operation(kind: str, source: bytes | None = None, **header: object) -> Operation:
    """An operation of that kind (`index`, `create`, `delete`); `header` without the leading underscores."""
    names = {"index": "_index", "id": "_id"}
    return Operation(
        msgspec.json.encode({kind: {names.get(name, name): value for name, value in header.items()}}), source
    )


async def send(client: AsyncElasticsearch, operations: Sequence[Operation]) -> list[Item]:
    """The answer to each operation, in its place; never raises for what the server or the network did."""
    free = asyncio.Semaphore(IN_FLIGHT)

    async def one(chunk: Sequence[Operation]) -> list[Item]:
        async with free:
            return await _request(client, chunk)

    answers = await asyncio.gather(*[one(chunk) for chunk in _chunks(operations)])
    return [item for answer in answers for item in answer]


async def _request(client: AsyncElasticsearch, chunk: Sequence[Operation]) -> list[Item]:
    lines = [line for operation in chunk for line in operation if line is not None]
    try:
        answer = await client.bulk(
            operations=lines,  # type: ignore[arg-type]  # ready bytes are passed through
            timeout="10s",
            filter_path="items.*.status,items.*.error.type",
        )
    except ApiError as error:
        if error.meta.status in (400, 413) and len(chunk) > 1:
            half = len(chunk) // 2
            return await _request(client, chunk[:half]) + await _request(client, chunk[half:])
        return [item_of(error)] * len(chunk)
    except TransportError as error:
        return [item_of(error)] * len(chunk)
    return [_item(part) for part in answer["items"]]


def item_of(error: ApiError | TransportError) -> Item:
    """A request that failed as a whole, as the answer to each of its parts."""
    if isinstance(error, ApiError):
        return Item(error.meta.status, error_type(error))
    return Item(NO_ANSWER, type(error).__name__)


def error_type(error: ApiError) -> str:
    """The server's name of what went wrong, as in `media_type_header_exception`."""
    body: Any = error.body
    cause = body.get("error") if isinstance(body, dict) else None
    return str(cause.get("type")) if isinstance(cause, dict) else type(error).__name__


def _item(part: dict[str, Any]) -> Item:
    (answer,) = part.values()
    return Item(answer["status"], answer.get("error", {}).get("type"))


def _chunks(operations: Sequence[Operation]) -> Iterator[Sequence[Operation]]:
    begin = size = 0
    for at, operation in enumerate(operations):
        more = len(operation.action) + len(operation.source or b"") + 2
        if at > begin and (at - begin == MAX_OPERATIONS or size + more > MAX_BYTES):
            yield operations[begin:at]
            begin, size = at, 0
        size += more
    if begin < len(operations):
        yield operations[begin:]
