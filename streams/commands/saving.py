"""Changing what is kept: straight on the log, or, while another process owns it, by asking that process.

The embedded log has one writer. While `resonanz run` is it, commands that change something go to its HTTP API.
"""

import getpass
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp

from streams.config import Config
from streams.errors import InUseError, UnavailableError, UsageError
from streams.http import session
from streams.log.base import Log
from streams.log.opening import open_log

T = TypeVar("T")


def user() -> str:
    """Who types."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


async def with_log(config: Config, work: Callable[[Log], Awaitable[T]]) -> T:
    """Do something with the configured log, and let go of it."""
    log = open_log(config.log)
    await log.open()
    try:
        return await work(log)
    finally:
        await log.close()


async def on_log_or(
    config: Config, work: Callable[[Log], Awaitable[T]], ask: Callable[[], Awaitable[T]]
) -> T:
    """Write to the log; if another process owns it, ask that one."""
    try:
        return await with_log(config, work)
    except InUseError:
        return await ask()


async def request(config: Config, method: str, path: str, body: object = None) -> Any:
    """The answer of the running process to one request. Raises UsageError on what it refuses."""
    token = config.web.token
    headers = {"X-User": user(), **({"Authorization": f"Bearer {token.reveal()}"} if token else {})}
    url = config.web.url.rstrip("/") + path
    try:
        async with session(headers=headers) as http, http.request(method, url, json=body) as answer:
            said = await answer.json(content_type=None)
            if answer.status >= 400:
                raise UsageError(said.get("error", f"{url} answers {answer.status}"))
            return said
    except (aiohttp.ClientError, ValueError, TimeoutError) as error:
        raise UnavailableError(
            f"the log is in use, and nobody answers at {url}; set [web] url to that of the running process"
        ) from error
