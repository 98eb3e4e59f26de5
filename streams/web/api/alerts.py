"""Alerts: which there are, and what people do about them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from aiohttp import web

from streams.alert import Alert, State
from streams.alerting import episodes
from streams.alerting.masks import shown
from streams.codec import decode
from streams.errors import UsageError
from streams.web.answers import json_answer
from streams.web.asked import body_of, later_of, moment_of, who_of
from streams.web.changes import Unknown
from streams.web.routes import Route
from streams.web.services import changes, read_view, services

MAX_NOTE = 2_000
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The body of a change to an alert; most of it may be left out.

    `until`: a time, or how long (`4h`). `measure`: what was done; `at`: when, or how long ago (`20m`).
    """

    by: str | None = None
    note: str | None = None
    until: str | None = None
    measure: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and what they said."""

    by: str
    now: datetime
    said: Said


async def listed(request: web.Request) -> web.Response:
    """Alerts, the latest changed first."""
    states = request.query.getall("state", [])
    for state in states:
        if state not in STATES:
            raise UsageError(f"state is one of {', '.join(STATES)}; write state=open")
    alerts = [
        shown(alert) for alert in read_view(request).alerts.values() if not states or alert.state in states
    ]
    return json_answer({"alerts": sorted(alerts, key=lambda alert: alert.updated_at, reverse=True)})


async def acknowledge(request: web.Request) -> web.Response:
    """Somebody takes care of it."""
    return await _change(
        request, lambda alert, act: episodes.acknowledge(alert, by=act.by, now=act.now, note=act.said.note)
    )


async def snooze(request: web.Request) -> web.Response:
    """Nobody wants to hear of it until then."""
    clock = services(request).clock

    def change(alert: Alert, act: Act) -> Alert:
        until = later_of(act.said.until, clock)
        return episodes.snooze(alert, until=until, by=act.by, now=act.now, note=act.said.note)

    return await _change(request, change)


async def close(request: web.Request) -> web.Response:
    """It is over."""
    return await _change(
        request, lambda alert, act: episodes.close(alert, by=act.by, now=act.now, note=act.said.note)
    )


async def note(request: web.Request) -> web.Response:
    """Something to remember."""

    def change(alert: Alert, act: Act) -> Alert:
        if not (text := (act.said.note or "").strip()):
            raise UsageError('what is to be noted? write {"note": "…"}')
        return episodes.note(alert, by=act.by, now=act.now, note=text)

    return await _change(request, change)


async def measure(request: web.Request) -> web.Response:
    """What was done about it, and when; what follows is compared with what came before."""
    clock = services(request).clock

    def change(alert: Alert, act: Act) -> Alert:
        if not (text := " ".join((act.said.measure or "").split())):
            raise UsageError('what was done? write {"measure": "statement published"}')
        at = moment_of("at", act.said.at, clock) if act.said.at else act.now
        return episodes.measure(alert, at=at, measure=text, by=act.by, now=act.now)

    return await _change(request, change)


async def _change(request: web.Request, change: Callable[[Alert, Act], Alert]) -> web.Response:
    body = await body_of(request)
    said = decode(Said, body) if body.strip() else Said()
    if max(len(said.note or ""), len(said.measure or "")) > MAX_NOTE:
        raise UsageError(f"a note or a measure has at most {MAX_NOTE} characters")
    act = Act(who_of(request, said.by), services(request).clock(), said)
    try:
        changed = await changes(request).alert(request.match_info["id"], lambda alert: change(alert, act))
        return json_answer(shown(changed))
    except Unknown:
        raise web.HTTPNotFound(text="there is no alert of that id; /api/alerts lists them") from None


ROUTES = (
    Route("GET", "/api/alerts", listed, query=("state",)),
    Route("POST", "/api/alerts/{id}/ack", acknowledge, changes=True),
    Route("POST", "/api/alerts/{id}/snooze", snooze, changes=True),
    Route("POST", "/api/alerts/{id}/close", close, changes=True),
    Route("POST", "/api/alerts/{id}/note", note, changes=True),
    Route("POST", "/api/alerts/{id}/measure", measure, changes=True),
)
