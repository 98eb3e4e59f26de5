"""A hit: the small record of one match that `watch` counts, and the news that a match is taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from streams.mention import Tone
from streams.post import Mode, VenueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One subscription matched one post. Key on the log: the subscription's id.

    `observed_at`: when the ingestor saw the post; tells since when a source is listened to. `terms`: words that say
    what the post is about, folded. `quote`: at most 200 characters around the match, None where the source's terms
    forbid quoting.
    """

    subscription: str
    post: str
    created_at: datetime
    source: str
    observed_at: datetime | None = None
    mode: Mode = "live"
    author: str | None = None
    author_name: str | None = None
    venue: str | None = None
    venue_name: str | None = None
    venue_kind: VenueKind | None = None
    terms: tuple[str, ...] = ()
    quote: str | None = None
    story: str | None = None
    tone: Tone | None = None
    influence: float | None = None
    followers: int | None = None
    url: str | None = None
    ingestor: str | None = None
    type: Literal["hit"] = "hit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """A post, or all posts of an author, no longer count, but for the subscriptions in `keep`.

    Sent to every partition of the hits: nobody remembers which subscriptions an earlier version matched.
    """

    created_at: datetime
    post: str | None = None
    author: str | None = None
    keep: tuple[str, ...] = ()
    type: Literal["retraction"] = "retraction"
