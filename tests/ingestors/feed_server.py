"""A real HTTP server that answers as it is told, and remembers what it was asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class FeedServer:
    """`answers`: path → what is said there; `asked`: the requests, oldest first."""

    url: str = ""
    answers: dict[str, web.Response] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)

    def say(self, body: bytes | str, path: str = "/feed", status: int = 200, **headers: str) -> None:
        """Answer so from now on; header names with `_` for `-`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given.setdefault("Content-Type", "application/xml")
        self.answers[path] = (body.encode() if isinstance(body, str) else body, status, given)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        body, status, headers = self.answers[request.path]
        if headers.get("ETag") and request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304)
        return web.Response(body=body, status=status, headers=headers)


@asynccontextmanager
async def feed_server() -> AsyncIterator[FeedServer]:
    """Serve on a free port of this machine."""
    server = FeedServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def rss(*items: str, head: str = "") -> str:
    """An RSS feed of these items."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Lindentaler Bote</title>'
        f"<link>https://bote.example</link><language>de-de</language>{head}{''.join(items)}</channel></rss>"
    )


def item(number: int, text: str = "Die Bahn steht", date: str | None = None, more: str = "") -> str:
    """The n-th item, one an hour."""
    date = date or f"Sun, 01 Nov 2026 {number:02}:00:00 GMT"
    return (
        f"<item><title>Nr {number}</title><link>https://bote.example/{number}</link>"
        f'<guid isPermaLink="false">bote-{number}</guid><pubDate>{date}</pubDate>'
        f"<description>{text}</description>{more}</item>"
    )
