"""The OpenAPI document."""

from functools import cache
from importlib import resources

from aiohttp import web

from streams.web.routes import Route


@cache
def document() -> bytes:
    """`openapi.json` as it is written."""
    return resources.files("streams.web.api").joinpath("openapi.json").read_bytes()


async def described(_: web.Request) -> web.Response:
    """The OpenAPI document."""
    return web.Response(body=document(), content_type="application/json")


ROUTES = (Route("GET", "/api/openapi.json", described),)
