"""Actors and places: who says most, and where."""

from aiohttp import web

from streams.components import Index
from streams.ranking import MEASURES, Kind, Ranking
from streams.search import MAX_SIZE, Search
from streams.web.answers import json_answer
from streams.web.asked import FILTERS, one_of, search_of, size_of
from streams.web.routes import Route
from streams.web.services import index_of, services

MOST_MENTIONS = 20_000
"""So many of the newest are ranked in one request; the answer says whether that was all."""


async def actors(request: web.Request) -> web.Response:
    """The authors of the mentions that were asked for, ranked."""
    return await _rank(request, "actors")


async def places(request: web.Request) -> web.Response:
    """The venues of the mentions that were asked for, ranked."""
    return await _rank(request, "places")


async def _rank(request: web.Request, of: Kind) -> web.Response:
    asked = request.query
    by = one_of(MEASURES, "by", asked.get("by", "influence"), "influence")
    size = size_of(asked.get("size", "20"))
    search = search_of(asked, services(request).clock)
    named = search.equal.get("subscription", ())
    ranking = Ranking(of, named[0] if len(named) == 1 else None)
    ranked, complete = await _add_up(index_of(request), search, ranking)
    return json_answer({of: ranking.top(by, size), "mentions": ranked, "complete": complete})


async def _add_up(index: Index, search: Search, ranking: Ranking) -> tuple[int, bool]:
    """How many mentions were counted, and whether that is all there are."""
    counted, cursor = 0, None
    while counted < MOST_MENTIONS:
        found = await index.search(search, MAX_SIZE, cursor)
        for mention in found.mentions:
            ranking.add(mention)
        counted += len(found.mentions)
        if (cursor := found.cursor) is None:
            return counted, True
    return counted, False


ROUTES = (
    Route("GET", "/api/actors", actors, query=(*FILTERS, "by", "size")),
    Route("GET", "/api/places", places, query=(*FILTERS, "by", "size")),
)
