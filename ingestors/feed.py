"""Posts from a feed: news, blogs, forums, anything that has RSS, Atom or JSON Feed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, ClassVar, Final, cast
from zoneinfo import ZoneInfo

import aiohttp
from yarl import URL

from ingestors.feed_document import Document, Item, read_document
from streams.clock import Clock, system_clock
from streams.components import Page, Unreadable
from streams.errors import ConfigError, UnavailableError
from streams.http import session, wait_secs
from streams.post import MAX_ID_BYTES, Author, Engagement, Json, Kind, Media, Post, Venue, VenueKind

MAX_BODY_BYTES: Final = 10_000_000
REMEMBERED: Final = 2_000
PERMANENT: Final = frozenset({301, 308})
BUSY: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedConfig:
    """Which feed, and what it is.

    `url`: the address of the feed. `interval_secs`: seconds between two looks.
    `kind`: what its items are: post, comment, review, article or message.
    `venue`: what the place is: network, forum, blog, news, portal, group or page.
    `timezone`: of dates that name none, as in `Europe/Berlin`; without it, that of the feed's own date.
    """

    url: str
    interval_secs: float = 300.0
    kind: Kind = "article"
    venue: VenueKind = "news"
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The cursor: the validators of the last answer, where the feed moved to, and the items seen (id → content)."""

    etag: str | None = None
    modified: str | None = None
    url: str | None = None
    seen: Mapping[str, str]


class Feed:
    """Poll one feed and tell its new and changed items, oldest first.

    Output      one page a look. The first look is `backfill`: what was there before does not raise alarms.
    Times       a date without zone is in `timezone`, else in the zone of the feed's own date, else UTC; no date, or
                one in the future, is the time of the look. A changed item has `edited_at`.
    Errors      429 and 503 ask for the wait of Retry-After, or twice the interval; 410 ends the source; other
                answers, a body over 10 MB and what is no feed: UnavailableError. An item without id, title and
                text is Unreadable.
    Deletes     none: an item that leaves the feed says nothing.
    Source      RSS 2.0, RFC 4287 (Atom), JSON Feed 1.1; conditional requests as in RFC 9110.
    """

    name: ClassVar[str] = "feed"
    Config: ClassVar[type] = FeedConfig

    def __init__(self, config: FeedConfig, clock: Clock = system_clock) -> None:
        self._config = config
        self._clock = clock
        self._host = _host_of(config.url)
        self._zone: tzinfo | None = None
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the session. Raises ConfigError on an unknown time zone."""
        if self._config.timezone:
            try:
                self._zone = ZoneInfo(self._config.timezone)
            except (KeyError, ValueError):
                raise ConfigError(
                    f'no time zone "{self._config.timezone}"; write `timezone = "Europe/Berlin"`'
                ) from None
        self._session = self._session or session()

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def pages(self, cursor: Json) -> AsyncIterator[Page]:
        """One look at the feed; see `streams.components.Ingestor`."""
        memory = Memory(**{"seen": {}, **cast("dict[str, Any]", cursor or {})})
        looked_at = self._clock()
        try:
            yield await self._look(memory, cursor, looked_at)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnavailableError(f"{self._host} does not answer: {type(error).__name__}") from error

    async def _look(self, memory: Memory, cursor: Json, looked_at: datetime) -> Page:
        if self._session is None:
            raise RuntimeError("open() comes first")
        asked = {"If-None-Match": memory.etag, "If-Modified-Since": memory.modified}
        headers = {name: value for name, value in asked.items() if value}
        interval = timedelta(seconds=self._config.interval_secs)
        async with self._session.get(memory.url or self._config.url, headers=headers) as answer:
            if answer.status in BUSY:
                secs = wait_secs(answer.headers.get("Retry-After"), now=looked_at)
                wait = timedelta(seconds=secs) if secs else 2 * interval
                return Page(posts=(), cursor=cursor, not_before=looked_at + wait)
            if answer.status == 304:
                return Page(
                    posts=(), cursor=cursor, not_before=looked_at + interval, complete_until=looked_at
                )
            if answer.status == 410:
                return Page(posts=(), cursor=cursor, last=True)
            if answer.status != 200:
                raise UnavailableError(f"{self._host} answers HTTP {answer.status}")
            body = await self._body(answer)
        document = await asyncio.to_thread(read_document, body, answer.charset)
        if document is None:
            raise UnavailableError(f"{self._host}: that is no feed; write the address of the feed itself")
        posts, unreadable, seen = self._news(document, memory.seen, looked_at, first=cursor is None)
        return Page(
            posts=posts,
            unreadable=unreadable,
            cursor=_cursor(answer, memory, seen, intact=document.intact),
            not_before=looked_at + interval,
            complete_until=looked_at if document.intact else None,
        )

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in answer.content.iter_chunked(65_536):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise UnavailableError(
                    f"{self._host}: more than {MAX_BODY_BYTES} bytes; that is no feed we read"
                )
        return bytes(body)

    def _news(
        self, document: Document, seen: Mapping[str, str], looked_at: datetime, *, first: bool
    ) -> tuple[list[Post], list[Unreadable], dict[str, str]]:
        """Posts of new and changed items, oldest first, what could not be read, and the items seen by now."""
        posts: list[Post] = []
        unreadable: list[Unreadable] = []
        now_seen: dict[str, str] = {}
        for number, item in enumerate(document.items, 1):
            key, content = _short(item.id), _short(f"{item.title}\n{item.text}")
            if key in now_seen or seen.get(key) == content:
                now_seen.setdefault(key, content)
                continue
            try:
                posts.append(self._post(document, item, looked_at, edited=key in seen, first=first))
                now_seen[key] = content
            except ValueError as error:
                unreadable.append(Unreadable(str(error), f"{self._host}, item {item.id or number}"))
        kept = [key for key in seen if key not in now_seen][-REMEMBERED:]
        posts.sort(key=lambda post: post.edited_at or post.created_at)
        return posts, unreadable, {**{key: seen[key] for key in kept}, **now_seen}

    def _post(
        self, document: Document, item: Item, looked_at: datetime, *, edited: bool, first: bool
    ) -> Post:
        if not item.id or not (item.title or item.text):
            raise ValueError("an item needs an id or a link, and a title or a text")
        zone = self._zone or document.zone or UTC
        created = _known(item.published or item.updated, zone, looked_at)
        source = f"{self.name}:{self._host}"
        return Post(
            id=_fitting(f"{source}:", item.id),
            source=self.name,
            kind=self._config.kind,
            mode="backfill" if first else "live",
            created_at=created,
            edited_at=max(created, _known(item.updated, zone, looked_at)) if edited else None,
            observed_at=looked_at,
            url=item.url,
            title=item.title or None,
            text=item.text or item.title,
            language_hint=item.language,
            author=Author(id=f"{source}:{item.author}", name=item.author) if item.author else None,
            venue=Venue(id=source, name=document.title, kind=self._config.venue, url=document.url),
            engagement=Engagement(replies=item.replies) if item.replies is not None else None,
            media=tuple(Media(url=url) for url in item.media),
        )


def _host_of(address: str) -> str:
    try:
        url = URL(address)
    except ValueError:
        url = URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError('url is not the address of a feed; write `url = "https://example.org/feed.xml"`')
    return url.host.removeprefix("www.")


def _cursor(answer: aiohttp.ClientResponse, memory: Memory, seen: dict[str, str], *, intact: bool) -> Json:
    """The memory after this answer; validators of a document that was cut off would hide its other half."""
    moved = bool(answer.history) and all(step.status in PERMANENT for step in answer.history)
    cursor = {
        "etag": answer.headers.get("ETag") if intact else None,
        "modified": answer.headers.get("Last-Modified") if intact else None,
        "url": str(answer.url) if moved else memory.url,
        "seen": seen,
    }
    return cast("Json", cursor)


def _known(date: datetime | None, zone: tzinfo, looked_at: datetime) -> datetime:
    """The date in UTC, never after it was seen; what has none was said when it was seen."""
    if date is None:
        return looked_at
    return min(date if date.tzinfo else date.replace(tzinfo=zone), looked_at)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _fitting(prefix: str, native: str) -> str:
    long = f"{prefix}{native}"
    return (
        long
        if len(long.encode()) <= MAX_ID_BYTES
        else f"{prefix}sha256:{hashlib.sha256(native.encode()).hexdigest()}"
    )
