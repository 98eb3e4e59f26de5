"""Mentions and alerts as they come, as server-sent events, and how complete the sources are."""

import contextlib

from aiohttp import web

from streams.codec import encode
from streams.errors import UnavailableError
from streams.web.answers import json_answer
from streams.web.live import Client, Event
from streams.web.routes import Route
from streams.web.services import read_view, services

MAX_CLIENTS = 100
HEARTBEAT_SECS = 15.0
RECONNECT_MS = 2_000


async def coverage(request: web.Request) -> web.Response:
    """Per ingestor: what it last said of its completeness."""
    return json_answer({"coverage": read_view(request).coverage})


async def stream(request: web.Request) -> web.StreamResponse:
    """Events `mention`, `alert` and `gone`; a client that comes back is sent what it missed, as far as remembered."""
    live = services(request).view.live
    if live.clients >= MAX_CLIENTS:
        raise UnavailableError(f"{MAX_CLIENTS} listen already")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    with live.listen(request.headers.get("Last-Event-ID")) as client:
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            await response.write(f"retry: {RECONNECT_MS}\n\n".encode())
            await _send(client, response)
    return response


async def _send(client: Client, response: web.StreamResponse) -> None:
    while (events := await client.take(HEARTBEAT_SECS)) is not None:
        await response.write(b"".join(map(_frame, events)) or b": still here\n\n")


def _frame(event: Event) -> bytes:
    head = f"id: {event.id}\nevent: {event.kind}\ndata: ".encode()
    return head + encode(event.record) + b"\n\n"


ROUTES = (
    Route("GET", "/api/coverage", coverage),
    Route("GET", "/api/stream", stream),
)
