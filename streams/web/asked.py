"""Reads what was asked: filters, times, durations, sizes, and who asks."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from aiohttp import web
from multidict import MultiMapping

from streams.clock import Clock
from streams.errors import UsageError
from streams.search import FACETS, Search

T = TypeVar("T", bound=str)

FILTERS = ("q", "since", "until", *FACETS, "author")
MAX_SIZE = 200
MAX_TEXT = 1_000
MAX_BODY_BYTES = 256 * 1024
MAX_WHO = 100
PAST = "14d"
"""How far back is looked if nobody says: as long as posts are kept."""

UNITS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def search_of(query: MultiMapping[str], clock: Clock) -> Search:
    """The search that these filters mean; a facet may be given several times. Raises UsageError."""
    text = query.get("q", "").strip() or None
    if text is not None and len(text) > MAX_TEXT:
        raise UsageError(f"q is longer than {MAX_TEXT} characters; shorten it")
    since, until = (
        moment_of(name, query[name], clock) if name in query else None for name in ("since", "until")
    )
    if since is not None and until is not None and since >= until:
        raise UsageError("until is not after since; swap them")
    return Search(
        text=text,
        since=since,
        until=until,
        equal={facet: tuple(query.getall(facet)) for facet in FACETS if facet in query},
        author=query.get("author"),
    )


def moment_of(name: str, text: str, clock: Clock) -> datetime:
    """A time as ISO 8601 with its zone, or so long ago (`24h`). Raises UsageError."""
    if (length := _duration(text)) is not None:
        return clock() - length
    try:
        moment = datetime.fromisoformat(
            text.replace(" ", "+")
        )  # a `+` that was not escaped arrives as a space
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise UsageError(
            f"{name} is a time with its zone or so long ago; write {name}=2026-11-01T10:00:00Z or {name}=24h"
        )
    return moment.astimezone(UTC)


def past_of(text: str, clock: Clock) -> datetime | None:
    """How far back something of the past is wanted; None is `all` that is kept. Raises UsageError."""
    return None if text == "all" else moment_of("since", text, clock)


def interval_of(text: str) -> int:
    """A bucket's length in ms from `5m`, `1h`, `1d`. Raises UsageError."""
    if (length := _duration(text)) is None:
        raise UsageError("interval is a number and a unit; write interval=5m, interval=1h or interval=1d")
    return int(length.total_seconds() * 1000)


def later_of(text: str | None, clock: Clock) -> datetime:
    """A moment to come, as ISO 8601 with its zone or as a length from now (`4h`). Raises UsageError."""
    if text is None:
        raise UsageError('until when? write {"until": "4h"} or {"until": "2026-11-01T10:00:00Z"}')
    now = clock()
    length = _duration(text)
    moment = now + length if length is not None else moment_of("until", text, clock)
    if moment <= now:
        raise UsageError("until has passed already; write a time to come")
    return moment


def size_of(text: str) -> int:
    """How many at once. Raises UsageError."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MAX_SIZE:
        raise UsageError(f"size is a number from 1 to {MAX_SIZE}; write size=20")
    return int(text)


def one_of(choices: Sequence[T], name: str, text: str, example: str) -> T:
    """The choice that a parameter names. Raises UsageError."""
    for choice in choices:
        if choice == text:
            return choice
    raise UsageError(f"{name} is one of {', '.join(choices)}; write {name}={example}")


def who_of(request: web.Request, body_by: str | None = None) -> str:
    """Who says to be asking, in the body or the header `X-User`; nobody checks it. Raises UsageError."""
    who = (body_by or request.headers.get("X-User") or "").strip() or "anonymous"
    if len(who) > MAX_WHO or not who.isprintable():
        raise UsageError(f"a name has at most {MAX_WHO} printable characters")
    return who


def _duration(text: str) -> timedelta | None:
    parts = re.fullmatch(r"([1-9][0-9]{0,4})([smhdw])", text)
    return timedelta(seconds=int(parts[1]) * UNITS[parts[2]]) if parts else None


async def body_of(request: web.Request) -> bytes:
    """The body of a change, which is small. Raises HTTPRequestEntityTooLarge."""
    body = await request.read()
    if len(body) > MAX_BODY_BYTES:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY_BYTES, len(body))
    return body
