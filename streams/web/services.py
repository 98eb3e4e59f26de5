"""What the HTTP interface needs from the rest, given from outside."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from streams.clock import Clock, system_clock
from streams.components import Enricher, Index, Matcher, Receiver, Request
from streams.errors import UnavailableError
from streams.health import Health
from streams.log.base import Log
from streams.secret import Secret
from streams.web.changes import Changes
from streams.web.view import View

Accept = Callable[[str, Receiver, Request], Awaitable[tuple[int, str]]]
"""Takes a push source's request in; answers with HTTP status and text once the log has confirmed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`index`: None where there is none. `receivers`: the push sources by their configured name.

    `new_matcher`: an opened matcher without subscriptions, to try queries with. `new_chain`: the enrichers, not opened,
    to run the past through. `token`: asked for by whatever
    changes something.
    """

    log: Log
    view: View
    health: Health
    new_matcher: Callable[[], Matcher]
    new_chain: Callable[[], Sequence[Enricher]] | None = None
    index: Index | None = None
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    accept: Accept | None = None
    token: Secret | None = None
    clock: Clock = system_clock


SERVICES = web.AppKey("services", Services)
CHANGES = web.AppKey("changes", Changes)


def services(request: web.Request) -> Services:
    """The services of the application that serves this request."""
    return request.app[SERVICES]


def index_of(request: web.Request) -> Index:
    """The index. Raises UnavailableError if there is none."""
    index = services(request).index
    if index is None:
        raise UnavailableError("there is no index here; set [index] url to search")
    return index


def read_view(request: web.Request) -> View:
    """The view, once it knows what there is. Raises UnavailableError while it is still reading."""
    view = services(request).view
    if not view.caught_up:
        raise UnavailableError("still reading what there is; ask again in a moment")
    return view


def changes(request: web.Request) -> Changes:
    """Who writes what people change. Raises UnavailableError while it is not known what there is."""
    read_view(request)
    return request.app[CHANGES]
