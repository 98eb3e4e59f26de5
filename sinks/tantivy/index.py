"""The mention index as files of this machine: one folder, one process; newest version wins."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, TypeVar

import tantivy

from sinks.tantivy import reading
from sinks.tantivy.store import Change, Store
from sinks.tantivy.versions import author_key
from streams.clock import Clock, system_clock
from streams.codec import MAX_POST_BYTES, encode
from streams.errors import ConfigError
from streams.mention import Mention
from streams.outcome import DELIVERED, Outcome, Rejected
from streams.search import Found, Position, Search, Summary, check_interval, check_size, in_ms

T = TypeVar("T")
SCHEME = "tantivy:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class TantivyConfig:
    """`url`: `tantivy:///data/index` is a folder where the program runs, `tantivy:////srv/index` one of the machine."""

    url: str = "tantivy:///data/index"


class Tantivy:
    """The words in tantivy, the versions in SQLite beside them. A commit takes 0.1 to 0.2 s: batches of 500 to 5000."""

    name: ClassVar[str] = "tantivy"
    Config: ClassVar[type] = TantivyConfig

    def __init__(self, config: TantivyConfig, clock: Clock = system_clock) -> None:
        folder = config.url.removeprefix(SCHEME)
        if not config.url.startswith(SCHEME) or not folder:
            raise ConfigError(
                f'[index] url: "{config.url}" names no folder; write `url = "tantivy:///data/index"`'
            )
        self._clock = clock
        self._store = Store(Path(folder))
        self._writing: ThreadPoolExecutor | None = None
        self._reading: ThreadPoolExecutor | None = None

    async def open(self) -> None:
        """Claim the folder. Raises InUseError or StorageError."""
        self._writing = ThreadPoolExecutor(1, "index-writing")
        self._reading = ThreadPoolExecutor(1, "index-reading")  # a search never waits for a commit
        try:
            await self._run(self._writing, self._store.open)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what is being written and let go of the folder."""
        writing, self._writing = self._writing, None
        reading_, self._reading = self._reading, None
        if reading_ is not None:
            reading_.shutdown()
        if writing is not None:
            await self._run(writing, self._store.close)
            writing.shutdown()

    async def deliver(self, batch: Sequence[Mention]) -> Sequence[Outcome]:
        """Answer each mention; searchable when answered. More than 1 MB of JSON is Rejected. Raises StorageError."""
        return await self._run(self._writing, lambda: self._deliver(batch))

    def _deliver(self, batch: Sequence[Mention]) -> list[Outcome]:
        now = self._clock()
        outcomes: list[Outcome] = [DELIVERED] * len(batch)
        changes: list[tuple[str, Change]] = []
        gone: dict[str, int] = {}
        for at, mention in enumerate(batch):
            edition = mention.edition(now)
            if mention.event == "author_delete" and mention.author:
                key = author_key(mention.author.id)
                gone[key] = max(edition, gone.get(key, 0))
                posts = self._store.posts_of(mention.author.id, edition)
                changes += [(post, Change(there)) for post, there in posts.items()]
            elif mention.event != "upsert":
                changes.append((mention.id, Change(edition)))
            elif len(body := encode(mention)) > MAX_POST_BYTES:
                outcomes[at] = Rejected(f"longer than {MAX_POST_BYTES} bytes")
            else:
                changes.append((mention.id, Change(edition, mention, body)))
        self._write(changes, gone, in_ms(now))
        return outcomes

    def _write(self, changes: Sequence[tuple[str, Change]], gone: dict[str, int], now_ms: int) -> None:
        authors = [author_key(c.mention.author.id) for _, c in changes if c.mention and c.mention.author]
        noted = self._store.gone_authors(list({*authors, *gone}))
        gone = {key: max(edition, noted.get(key, 0)) for key, edition in gone.items()}
        newest: dict[str, Change] = {}
        for post, given in changes:
            change = given._replace(mention=None) if _by_one_of(given, noted | gone) else given
            if post not in newest or change.state > newest[post].state:
                newest[post] = change
        self._store.write(newest, gone, now_ms)

    async def search(self, search: Search, size: int = 20, cursor: str | None = None) -> Found:
        """Mentions, newest first. Raises UsageError or StorageError."""
        check_size(size)
        after = Position.read(cursor) if cursor else None
        return await self._read(lambda index: reading.page(index, search, size, after))

    async def get(self, ids: Sequence[str]) -> Mapping[str, Mention]:
        """What is there of these posts. Raises StorageError."""
        return await self._read(lambda index: reading.named(index, ids))

    async def summarize(self, search: Search, interval_ms: int) -> Summary:
        """Counts over time and by facet, the 1000 most frequent values each. Raises UsageError or StorageError."""
        check_interval(interval_ms)
        return await self._read(lambda index: reading.summary(index, search, interval_ms))

    async def sweep(self, before: datetime) -> int:
        """Forget tombstones older than that; how many. Raises StorageError."""
        return await self._run(self._writing, lambda: self._store.sweep(in_ms(before)))

    async def _read(self, read: Callable[[tantivy.Index], T]) -> T:
        def work() -> T:
            with self._store.failures():
                return read(self._store.index)

        return await self._run(self._reading, work)

    async def _run(self, thread: ThreadPoolExecutor | None, work: Callable[[], T]) -> T:
        # without a thread the index is not open, which the store says itself
        return await asyncio.get_running_loop().run_in_executor(thread, work) if thread else work()


def _by_one_of(change: Change, authors: dict[str, int]) -> bool:
    """Whether it is a post of an author who is gone since."""
    author = change.mention.author if change.mention else None
    return author is not None and authors.get(author_key(author.id), -1) >= change.edition
