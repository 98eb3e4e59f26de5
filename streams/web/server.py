"""Listens where `[web] url` says, in the loop that runs already."""

import errno
import os
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from streams.config import WebConfig
from streams.errors import ConfigError, InUseError
from streams.web import assets, health, hooks
from streams.web.answers import add_security_headers, errors_as_json, only_asked_here
from streams.web.api import (
    alerts,
    backfills,
    backtests,
    description,
    mentions,
    rankings,
    stream,
    subscriptions,
)
from streams.web.changes import Changes
from streams.web.routes import Route, install
from streams.web.services import CHANGES, SERVICES, Services

ROUTES = (
    *mentions.ROUTES,
    *rankings.ROUTES,
    *alerts.ROUTES,
    *backtests.ROUTES,
    *subscriptions.ROUTES,
    *backfills.ROUTES,
    *stream.ROUTES,
    *description.ROUTES,
    *hooks.ROUTES,
    *health.ROUTES,
    *assets.ROUTES,
)
MAX_REQUEST_BYTES = 8_000_000
"""As `posts.v1` takes: a push source sends many posts at once."""

GRACE_SECS = 2.0
DEFAULT_PORT = 8700


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int


def address_of(url: str) -> Address:
    """Host and port of `[web] url`. Raises ConfigError."""
    advice = f'[web] url: "{url}" cannot be listened on; write `url = "http://127.0.0.1:{DEFAULT_PORT}"`'
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(advice) from None
    if parts.scheme != "http" or not host or parts.path not in ("", "/") or parts.query or parts.username:
        raise ConfigError(advice)
    return Address(host, DEFAULT_PORT if port is None else port)


def build_app(
    services: Services, host: str = "127.0.0.1", routes: Sequence[Route] = ROUTES
) -> web.Application:
    """The application; `host` is the name it is asked by, which matters where only this machine may ask."""
    app = web.Application(
        middlewares=[errors_as_json, only_asked_here(host)], client_max_size=MAX_REQUEST_BYTES
    )
    app[SERVICES] = services
    app[CHANGES] = Changes(services.log, services.view, services.clock)
    app.on_response_prepare.append(add_security_headers)
    app.on_shutdown.append(_end_streams)
    install(app, routes)
    return app


async def _end_streams(app: web.Application) -> None:
    await app[SERVICES].view.stop()


class Web:
    """The HTTP interface, from `start` to `stop`. Nothing it is asked is logged.

    `whole`: with the page, the API and their view of the log; otherwise health and metrics only, for a process that
    does other work.
    """

    def __init__(self, config: WebConfig, services: Services, *, whole: bool = True) -> None:
        self._url = config.url
        self._address = address_of(config.url)
        self._services = services
        self._routes = ROUTES if whole else health.ROUTES
        self._view = services.view if whole else None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens; with the port it was given, if it asked for any (port 0)."""
        if self._runner is None or not self._runner.addresses:
            return self._url
        host = self._address.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._runner.addresses[0][1]}"

    async def start(self) -> None:
        """Listen. Raises InUseError when somebody else does, ConfigError when that is no address of this machine."""
        if self._view is not None:
            self._view.start()
        app = build_app(self._services, self._address.host, self._routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_SECS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._address.host, self._address.port).start()
        except OSError as error:
            await self.stop()
            if error.errno == errno.EADDRINUSE:
                raise InUseError(f"{self._url} is taken; set [web] url") from None
            reason = os.strerror(error.errno) if error.errno else "no such host"
            raise ConfigError(f"{self._url} cannot be listened on ({reason}); set [web] url") from None

    async def stop(self) -> None:
        """End the streams, finish what is being answered, and let go; harmless when repeated."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        if self._view is not None:
            await self._view.stop()
