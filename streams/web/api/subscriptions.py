"""Subscriptions: which there are, changed after their query and examples were tried, and tries alone."""

import re
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from streams import hindsight, subscriptions
from streams.alerting import masks
from streams.codec import decode, decode_subscription, encode
from streams.errors import UsageError
from streams.post import Post
from streams.subscription import Alarm, Subscription
from streams.web.answers import json_answer
from streams.web.asked import body_of, who_of
from streams.web.changes import Unknown
from streams.web.routes import Route
from streams.web.services import changes, read_view, services

MAX_TEXTS = 100
ID = re.compile(r"[\w.-]{1,100}")
NOT_THERE = "there is no subscription of that id; /api/subscriptions lists them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A query, and texts to put to it. `past`: also say what the posts that are kept tell about it."""

    query: str
    texts: tuple[str, ...] = ()
    past: bool = False


async def listed(request: web.Request) -> web.Response:
    """All subscriptions, by id."""
    there = read_view(request).subscriptions
    return json_answer({"subscriptions": [masks.shown(there[name]) for name in sorted(there)]})


async def shown(request: web.Request) -> web.Response:
    """One subscription."""
    subscription = read_view(request).subscriptions.get(request.match_info["id"])
    if subscription is None:
        raise web.HTTPNotFound(text=NOT_THERE)
    return json_answer(masks.shown(subscription))


async def history(request: web.Request) -> web.Response:
    """Who changed a subscription, when and what, oldest first; also of one that was removed."""
    name = request.match_info["id"]
    told = await subscriptions.history(services(request).log, name)
    if not told and name not in read_view(request).subscriptions:
        raise web.HTTPNotFound(text=NOT_THERE)
    return json_answer({"changes": told})


async def put(request: web.Request) -> web.Response:
    """Write a subscription, if its query can be meant and its examples hold."""
    name = request.match_info["id"]
    if not ID.fullmatch(name):
        raise UsageError("an id has 1 to 100 letters, digits, `_`, `.` and `-`")
    there = read_view(request).subscriptions.get(name)
    subscription = _read(name, await body_of(request), there)
    subscriptions.check(subscription, services(request).new_matcher())
    written = await changes(request).subscribe(subscription, who_of(request))
    return json_answer(masks.shown(written), status=200 if there else 201)


async def delete(request: web.Request) -> web.Response:
    """Remove a subscription."""
    try:
        await changes(request).unsubscribe(request.match_info["id"], who_of(request))
    except Unknown:
        raise web.HTTPNotFound(text=NOT_THERE) from None
    return web.Response(status=204)


async def try_query(request: web.Request) -> web.Response:
    """Which of the texts a query matches, where and why, or what they lack; changes nothing."""
    tried = decode(Try, await body_of(request))
    if len(tried.texts) > MAX_TEXTS:
        raise UsageError(f"at most {MAX_TEXTS} texts at once")
    subscription = Subscription(id="try", query=tried.query)
    matcher, now = services(request).new_matcher(), services(request).clock()
    warnings = [*matcher.check(subscription)]
    if tried.past:
        log, new_matcher = services(request).log, services(request).new_matcher
        warnings += (await hindsight.warnings(log, [subscription], new_matcher))[subscription.id]
    posts = [
        Post(id=f"try:{at}", source="try", created_at=now, text=text) for at, text in enumerate(tried.texts)
    ]
    results = [matcher.explain(subscription, post) for post in posts]
    return json_answer({"warnings": warnings, "results": results})


def _read(id: str, body: bytes, kept: Subscription | None) -> Subscription:
    """What the body means, which may be what was shown before, with some changes."""
    given = decode(dict[str, Any], body)
    if given.setdefault("id", id) != id:
        raise UsageError(f'the body names another id; write "id": "{id}", or leave it out')
    meant = decode_subscription(encode(given))
    return replace(meant, alarm=masks.without_masks(meant.alarm, kept.alarm if kept else Alarm()))


ROUTES = (
    Route("GET", "/api/subscriptions", listed),
    Route("POST", "/api/subscriptions/try", try_query),
    Route("GET", "/api/subscriptions/{id}", shown),
    Route("GET", "/api/subscriptions/{id}/history", history),
    Route("PUT", "/api/subscriptions/{id}", put, changes=True),
    Route("DELETE", "/api/subscriptions/{id}", delete, changes=True),
)
