"""Backfills: a subscription run over the past, asked for and followed."""

from dataclasses import dataclass

from aiohttp import web

from streams.codec import decode
from streams.web.answers import json_answer
from streams.web.api.subscriptions import NOT_THERE
from streams.web.asked import PAST, body_of, past_of, who_of
from streams.web.changes import Unknown
from streams.web.routes import Route
from streams.web.services import changes, read_view, services


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How far back: so long ago as in `14d`, a time with its zone, or `all` that is kept."""

    since: str = PAST


async def ask(request: web.Request) -> web.Response:
    """Run a subscription over the past; it goes on after the answer."""
    body = await body_of(request)
    asked = decode(Asked, body) if body else Asked()
    since = past_of(asked.since, services(request).clock)
    try:
        backfill = await changes(request).backfill(request.match_info["id"], since, who_of(request))
    except Unknown:
        raise web.HTTPNotFound(text=NOT_THERE) from None
    return json_answer(backfill, status=202)


async def followed(request: web.Request) -> web.Response:
    """How far the last backfill of a subscription has come."""
    backfill = read_view(request).backfills.of(request.match_info["id"])
    if backfill is None:
        raise web.HTTPNotFound(text="nobody asked for a backfill of that subscription; POST here does")
    return json_answer(backfill)


ROUTES = (
    Route("POST", "/api/subscriptions/{id}/backfill", ask, changes=True),
    Route("GET", "/api/subscriptions/{id}/backfill", followed),
)
