"""What one subscription has heard, post by post in five-minute buckets of when it was said.

A post counts once, however often it arrives; only hashes of ids are kept. The newest `MAX_POSTS` are known one
by one, in chunks of `CHUNK_POSTS` so that little is rewritten; of older ones the bare counts remain, for 28 days.
What cannot be told from a post already forgotten is refused, with the reason: nothing is ever counted twice.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final, Literal, NamedTuple

from streams.hit import Hit

BUCKET_SECS: Final = 300
KEPT_BUCKETS: Final = 28 * 288
MAX_POSTS: Final = 65_536
CHUNK_POSTS: Final = 256
FUTURE_SECS: Final = 3600
"""A post may be dated so far ahead of its arrival: clocks differ."""

Refusal = Literal["known", "future", "too old"]
TONES: Final = {"negative": 2, "neutral": 1, "positive": 1}


def bucket_of(secs: float) -> int:
    """The five minutes this second of 1970 lies in."""
    return int(secs // BUCKET_SECS)


def hash_of(text: str | None, bits: int = 64) -> int:
    """A stable hash; 0 for nothing."""
    return int.from_bytes(blake2b(text.encode(), digest_size=bits // 8).digest(), "big") if text else 0


class Counted(NamedTuple):
    """What is remembered of a post: hashes, when it was said, and how.

    `author`: 64 bits, as `post`; `story`, `venue`, `source`: 32; 0 is unknown. `tone`: 2 negative, 1 other, 0
    unknown. `reach`: followers of the author.
    """

    post: int
    author: int
    story: int
    venue: int
    source: int
    at: int
    live: bool
    tone: int
    reach: int

    @classmethod
    def of(cls, hit: Hit) -> "Counted":
        """The memory of a hit."""
        return cls(
            post=hash_of(hit.post),
            author=hash_of(hit.author),
            story=hash_of(hit.story, 32),
            venue=hash_of(f"{hit.source} {hit.venue}" if hit.venue else hit.source, 32),
            source=hash_of(hit.source, 32),
            at=int(hit.created_at.timestamp()),
            live=hit.mode == "live",
            tone=TONES.get(hit.tone or "", 0),
            reach=hit.followers or 0,
        )

    @property
    def bucket(self) -> int:
        """Where it counts."""
        return bucket_of(self.at)


@dataclass(slots=True)
class Bucket:
    """Five minutes: all mentions, those that came live, and which posts are still known one by one."""

    mentions: int = 0
    live: int = 0
    posts: set[int] = field(default_factory=set)


class Tally(NamedTuple):
    """Live posts of a span of time. `loudest`: posts of the voice with most. `toned`: posts of known tone."""

    mentions: int = 0
    voices: int = 0
    stories: int = 0
    venues: int = 0
    negative: int = 0
    toned: int = 0
    reach: int = 0
    loudest: int = 0

    @property
    def negative_share(self) -> float | None:
        """Of the posts of known tone; None if there are none."""
        return self.negative / self.toned if self.toned else None


class Counts:
    """The memory of one subscription.

    `began`: the bucket from which on the counts are complete. `heard_from`: the second since which each source,
    by its hash, is read live. `touched`: the oldest bucket changed since somebody last set it to None.
    `written`: numbers of the chunks, and `folded` and `horizon` if the chunk number `upto` rose, that changed since
    the last save.
    """

    def __init__(self, *, max_posts: int = MAX_POSTS, chunk_posts: int = CHUNK_POSTS) -> None:
        self._max_posts, self._chunk_posts = max_posts, chunk_posts
        self.buckets: dict[int, Bucket] = {}
        self.chunks: dict[int, dict[int, Counted]] = {}
        self.folded: dict[int, tuple[int, int]] = {}
        self.upto = -1
        self.horizon = 0
        self.began: int | None = None
        self.heard_from: dict[int, int] = {}
        self.touched: int | None = None
        self.changed: set[int] = set()
        self._chunk_of: dict[int, int] = {}

    def __len__(self) -> int:
        """How many posts are known one by one."""
        return len(self._chunk_of)

    def add(self, post: Counted, arrived: int, listening: int | None = None) -> Refusal | None:
        """Count a post that arrived at this second; or why not. `listening`: since when its source is read live."""
        if post.post in self._chunk_of:
            return "known"
        if post.at > arrived + FUTURE_SECS:
            return "future"
        if post.at <= self.horizon or post.bucket <= bucket_of(arrived) - KEPT_BUCKETS:
            return "too old"
        heard = arrived if listening is None else min(listening, arrived)
        if post.live:
            self.heard_from[post.source] = min(self.heard_from.get(post.source, heard), heard)
        first = bucket_of(heard) if post.live else post.bucket
        if self.began is None or first < self.began:
            self.began = first
            self._touch(first)
        self._keep(post)
        return None

    def take_back(self, post: int) -> bool:
        """Uncount a post; whether it was known."""
        number = self._chunk_of.pop(post, None)
        if number is None:
            return False
        counted = self.chunks[number].pop(post)
        self.changed.add(number)
        bucket = self.buckets[counted.bucket]
        bucket.posts.discard(post)
        bucket.mentions -= 1
        bucket.live -= counted.live
        self._touch(counted.bucket)
        return True

    def posts_of(self, author: int) -> list[int]:
        """The known posts of an author."""
        return [p.post for chunk in self.chunks.values() for p in chunk.values() if p.author == author]

    def tally(self, first: int, last: int) -> Tally:
        """The live posts of these buckets, both included."""
        return tally(post for post in self.between(first, last) if post.live)

    def between(self, first: int, last: int) -> Iterable[Counted]:
        """The known posts of these buckets, both included."""
        for number in range(first, last + 1):
            for post in self.buckets[number].posts if number in self.buckets else ():
                yield self.chunks[self._chunk_of[post]][post]

    def mentions(self, bucket: int) -> int:
        """How many posts count there, live or not."""
        return self.buckets[bucket].mentions if bucket in self.buckets else 0

    def live(self, bucket: int) -> int:
        """How many live posts count there."""
        return self.buckets[bucket].live if bucket in self.buckets else 0

    def expire(self, now: int) -> None:
        """Forget what was said before the kept window, seen from this bucket."""
        oldest = now - KEPT_BUCKETS
        for number in [n for n in self.buckets if n < oldest]:
            for post in self.buckets.pop(number).posts:
                chunk = self._chunk_of.pop(post)
                del self.chunks[chunk][post]
                self.changed.add(chunk)
        for number in [n for n, chunk in self.chunks.items() if not chunk and n != max(self.chunks)]:
            del self.chunks[number]
        self.folded = {bucket: counts for bucket, counts in self.folded.items() if bucket >= oldest}

    def restore(self, chunks: dict[int, list[Counted]]) -> None:
        """Take in what was saved, after `folded`, `upto` and `horizon`."""
        for number, (mentions, live) in self.folded.items():
            self.buckets[number] = Bucket(mentions, live)
        for number in sorted(chunks):
            if number > self.upto:
                for post in chunks[number]:
                    if post.post not in self._chunk_of:
                        self._place(post, number)
        self.changed.clear()

    def _keep(self, post: Counted) -> None:
        number = max(self.chunks, default=self.upto + 1)
        if len(self.chunks.get(number, ())) >= self._chunk_posts:
            number += 1
        self._place(post, number)
        self._touch(post.bucket)
        if len(self) > self._max_posts:
            self._fold(min(self.chunks))

    def _place(self, post: Counted, number: int) -> None:
        self.chunks.setdefault(number, {})[post.post] = post
        self._chunk_of[post.post] = number
        bucket = self.buckets.setdefault(post.bucket, Bucket())
        bucket.posts.add(post.post)
        bucket.mentions += 1
        bucket.live += post.live
        self.changed.add(number)

    def _fold(self, number: int) -> None:
        """Keep the bare counts of a chunk's posts."""
        for post in self.chunks.pop(number).values():
            del self._chunk_of[post.post]
            self.buckets[post.bucket].posts.discard(post.post)
            mentions, live = self.folded.get(post.bucket, (0, 0))
            self.folded[post.bucket] = (mentions + 1, live + post.live)
            self.horizon = max(self.horizon, post.at)
        self.upto = number
        self.changed.add(number)

    def _touch(self, bucket: int) -> None:
        self.touched = bucket if self.touched is None else min(self.touched, bucket)


def tally(posts: Iterable[Counted]) -> Tally:
    """Count posts, and who said what, where. A post of an unknown author is a voice of its own, as is a story."""
    voices: Counter[int] = Counter()
    stories: set[int] = set()
    venues: set[int] = set()
    mentions = negative = toned = reach = 0
    for post in posts:
        mentions += 1
        voices[post.author or post.post] += 1
        stories.add(post.story or post.post)
        venues.add(post.venue)
        negative += post.tone == 2
        toned += post.tone > 0
        reach += post.reach
    loudest = max(voices.values(), default=0)
    return Tally(mentions, len(voices), len(stories), len(venues), negative, toned, reach, loudest)


def when(secs: float) -> datetime:
    """That second of 1970, in UTC."""
    return datetime.fromtimestamp(secs, UTC)
