"""Mentions: found, and counted over time."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from aiohttp import web

from streams.components import Index
from streams.search import FACETS, Facet, Search, Summary
from streams.web.answers import json_answer
from streams.web.asked import FILTERS, interval_of, one_of, search_of, size_of
from streams.web.routes import Route
from streams.web.services import index_of, services

MAX_SERIES = 12
"""Facet values counted over time each on their own: one query to the index a value."""


async def find(request: web.Request) -> web.Response:
    """Mentions, newest first, and the cursor of the next page."""
    asked = request.query
    search = search_of(asked, services(request).clock)
    found = await index_of(request).search(search, size_of(asked.get("size", "20")), asked.get("cursor"))
    return json_answer({"mentions": found.mentions, "cursor": found.cursor})


async def summarize(request: web.Request) -> web.Response:
    """How many, over time and by facet; with `by`, over time for each value of that facet too."""
    asked = request.query
    search = search_of(asked, services(request).clock)
    interval_ms = interval_of(asked.get("interval", "1h"))
    index = index_of(request)
    summary = await index.summarize(search, interval_ms)
    answer = {
        "total": summary.total,
        "interval_ms": interval_ms,
        "histogram": _over_time(summary),
        "facets": summary.facets,
    }
    if (by := asked.get("by")) is not None:
        facet = one_of(FACETS, "by", by, "sentiment")
        answer["series"] = await _series(index, search, interval_ms, facet, summary)
    return json_answer(answer)


async def _series(
    index: Index, search: Search, interval_ms: int, facet: Facet, summary: Summary
) -> Mapping[str, object]:
    counts = summary.facets.get(facet, {})
    values = sorted(counts, key=lambda value: -counts[value])[:MAX_SERIES]
    asked = search.equal.get(facet)
    values = [value for value in values if asked is None or value in asked]
    parts = await asyncio.gather(
        *(
            index.summarize(replace(search, equal={**search.equal, facet: (value,)}), interval_ms)
            for value in values
        )
    )
    return {value: _over_time(part) for value, part in zip(values, parts, strict=True)}


def _over_time(summary: Summary) -> list[Mapping[str, object]]:
    return [
        {"at": datetime.fromtimestamp(at / 1000, UTC), "count": count}
        for at, count in sorted(summary.histogram.items())
    ]


ROUTES = (
    Route("GET", "/api/mentions", find, query=(*FILTERS, "size", "cursor")),
    Route("GET", "/api/mentions/summary", summarize, query=(*FILTERS, "interval", "by")),
)
