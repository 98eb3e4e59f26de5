"""What one subscription has heard, post by post in five-minute buckets of when it was said.

A post counts once, however often it arrives; only hashes of ids are kept. The newest `MAX_POSTS` are known one
by one, in chunks of `CHUNK_POSTS` so that little is rewritten; of older ones the bare counts remain, for 28 days.
What cannot be told from a post already forgotten is refused, with the reason: nothing is ever counted twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final, Literal, NamedTuple

from streams.hit import Hit
from streams.post import VenueKind

BUCKET_SECS: Final = 300
HOUR: Final = 3600 // BUCKET_SECS
"""In buckets."""

KEPT_BUCKETS: Final = 28 * 288
MAX_POSTS: Final = 65_536
CHUNK_POSTS: Final = 256
FUTURE_SECS: Final = 3600
"""A post may be dated so far ahead of its arrival: clocks differ."""

Refusal = Literal["known", "future", "too old"]
TONES: Final = {"negative": 2, "neutral": 1, "positive": 1}
NEGATIVE: Final = 2
UNKNOWN_INFLUENCE: Final = -1.0
MAX_TERMS: Final = 12
KINDS: Final[tuple[VenueKind | None, ...]] = (
    None,
    "network",
    "forum",
    "blog",
    "news",
    "portal",
    "group",
    "page",
)
"""Append only: places in it are saved."""


def bucket_of(secs: float) -> int:
    """The five minutes this second of 1970 lies in."""
    return int(secs // BUCKET_SECS)


def hash_of(text: str | None, bits: int = 64) -> int:
    """A stable hash; 0 for nothing."""
    return int.from_bytes(blake2b(text.encode(), digest_size=bits // 8).digest(), "big") if text else 0


def venue_hash(hit: Hit) -> int:
    """The hash of where it was said: the venue, or the source if it names none."""
    return hash_of(f"{hit.source} {hit.venue}" if hit.venue else hit.source, 32)


class Counted(NamedTuple):
    """What is remembered of a post: hashes, when it was said, and how.

    `author`: 64 bits, as `post`; `story`, `venue`, `source`, `ingestor`: 32; 0 is unknown. `tone`: 2 negative, 1
    other, 0 unknown. `reach`: followers of the author. `influence`: 0 to 100, -1 unknown. `kind`: of the venue, its
    place in `KINDS`. `terms`: what it is about, kept for some hours.
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
    influence: float = UNKNOWN_INFLUENCE
    ingestor: int = 0
    kind: int = 0
    terms: tuple[str, ...] = ()

    @classmethod
    def of(cls, hit: Hit) -> "Counted":
        """The memory of a hit."""
        return cls(
            post=hash_of(hit.post),
            author=hash_of(hit.author),
            story=hash_of(hit.story, 32),
            venue=venue_hash(hit),
            source=hash_of(hit.source, 32),
            at=int(hit.created_at.timestamp()),
            live=hit.mode == "live",
            tone=TONES.get(hit.tone or "", 0),
            reach=hit.followers or 0,
            influence=UNKNOWN_INFLUENCE if hit.influence is None else round(hit.influence, 1),
            ingestor=hash_of(hit.ingestor, 32),
            kind=KINDS.index(hit.venue_kind),
            terms=hit.terms[:MAX_TERMS],
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


class Counts:
    """The memory of one subscription.

    `began`: the bucket from which on the counts are complete. `heard_from`: the second since which each source, by
    its hash, is read live. `late`: the oldest bucket changed since somebody last set it to None; `touched`: the
    oldest to which the past was added. `changed`: numbers of the chunks, and `folded` and `horizon` if the chunk
    number `upto` rose, that changed since the last save. `ingestors`: by whom it hears, each with the second of the
    newest post; `kinds`: of venue, heard from.
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
        self.late: int | None = None
        self.changed: set[int] = set()
        self.ingestors: dict[int, int] = {}
        self.kinds: set[int] = set()
        self._chunk_of: dict[int, int] = {}
        self._with_terms: set[int] = set()

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
        if not post.live:
            self._touch(post.bucket)
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
        self._note_late(counted.bucket)
        return True

    def posts_of(self, author: int) -> list[int]:
        """The known posts of an author."""
        return [post.post for post in self.known() if post.author == author]

    def __contains__(self, post: int) -> bool:
        """Whether a post is known by itself."""
        return post in self._chunk_of

    def known(self) -> Iterable[Counted]:
        """The posts known one by one."""
        return (post for chunk in self.chunks.values() for post in chunk.values())

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

    def forget_terms(self, before: int) -> None:
        """Forget what the posts of the buckets before this one are about."""
        for number in [one for one in self._with_terms if one < before]:
            self._with_terms.discard(number)
            for id in self.buckets[number].posts if number in self.buckets else ():
                chunk = self.chunks[self._chunk_of[id]]
                chunk[id] = chunk[id]._replace(terms=())

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
        self._note_late(post.bucket)
        if len(self) > self._max_posts:
            self._fold(min(self.chunks))

    def _place(self, post: Counted, number: int) -> None:
        self.chunks.setdefault(number, {})[post.post] = post
        self._chunk_of[post.post] = number
        place = post.bucket
        bucket = self.buckets.get(place)
        if bucket is None:
            bucket = self.buckets[place] = Bucket()
        bucket.posts.add(post.post)
        bucket.mentions += 1
        bucket.live += post.live
        self.changed.add(number)
        self.kinds.add(post.kind)
        if post.at > self.ingestors.get(post.ingestor, 0):
            self.ingestors[post.ingestor] = post.at
        if post.terms:
            self._with_terms.add(place)

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

    def _note_late(self, bucket: int) -> None:
        self.late = bucket if self.late is None else min(self.late, bucket)

    def _touch(self, bucket: int) -> None:
        self.touched = bucket if self.touched is None else min(self.touched, bucket)


def when(secs: float) -> datetime:
    """That second of 1970, in UTC."""
    return datetime.fromtimestamp(secs, UTC)
