"""The page: files of this package, served as they are."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from aiohttp import web

from streams.web.routes import Route

TYPES: Mapping[str, str] = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}


@cache
def files() -> Mapping[str, bytes]:
    """The page's files by name."""
    folder = resources.files("streams.web").joinpath("page")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


async def page(_: web.Request) -> web.Response:
    """The page itself."""
    return _answer("index.html")


async def asset(request: web.Request) -> web.Response:
    """One of the files it is made of."""
    return _answer(request.match_info["name"])


def _answer(name: str) -> web.Response:
    there = files()
    if name not in there:
        raise web.HTTPNotFound
    kind = TYPES[name.rpartition(".")[2]]
    answer = web.Response(body=there[name], content_type=kind, charset="utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


ROUTES = (
    Route("GET", "/", page, query=None),
    Route("GET", "/page/{name}", asset, query=None),
)
