"""Backtests: what a subscription would have told of the kept past."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from streams.agents.backtesting import run_backtest
from streams.alerting.rarity import KEPT_DAYS
from streams.codec import decode, decode_subscription, encode
from streams.errors import UnavailableError
from streams.subscription import Subscription
from streams.subscriptions import check
from streams.web.answers import json_answer
from streams.web.api.subscriptions import NOT_THERE
from streams.web.asked import body_of
from streams.web.routes import Route
from streams.web.services import read_view, services

_one_at_a_time = asyncio.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`id`: of a subscription in force; or `subscription`, as it would be saved. `at_most`: another budget."""

    id: str = "backtest"
    subscription: dict[str, Any] = field(default_factory=dict)
    at_most: str | None = None
    days: int = KEPT_DAYS


async def backtested(request: web.Request) -> web.Response:
    """Run a subscription over the kept past; changes nothing, and takes a while."""
    asked, there = decode(Asked, await body_of(request)), services(request)
    if there.new_chain is None:
        raise UnavailableError("there are no enrichers here; ask `resonanz web` or `resonanz run`")
    subscription = _subscription(request, asked)
    check(subscription, there.new_matcher())
    async with _one_at_a_time:
        done = await run_backtest(
            subscription, asked.days, there.log, there.index, there.new_chain(), there.clock
        )
    return json_answer(done)


def _subscription(request: web.Request, asked: Asked) -> Subscription:
    if asked.subscription:
        found: Subscription | None = decode_subscription(encode({"id": asked.id, **asked.subscription}))
    else:
        found = read_view(request).subscriptions.get(asked.id)
    if found is None:
        raise web.HTTPNotFound(text=NOT_THERE)
    return replace(found, alarm=replace(found.alarm, at_most=asked.at_most)) if asked.at_most else found


ROUTES = (Route("POST", "/api/subscriptions/backtest", backtested, changes=True),)
