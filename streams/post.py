"""A post: what a source said, before anybody thought about it.

Standard library only. The JSON of a post is fixed (see `streams/README.md`): unknown fields are ignored when
it is read, so a newer writer never breaks an older reader.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Kind = Literal["post", "comment", "review", "article", "message"]
Event = Literal["upsert", "delete", "author_delete"]
Mode = Literal["live", "backfill"]
VenueKind = Literal["network", "forum", "blog", "news", "portal", "group", "page"]

MAX_ID_BYTES = 512
"""Elasticsearch refuses a longer `_id`, and with it the whole bulk request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who said it. Counts are what the source told; None is unknown, which is not zero."""

    id: str
    name: str | None = None
    handle: str | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    verified: bool | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """Where it was said. `reach`: readers a month, if known."""

    id: str
    name: str | None = None
    kind: VenueKind | None = None
    url: str | None = None
    reach: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """How others reacted, as counted by the source when it was observed."""

    likes: int | None = None
    replies: int | None = None
    shares: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Stars: `value` of `best`."""

    value: float
    best: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the author was, or what the post is about; degrees in WGS 84."""

    name: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, film or sound that came along."""

    url: str
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One utterance, or the news that it (or its author) is gone.

    Needed: `id` (globally unique, `source:native id`), `source`, `created_at`, and `text` unless `event` says
    that the post is gone. Times are kept in UTC; a naive one is refused. Raises ValueError.
    """

    id: str
    source: str
    created_at: datetime
    text: str = ""
    kind: Kind = "post"
    event: Event = "upsert"
    mode: Mode = "live"
    url: str | None = None
    edited_at: datetime | None = None
    observed_at: datetime | None = None
    title: str | None = None
    language_hint: str | None = None
    author: Author | None = None
    venue: Venue | None = None
    parent_id: str | None = None
    thread_id: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None
    engagement: Engagement | None = None
    rating: Rating | None = None
    place: Place | None = None
    media: tuple[Media, ...] = ()
    ingestor: str | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.id.encode()) <= MAX_ID_BYTES:
            raise ValueError(f"id must have 1 to {MAX_ID_BYTES} bytes, not {len(self.id.encode())}")
        if not self.source:
            raise ValueError("source must not be empty; write the name of the network or site")
        if self.event == "author_delete" and self.author is None:
            raise ValueError("author_delete must name the author")
        if not (_encodes(self.text) and _encodes(self.title or "")):
            raise ValueError("text or title holds a lone surrogate; replace it before sending")
        for name in ("created_at", "edited_at", "observed_at"):
            self._keep_in_utc(name)

    def _keep_in_utc(self, name: str) -> None:
        at: datetime | None = getattr(self, name)
        if at is None or at.tzinfo is UTC:
            return
        if at.utcoffset() is None:
            raise ValueError(f"{name} must carry a time zone, as in 2026-11-01T10:00:00Z")
        object.__setattr__(self, name, at.astimezone(UTC))

    @property
    def version(self) -> int:
        """When this state was seen, in ms since 1970; in every store the newest version wins."""
        return int((self.observed_at or self.edited_at or self.created_at).timestamp() * 1000)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
