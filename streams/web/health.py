"""Whether the process lives, whether the work gets done, and its metrics."""

from aiohttp import web

from streams import metrics
from streams.web.answers import json_answer
from streams.web.routes import Route
from streams.web.services import services


async def live(_: web.Request) -> web.Response:
    """The process is alive: it answers."""
    return json_answer({"alive": True})


async def ready(request: web.Request) -> web.Response:
    """200 when every agent gets on, 503 before the start and when one does not; the body says how each is doing."""
    report = services(request).health.report()
    return json_answer(report, status=200 if report.ready else 503)


async def measured(_: web.Request) -> web.Response:
    """All metrics in Prometheus' text format."""
    return web.Response(body=metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})


ROUTES = (
    Route("GET", "/health/live", live, query=None),
    Route("GET", "/health/ready", ready, query=None),
    Route("GET", "/metrics", measured, query=None),
)
