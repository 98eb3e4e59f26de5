"""The driver of the ingestors: reads pages, writes posts, and only then remembers how far it got.

A page's posts are confirmed by the log before its cursor is saved, so a crash at any point repeats a page and
never skips one. What the log cannot take now is repeated in place; what it never takes, and what the source
itself could not make readable, becomes a dead letter. One source in trouble does not touch the others.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, cast

from streams import metrics, topics
from streams.clock import Clock, system_clock
from streams.codec import decode, encode
from streams.components import Echo, Ingestor, Page, Receiver, Refused, Request
from streams.config import Part, build
from streams.coverage import Coverage, CoverageState
from streams.dead_letter import KEPT_BYTES, DeadLetter, Origin
from streams.errors import ResonanzError, UnavailableError
from streams.log.base import Entry, Log
from streams.log.delivery import pause_secs
from streams.logs import logger
from streams.outcome import Rejected, Retry
from streams.post import Json, Post
from streams.registry import load

IDLE_SECS: Final = 1.0
SOURCE_PAUSE: Final = 10
"""A source in trouble is somebody else's server: it is left alone so many times longer than our own log."""
LONGEST_PAUSE_SECS: Final = 300.0
LATE_AFTER: Final = timedelta(minutes=15)

Sleep = Callable[[float], Awaitable[object]]
_log = logger("ingest")


Reply = tuple[int, str]
"""The HTTP answer to a pushed request: status and text."""

NOT_TAKEN: Reply = (503, "not taken; send it again")


def components_of(parts: Mapping[str, Part]) -> dict[str, Ingestor | Receiver]:
    """The configured ingestors by name, not opened. Raises ConfigError."""
    made = {}
    for name, part in parts.items():
        kind = load("ingestors", part.type)
        made[name] = kind(build(kind.Config, part.options, f"ingestors.{name}"))
    return made


class Ingest:
    """Runs ingestors and takes what is pushed to receivers, each under its configured name."""

    def __init__(
        self,
        log: Log,
        components: Mapping[str, Ingestor | Receiver],
        *,
        clock: Clock = system_clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._log = log
        self._clock = clock
        self._sleep = sleep
        self._coverage: dict[str, Coverage] = {}
        self._pages: Counter[str] = Counter()
        self.ingestors = {n: cast("Ingestor", c) for n, c in components.items() if hasattr(c, "pages")}
        self.receivers = {n: cast("Receiver", c) for n, c in components.items() if hasattr(c, "receive")}

    async def run(self) -> None:
        """Read all sources until each has ended for good; with receivers, for ever. Cancel it at any point."""
        async with asyncio.TaskGroup() as group:
            for name, ingestor in self.ingestors.items():
                group.create_task(self._drive(name, ingestor), name=f"ingest {name}")
            for name, receiver in self.receivers.items():
                group.create_task(self._hold(name, receiver), name=f"receive {name}")

    async def accept(self, name: str, receiver: Receiver, request: Request) -> Reply:
        """Answer one pushed request: 2xx only after the log has confirmed its posts, 503 if it has not."""
        match receiver.receive(request):
            case Refused(status, reason):
                return status, reason
            case Echo(text):
                return 200, text
            case page:
                return await self._take(name, page)

    async def _take(self, name: str, page: Page) -> Reply:
        try:
            left, _ = await self._write_once([*self._entries(name, page), *self._news(name, page)])
        except ResonanzError as error:
            _log.error("pushed posts not taken", ingestor=name, reason=str(error))
            return NOT_TAKEN
        if left:
            return NOT_TAKEN
        self._confirmed(name, page)
        return 200, f"{len(page.posts)} posts taken"

    async def _hold(self, name: str, receiver: Receiver) -> None:
        try:
            await self._until_done(name, receiver.open)
            await asyncio.Event().wait()
        finally:
            await receiver.close()

    async def _drive(self, name: str, ingestor: Ingestor) -> None:
        try:
            await self._until_done(name, lambda: self._read(name, ingestor))
            _log.info("source has ended", ingestor=name)
        finally:
            await ingestor.close()

    async def _until_done(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Repeat the work until it ends without an error, waiting longer after each failure in a row."""
        failures = 0
        while True:
            before = self._pages[name]
            try:
                return await work()
            except Exception as error:  # noqa: BLE001 - whatever a source throws concerns this source alone
                failures = failures + 1 if self._pages[name] == before else 1
                metrics.ingestor_failed(name)
                reason = str(error) if isinstance(error, ResonanzError) else type(error).__name__
                _log.warning("source failed", ingestor=name, reason=reason, failures=failures)
                _log.debug("source failed", ingestor=name, exc_info=error)
                await self._mark_down(name, reason)
            await self._sleep(min(SOURCE_PAUSE * pause_secs(failures), LONGEST_PAUSE_SECS))

    async def _read(self, name: str, ingestor: Ingestor) -> None:
        """Pass after pass over an opened source, from its saved cursor to its end."""
        await ingestor.close()
        cursor = await self._load(name)
        await ingestor.open()
        while True:
            page: Page | None = None
            async with _closing(ingestor.pages(cursor)) as pages:
                async for page in pages:
                    await self._publish(name, page)
                    cursor = page.cursor
                    if page.last:
                        return
                    await self._wait(page.not_before)
            if page is None or page.not_before is None:
                await self._sleep(IDLE_SECS)

    async def _load(self, name: str) -> Json:
        key = name.encode()
        if covered := (await self._log.latest(topics.COVERAGE)).get(key):
            self._coverage[name] = decode(Coverage, covered.value)
        saved = (await self._log.latest(topics.CURSORS)).get(key)
        cursor: Json = json.loads(saved.value) if saved and saved.value else None
        return cursor

    async def _publish(self, name: str, page: Page) -> None:
        """The posts, then the cursor and what is covered: never the other way round."""
        await self._write(self._entries(name, page))
        await self._write(
            [Entry(topics.CURSORS, name.encode(), encode(page.cursor)), *self._news(name, page)]
        )
        self._confirmed(name, page)

    def _entries(self, name: str, page: Page) -> list[Entry]:
        posts = (replace(post, ingestor=name) for post in page.posts)
        letters = (self._letter(name, item.where, item.reason, item.raw) for item in page.unreadable)
        return [*(Entry(topics.POSTS, post.id.encode(), encode(post)) for post in posts), *letters]

    def _news(self, name: str, page: Page) -> list[Entry]:
        """The coverage after this page, if that is worth telling."""
        before, covered = self._coverage.get(name), self._covered(name, page)
        same = before is not None and replace(covered, at=before.at) == before
        return [] if same else [Entry(topics.COVERAGE, name.encode(), encode(covered))]

    def _covered(self, name: str, page: Page) -> Coverage:
        before = self._coverage.get(name)
        until = page.complete_until or (before.complete_until if before else None)
        now = self._clock()
        late = until is not None and now - until > LATE_AFTER
        since = before.live_since if before else None
        if since is None and any(post.mode == "live" for post in page.posts):
            since = now
        state: CoverageState = "late" if late else "ok"
        return Coverage(ingestor=name, complete_until=until, at=now, state=state, live_since=since)

    def _confirmed(self, name: str, page: Page) -> None:
        self._coverage[name] = self._covered(name, page)
        self._pages[name] += 1
        metrics.ingested(name, len(page.posts), len(page.unreadable))

    async def _write(self, entries: Sequence[Entry]) -> None:
        """Write all, repeating in place what the log cannot take now."""
        attempt = 0
        while entries:
            entries, wait_secs = await self._write_once(entries)
            if entries:
                attempt += 1
                metrics.retried("ingest")
                await self._sleep(pause_secs(attempt, wait_secs))

    async def _write_once(self, entries: Sequence[Entry]) -> tuple[Sequence[Entry], float]:
        """Write, bury what is refused for good; what is left, and the seconds to wait before it.

        From the first entry that was not taken on, all are left: so a later state of a post is never overtaken.
        """
        if not entries:
            return [], 0.0
        outcomes = await self._log.append(entries)
        retries = ((at, out.after_secs) for at, out in enumerate(outcomes) if isinstance(out, Retry))
        end, wait_secs = next(retries, (len(entries), 0.0))
        settled = zip(entries[:end], outcomes[:end], strict=True)
        letters = [self._refused(entry, out.reason) for entry, out in settled if isinstance(out, Rejected)]
        unburied, letters_wait_secs = await self._write_once(letters)
        return [*unburied, *entries[end:]], max(wait_secs, letters_wait_secs)

    def _refused(self, entry: Entry, reason: str) -> Entry:
        """The dead letter of a post that the log never takes. Raises UnavailableError for our own records."""
        if entry.topic != topics.POSTS:
            raise UnavailableError(f"the log refuses a record of {entry.topic}: {reason}")
        post = decode(Post, entry.value)
        return self._letter(post.ingestor or "", post.id, reason, entry.value or b"", entry.key)

    def _letter(self, name: str, where: str, reason: str, raw: bytes, key: bytes | None = None) -> Entry:
        """A source's input has no offsets: a number that follows from `where` makes a repeat the same letter."""
        number = int.from_bytes(hashlib.sha256(where.encode(errors="replace")).digest()[:6], "big")
        origin = Origin(topic=f"ingestors/{name}", partition=0, offset=number)
        now = self._clock()
        letter = DeadLetter(
            reason=f"{where}: {reason}",
            stage="ingest",
            attempts=1,
            first_at=now,
            buried_at=now,
            origin=origin,
            key=key,
            value=raw[:KEPT_BYTES],
            size=len(raw),
        )
        return Entry(topics.DEAD_LETTERS, origin.key, encode(letter))

    async def _mark_down(self, name: str, reason: str) -> None:
        """Say that the source is not read at present; if even that cannot be written, the log itself is down."""
        before = self._coverage.get(name)
        bare = before or Coverage(ingestor=name, complete_until=None, at=self._clock())
        down = replace(bare, at=self._clock(), state="down", reason=reason)
        try:
            await self._write_once([Entry(topics.COVERAGE, name.encode(), encode(down))])
        except Exception as error:  # noqa: BLE001 - the log's own health tells of it
            _log.debug("coverage not written", ingestor=name, exc_info=error)

    async def _wait(self, until: datetime | None) -> None:
        if until is not None and (secs := (until - self._clock()).total_seconds()) > 0:
            await self._sleep(secs)


@asynccontextmanager
async def _closing(pages: AsyncIterator[Page]) -> AsyncGenerator[AsyncIterator[Page]]:
    try:
        yield pages
    finally:
        if isinstance(pages, AsyncGenerator):
            await pages.aclose()
