"""What is kept of the past: the posts on the log, and before the oldest of them what the index holds.

Read twice: once to learn the last word on every post - edits and deletes come late -, then to hand out those that
still stand. Any process may do so; the embedded index is open in one process only, so elsewhere `index` is None.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, cast

from streams import flow
from streams.clock import Clock, system_clock
from streams.codec import DecodeError, decode_post
from streams.components import Index, Matcher
from streams.log.base import Batch, Log, Record
from streams.mention import Mention
from streams.post import Post
from streams.search import EPOCH, Search
from streams.topics import DAY_MS, POSTS

INDEX_PAGE: Final = 500
SEEN_BITS: Final = 1 << 27
"""16 MiB; with ten million posts one in fourteen is taken for said twice, which costs memory and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far the past has been read, so that it can be read on.

    `cursor`: of the next page of the index; `indexed`: the index has been read. `offsets`: the next one, by partition
    of the log. `read`: records so far.
    """

    cursor: str | None = None
    indexed: bool = False
    offsets: Mapping[int, int] = field(default_factory=dict)
    read: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Posts read together, each the last word on it, and the place to read on after them. `total`: records in all."""

    posts: Sequence[Post]
    place: Place
    total: int


class Past:
    """The past from `since` (None: all that is kept) up to the `ends` of the log. Made by `survey`, and read once."""

    def __init__(self, log: Log, index: Index | None, since: datetime | None) -> None:
        self._log, self._index, self._since = log, index, since
        self._last_words = LastWords()
        self._ends: Mapping[int, int] = {}
        self._oldest: datetime | None = None
        self.total = 0

    @classmethod
    async def survey(
        cls,
        log: Log,
        index: Index | None,
        since: datetime | None,
        *,
        ends: Mapping[int, int] | None = None,
        clock: Clock = system_clock,
    ) -> "Past":
        """Read the log once: how much there is, and the last word on every post. Raises UnavailableError.

        `ends`: read no further than these offsets, by partition; None: as far as the log reaches now.
        """
        past = cls(log, index, since)
        past._ends = await log.ends(POSTS) if ends is None else ends
        first_at: dict[int, int] = {}
        async for batch in _until_caught_up(log):
            for record in batch.records:
                past._learn(record, first_at)
        all_there = first_at.keys() >= past._ends.keys()
        past._oldest = _moment(max(first_at.values())) if all_there and first_at else clock()
        if index is not None and past._before_log:
            past.total += (await index.summarize(past._before_log, 365 * DAY_MS)).total
        return past

    def _learn(self, record: Record, first_at: dict[int, int]) -> None:
        if record.offset < self._ends.get(record.partition, 0):
            first_at.setdefault(record.partition, record.timestamp)
            self.total += 1
        if post := _post(record):
            self._last_words.hear(post)

    @property
    def _before_log(self) -> Search | None:
        """What only the index may know: said before the log's oldest record arrived; None if nothing was asked for."""
        if self._since is not None and self._oldest is not None and self._since >= self._oldest:
            return None
        return Search(since=self._since, until=self._oldest)

    async def pages(self, place: Place | None = None) -> AsyncIterator[Page]:
        """What still stands, from a place on; from the index newest first, then from the log in its order.

        A page may be empty: it tells the progress. Raises UnavailableError.
        """
        at = place or Place()
        if not at.indexed:
            async for page in self._indexed(at):
                yield page
                at = page.place
        async for page in self._kept(at):
            yield page

    async def _indexed(self, at: Place) -> AsyncIterator[Page]:
        while self._index is not None and self._before_log:
            found = await self._index.search(self._before_log, INDEX_PAGE, at.cursor)
            posts = [one for one in found.mentions if self._last_words.take(one, from_index=True)]
            at = Place(cursor=found.cursor, indexed=found.cursor is None, read=at.read + len(found.mentions))
            yield Page(posts=posts, place=at, total=max(self.total, at.read))
            if at.indexed:
                return
        yield Page(posts=(), place=replace(at, indexed=True), total=self.total)

    async def _kept(self, at: Place) -> AsyncIterator[Page]:
        offsets, read = dict(at.offsets), at.read
        async for batch in _until_caught_up(self._log):
            posts = []
            for record in batch.records:
                number = record.partition
                if not offsets.get(number, 0) <= record.offset < self._ends.get(number, 0):
                    continue
                offsets[number], read = record.offset + 1, read + 1
                if (post := _post(record)) and self._asked_for(post) and self._last_words.take(post):
                    posts.append(post)
            place = Place(indexed=True, offsets=dict(offsets), read=read)
            yield Page(posts=posts, place=place, total=max(self.total, read))

    def _asked_for(self, post: Post) -> bool:
        return self._since is None or post.created_at >= self._since


class LastWords:
    """Which record of a post is the last word on it. Exact; remembers only what is said more than once."""

    def __init__(self) -> None:
        self._seen = bytearray(SEEN_BITS // 8)
        self._last: dict[str, tuple[int, bool]] = {}
        self._gone_authors: dict[str, int] = {}

    def hear(self, post: Post) -> None:
        """Learn of a record of the log."""
        if post.event == "author_delete" and post.author:
            author = post.author.id
            self._gone_authors[author] = max(post.version, self._gone_authors.get(author, 0))
            return
        gone = post.event != "upsert"
        if self._note(post.id) or gone:
            rank = (post.version, gone)
            self._last[post.id] = max(rank, self._last.get(post.id, rank))

    def take(self, post: Post, *, from_index: bool = False) -> bool:
        """Whether a record stands; of a post on the log that is said once, and true of one record only."""
        if post.event != "upsert" or self._is_by_one_who_is_gone(post):
            return False
        last = self._last.get(post.id)
        if last is not None and (post.version, False) < last:
            return False
        if last is not None or (from_index and self._may_be_on_log(post.id)):
            self._last[post.id] = (post.version, True)  # its repeats no longer stand
        return True

    def _is_by_one_who_is_gone(self, post: Post) -> bool:
        return post.author is not None and self._gone_authors.get(post.author.id, -1) >= post.version

    def _note(self, id: str) -> bool:
        """Remember that a post was seen; whether it may have been before."""
        before = self._may_be_on_log(id)
        bit = hash(id) % SEEN_BITS
        self._seen[bit >> 3] |= 1 << (bit & 7)
        return before

    def _may_be_on_log(self, id: str) -> bool:
        bit = hash(id) % SEEN_BITS
        return bool(self._seen[bit >> 3] & 1 << (bit & 7))


async def matched(past: Past, matcher: Matcher, place: Place | None = None) -> AsyncIterator[Mention]:
    """The posts of the past that a subscription of the matcher asks for, each once, in its last state, with `matches`.

    What the matcher cannot stand is left out. Raises UnavailableError.
    """
    async for page in past.pages(place):
        for mention in await match(matcher, page.posts):
            yield mention


async def match(matcher: Matcher, posts: Sequence[Post]) -> list[Mention]:
    """Those of some posts that a subscription of the matcher asks for; in a thread, so that nothing waits for it."""
    mentions = [Mention.of(post) for post in posts]
    steps = await asyncio.to_thread(flow.enrich, mentions, [matcher])
    return [step for step in steps if isinstance(step, Mention)]


async def _until_caught_up(log: Log) -> AsyncIterator[Batch]:
    """The posts from the first that is kept; ends when all that was there at the start has been read."""
    async with aclosing(cast("AsyncGenerator[Batch]", log.tail(POSTS, from_start=True))) as batches:
        async for batch in batches:
            yield batch
            if batch.caught_up:
                return


def _post(record: Record) -> Post | None:
    try:
        return decode_post(record.value)
    except DecodeError:
        return None  # it lies in the dead letters


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else EPOCH
