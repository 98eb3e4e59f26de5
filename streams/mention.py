"""A mention: a post, and what the enrichers found out about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Literal

from streams.post import Post

Label = Literal["PER", "ORG", "LOC", "PROD", "MISC"]
Tone = Literal["negative", "neutral", "positive", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A subscription that asked for this post. Spans are code points of `text`, half open."""

    subscription: str
    version: int = 0
    spans: tuple[tuple[int, int], ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """BCP 47 code, or `und`; `score` in [0, 1]."""

    code: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is being told: equal `key` is the same text, a similar MinHash `signature` nearly so."""

    key: str
    signature: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A name in the text. Offsets are code points of `text`; `name` is its normal form."""

    text: str
    label: Label
    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The tone toward one matched subscription; `score` in [-1, 1]."""

    subscription: str
    label: Tone
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """The tone of a post; `score` in [-1, 1], `scores` are probabilities that sum to one."""

    label: Tone
    score: float
    scores: Mapping[str, float] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """How far a post carries: 0 to 100, the sum of its parts. `imputed`: parts guessed for want of a count."""

    score: float
    parts: Mapping[str, float] = field(default_factory=dict)
    imputed: tuple[str, ...] = ()
    formula: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Post):
    """A post with what was added; each part is named in `enriched` with the version that made it.

    `failed`: enrichers that gave up on this post, and why. `extra`: parts of enrichers that others installed.
    `reason`: why a retraction was sent, if this is one. `revision`: how often this state of the post was matched
    again, with subscriptions that came later.
    """

    matches: tuple[Match, ...] = ()
    language: Language | None = None
    story: Story | None = None
    entities: tuple[Entity, ...] = ()
    sentiment: Sentiment | None = None
    influence: Influence | None = None
    enriched: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    revision: int = 0

    def edition(self, now: datetime) -> int:
        """What decides in every store which record of a post holds: the version, then the revision; the greater wins.

        A deletion is the last word on its version; a retraction is not, for who subscribes later may want the post.
        """
        version = min(
            max(self.version, 0), int((now + ONE_DAY).timestamp() * 1000)
        )  # no clock may freeze a post
        last = self.event != "upsert" and self.reason is None
        return version * REVISIONS + (REVISIONS - 1 if last else min(self.revision, REVISIONS - 2))

    @classmethod
    def of(cls, post: Post) -> "Mention":
        """The bare mention of a post."""
        return cls(**{name: getattr(post, name) for name in POST_FIELDS})

    def adding(self, enricher: str, version: str, parts: Mapping[str, Any]) -> "Mention":
        """A copy that also carries what an enricher found; unknown part names go to `extra`."""
        known = {name: part for name, part in parts.items() if name in PART_FIELDS}
        if len(known) != len(parts):
            known["extra"] = {**self.extra, **{name: parts[name] for name in parts.keys() - known.keys()}}
        return self._with(enriched={**self.enriched, enricher: version}, **known)

    def lacking(self, enricher: str, reason: str) -> "Mention":
        """A copy that says why an enricher had no answer."""
        return self._with(failed={**self.failed, enricher: reason})

    def _with(self, **parts: Any) -> "Mention":
        """`dataclasses.replace` in a third of its time: what was checked when the post came is not checked again."""
        made = object.__new__(Mention)
        for write, value in zip(_WRITERS, _VALUES(self), strict=True):
            write(made, value)
        for name, part in parts.items():
            object.__setattr__(made, name, part)
        return made


ONE_DAY = timedelta(days=1)
REVISIONS = 1 << 20
"""More than there may be of one version; an edition still fits in 63 bits."""

_FIELDS = tuple(part.name for part in fields(Mention))
_VALUES, _WRITERS = attrgetter(*_FIELDS), [getattr(Mention, name).__set__ for name in _FIELDS]
POST_FIELDS = tuple(part.name for part in fields(Post))
PART_FIELDS = frozenset({"matches", "language", "story", "entities", "sentiment", "influence"})
