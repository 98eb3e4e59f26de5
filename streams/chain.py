"""The chain of enrichers that a configuration asks for."""

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

from streams import flow, registry
from streams.components import Enricher, Follower, Matcher
from streams.config import Config, Part, build


def build_chain(config: Config) -> list[Enricher]:
    """The enrichers of `[enrich] chain`, in order, with the options of `[enrichers.NAME]`; none is open yet.

    A table may name another component with `type`. Raises ConfigError on an unknown name or option, or a chain
    out of order.
    """
    chain: list[Enricher] = []
    for name in config.enrich.chain:
        part = config.enrichers.get(name, Part(name))
        component = registry.load("enrichers", part.type)
        chain.append(component(build(component.Config, part.options, f"enrichers.{name}")))
    flow.check_chain(chain)
    return chain


@asynccontextmanager
async def opened(chain: Sequence[Enricher]) -> AsyncIterator[Sequence[Enricher]]:
    """The chain with each enricher open; at the end, whatever happens, those that were opened are closed."""
    async with AsyncExitStack() as stack:
        for enricher in chain:
            await enricher.open()
            stack.push_async_callback(enricher.close)
        gc.freeze()  # tables and models stay for good; no collection need walk through them
        yield chain


def followers(chain: Sequence[Enricher]) -> list[Follower]:
    """Those of a chain that want to know the subscriptions."""
    return [cast("Follower", enricher) for enricher in chain if hasattr(enricher, "subscribe")]


def new_matcher() -> Matcher:
    """A matcher without subscriptions, to try queries with."""
    kind = registry.load("enrichers", "match")
    matcher: Matcher = kind(kind.Config())
    return matcher
