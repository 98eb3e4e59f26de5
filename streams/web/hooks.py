"""Push sources: what somebody sends to `/hooks/NAME` goes to the receiver of that name."""

from aiohttp import web

from streams.components import Request
from streams.web.answers import error_answer
from streams.web.routes import Route
from streams.web.services import services


async def hooked(request: web.Request) -> web.Response:
    """Answer with what `accept` says; 2xx only once the log has confirmed the posts."""
    there, name = services(request), request.match_info["name"]
    receiver = there.receivers.get(name)
    if receiver is None or there.accept is None:
        raise web.HTTPNotFound(text="there is no push source of that name")
    received = Request(
        method=request.method,
        headers={header.lower(): value for header, value in request.headers.items()},
        query=dict(request.query),
        body=await request.read(),
    )
    status, text = await there.accept(name, receiver, received)
    return error_answer(status, text) if status >= 400 else web.Response(status=status, text=text)


ROUTES = (
    Route("GET", "/hooks/{name}", hooked, query=None),
    Route("POST", "/hooks/{name}", hooked, query=None),
)
