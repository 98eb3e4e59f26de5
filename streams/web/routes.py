"""A route says itself what it takes, so that a request is checked, and the description too, in one place."""

import difflib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import hdrs, web

from streams.errors import UsageError
from streams.web.services import services


@dataclass(frozen=True, slots=True)
class Route:
    """`query`: the parameters it knows (None: whatever comes). `changes`: asks for the token, if there is one."""

    method: str
    path: str
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    query: tuple[str, ...] | None = ()
    changes: bool = False

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Check the request, and answer it. Raises UsageError, HTTPUnauthorized or what the handler raises."""
        if self.changes:
            _check_token(request)
        if self.query is not None:
            _check_query(request, self.query)
        return await self.handler(request)


def install(app: web.Application, routes: Sequence[Route]) -> None:
    """Serve the routes."""
    for route in routes:
        app.router.add_route(route.method, route.path, route.__call__)


def _check_token(request: web.Request) -> None:
    token = services(request).token
    if token is None:
        return
    expected = f"Bearer {token.reveal()}".encode()
    given = request.headers.get(hdrs.AUTHORIZATION, "").encode(errors="replace")
    if not hmac.compare_digest(expected, given):
        raise web.HTTPUnauthorized(
            text="this needs the header `Authorization: Bearer …` with the token of [web]"
        )


def _check_query(request: web.Request, known: tuple[str, ...]) -> None:
    for name in request.query:
        if name in known:
            continue
        if not known:
            raise UsageError(f"{request.path} takes no parameters")
        near = difflib.get_close_matches(name, known, 1)
        hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known)}"
        raise UsageError(f'there is no parameter "{name:.50}"; {hint}')
