"""What goes over the wire: JSON, errors as JSON, and the headers that keep a browser safe."""

import urllib.parse
from collections.abc import Mapping

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from streams.codec import DecodeError, encode
from streams.errors import ResonanzError, UnavailableError, UsageError
from streams.logs import logger

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def json_answer(value: object, status: int = 200) -> web.Response:
    """Records or plain data as JSON."""
    return web.Response(body=encode(value), status=status, content_type="application/json", charset="utf-8")


def error_answer(status: int, reason: str) -> web.Response:
    """What went wrong, as every error is told."""
    return json_answer({"error": reason}, status)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One sentence and the right status; what is a bug is logged by its kind alone, for its text may quote a post."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        answer = error_answer(error.status, _sentence(request, error))
        if hdrs.ALLOW in error.headers:
            answer.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        if error.status == web.HTTPUnauthorized.status_code:
            answer.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
        return answer
    except (UsageError, DecodeError) as error:
        return error_answer(400, str(error))
    except UnavailableError as error:
        return error_answer(503, str(error))
    except ResonanzError as error:
        return error_answer(500, str(error))
    except Exception as error:  # noqa: BLE001 - whoever asks is told; the server goes on
        route = request.match_info.route.resource
        logger("web").error("a request failed", route=route and route.canonical, error=type(error).__name__)
        return error_answer(500, f"something is wrong inside ({type(error).__name__}); the log says where")


def _sentence(request: web.Request, error: web.HTTPException) -> str:
    match error:
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return f"{request.path} does not take {request.method}; it takes {allowed}"
        case web.HTTPRequestEntityTooLarge():
            return "the request is too large"
        case web.HTTPNotFound() if error.text == "404: Not Found":
            return f"there is no {request.path}; /api/openapi.json lists what there is"
        case _:
            return error.text or error.reason


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """A signal handler: every answer carries them, streams too."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers[hdrs.SERVER] = "resonanz"


def only_asked_here(host: str) -> Middleware:
    """Refuse what a foreign web page sends through the browser of somebody who may reach us.

    Browsers name the origin of such requests; and where only this machine may ask, a name that merely resolves
    to it (DNS rebinding) is refused too.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = urllib.parse.urlsplit(f"//{request.host}").hostname
        if host in LOOPBACK and asked not in LOOPBACK:
            raise web.HTTPForbidden(text=f"ask for {host}, not for another name of this machine")
        origin = request.headers.get(hdrs.ORIGIN)
        if (
            origin is not None
            and request.method not in (hdrs.METH_GET, hdrs.METH_HEAD)
            and not request.path.startswith("/hooks/")
            and urllib.parse.urlsplit(origin).netloc != request.host
        ):
            raise web.HTTPForbidden(text="a page of another origin may not change anything here")
        return await handler(request)

    return middleware
