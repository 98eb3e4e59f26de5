"""Invented records, and a server that has them."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from enrichers.match.enricher import Match as Matcher
from streams.alert import Alert, Covered
from streams.codec import encode
from streams.config import WebConfig
from streams.coverage import Coverage, CoverageState
from streams.health import Health
from streams.log.base import Entry
from streams.mention import Influence, Language, Match, Mention, Sentiment
from streams.post import Author
from streams.subscription import Subscription
from streams.testing.fakes import FakeLog
from streams.testing.index_model import ModelIndex
from streams.topics import MENTIONS
from streams.web.server import Web
from streams.web.services import Services
from streams.web.view import View

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def a_mention(id: str = "mastodon:1", text: str = "Die Bahn ist pünktlich", **given: object) -> Mention:
    at = text.find("Bahn")
    parts: dict[str, object] = {
        "source": "mastodon",
        "created_at": NOW - timedelta(minutes=5),
        "author": Author(id="mastodon:77", handle="erika", name="Erika M."),
        "matches": (Match(subscription="db", spans=((at, at + 4),) if at >= 0 else (), because=("bahn",)),),
        "language": Language(code="de", score=0.99),
        "sentiment": Sentiment(label="positive", score=0.7),
        "influence": Influence(score=41.2, parts={"followers": 41.2}),
    }
    return Mention(id=id, text=text, **{**parts, **given})  # type: ignore[arg-type]


def an_alert(id: str = "db-1", **given: object) -> Alert:
    parts: dict[str, object] = {
        "subscription": "db",
        "name": "Deutsche Bahn",
        "severity": 3,
        "since": NOW - timedelta(hours=2),
        "updated_at": NOW - timedelta(minutes=10),
        "count": 142,
        "expected": 12.4,
        "voices": 97,
        "stories": 4,
        "negative_share": 0.71,
        "unusual_days": 61.3,
        "coverage": (Covered(ingestor="forum", complete_until=NOW), Covered(ingestor="mail")),
    }
    return Alert(id=id, **{**parts, **given})  # type: ignore[arg-type]


def a_subscription(id: str = "db", query: str = "bahn", **given: object) -> Subscription:
    return Subscription(id=id, query=query, **given)  # type: ignore[arg-type]


def coverage_of(ingestor: str, state: CoverageState = "ok") -> Coverage:
    return Coverage(ingestor=ingestor, complete_until=None, at=NOW, state=state)


def an_entry(topic: str, key: str, record: object) -> Entry:
    return Entry(topic, key.encode(), None if record is None else encode(record))


@dataclass
class Served:
    """A server that runs, what is behind it, and a client of it."""

    url: str
    services: Services
    log: FakeLog
    index: ModelIndex
    health: Health
    client: aiohttp.ClientSession

    async def hears(self, *mentions: Mention) -> None:
        """The mentions reach the log and the index."""
        await self.index.deliver(mentions)
        await self.log.append([an_entry(MENTIONS, mention.id, mention) for mention in mentions])

    async def ask(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        """Status and JSON of an answer (None: it has no body)."""
        async with self.client.request(method, path, **given) as answer:
            body = await answer.read()
            return answer.status, json.loads(body) if body else None


@asynccontextmanager
async def serving(entries: Sequence[Entry] = (), **given: object) -> AsyncIterator[Served]:
    """A server on a free port whose log holds the entries; `given` replaces services."""
    log, index, health = FakeLog(), ModelIndex(), Health()
    await log.append(entries)
    parts: dict[str, object] = {
        "log": log,
        "view": View(log),
        "health": health,
        "index": index,
        "new_matcher": lambda: Matcher(Matcher.Config()),
        "new_chain": lambda: [Matcher(Matcher.Config())],
        "clock": lambda: NOW,
    }
    services = Services(**{**parts, **given})  # type: ignore[arg-type]
    server = Web(WebConfig(url="http://127.0.0.1:0"), services)
    await server.start()
    try:
        await services.view.wait_caught_up()
        async with aiohttp.ClientSession(server.url) as client:
            yield Served(server.url, services, log, index, health, client)
    finally:
        await server.stop()
