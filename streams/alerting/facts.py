"""What an alert shows: the stories, actors and places of an episode.

Of ordinary posts only hashes are remembered; words and names stand in the examples alone: the `KEPT_EXAMPLES` posts
that carry furthest, of an episode that goes on, or of the last half hour. So an actor or a place is shown if one of
its posts is among them, and ranked by influence (of its furthest post) times mentions: who reaches many, often.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from streams.alert import Prominent, TopStory
from streams.alerting.counts import NEGATIVE, Counted, hash_of, venue_hash
from streams.hit import Hit

KEPT_EXAMPLES: Final = 24
EXAMPLES_OF_ONE: Final = 3
KEPT_SECS: Final = 1800
SHOWN_POSTS: Final = 10
SHOWN_STORIES: Final = 5
SHOWN_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A post that may be shown: when it was said, how far it carries (0 to 100), its id, and who said what where.

    `story`, `voice`, `place`: the hashes by which it is counted.
    """

    at: int
    influence: float
    post: str
    story: int = 0
    voice: int = 0
    place: int = 0
    source: str = ""
    author: str | None = None
    author_name: str | None = None
    venue: str | None = None
    venue_name: str | None = None
    quote: str | None = None
    url: str | None = None

    @classmethod
    def of(cls, hit: Hit) -> "Example":
        """What may be shown of a hit."""
        return cls(
            at=int(hit.created_at.timestamp()),
            influence=hit.influence or 0.0,
            post=hit.post,
            story=hash_of(hit.story, 32),
            voice=hash_of(hit.author),
            place=venue_hash(hit),
            source=hit.source,
            author=hit.author,
            author_name=hit.author_name,
            venue=hit.venue,
            venue_name=hit.venue_name,
            quote=hit.quote,
            url=hit.url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Fields of `Alert` that name posts and people."""

    posts: tuple[str, ...] = ()
    top_stories: tuple[TopStory, ...] = ()
    actors: tuple[Prominent, ...] = ()
    venues: tuple[Prominent, ...] = ()


@dataclass(slots=True)
class _Group:
    """Posts with something in common."""

    mentions: int = 0
    negative: int = 0
    influence: float = 0.0
    voices: set[int] = field(default_factory=set)

    def add(self, post: Counted) -> None:
        self.mentions += 1
        self.negative += post.tone == NEGATIVE
        self.influence = max(self.influence, post.influence)
        self.voices.add(post.author or post.post)


class _Groups(NamedTuple):
    """By story, author and venue."""

    stories: dict[int, _Group]
    voices: dict[int, _Group]
    places: dict[int, _Group]


def ranked(examples: Iterable[Example]) -> list[Example]:
    """The furthest first, the newer of two."""
    return sorted(examples, key=lambda one: (-one.influence, -one.at, one.post))


def facts(examples: Iterable[Example], posts: Iterable[Counted]) -> Facts:
    """What an alert shows of these posts, as far as they are among the examples."""
    shown = ranked(examples)
    groups = _grouped(shown, posts)
    first_of_story: dict[int | str, Example] = {}
    for one in shown:
        first_of_story.setdefault(one.story or one.post, one)
    stories = list(first_of_story.values())
    return Facts(
        posts=tuple(one.post for one in stories[:SHOWN_POSTS]),
        top_stories=tuple(_story(one, groups.stories) for one in stories[:SHOWN_STORIES]),
        actors=_prominent(groups.voices, {one.voice: (one.author, one.author_name) for one in shown}),
        venues=_prominent(
            groups.places, {one.place: (one.venue or one.source, one.venue_name) for one in shown}
        ),
    )


def _grouped(shown: list[Example], posts: Iterable[Counted]) -> _Groups:
    groups = _Groups(
        {one.story or hash_of(one.post): _Group() for one in shown},
        {one.voice: _Group() for one in shown if one.voice},
        {one.place: _Group() for one in shown if one.place},
    )
    for post in posts:
        for group in (
            groups.stories.get(post.story or post.post),
            groups.voices.get(post.author),
            groups.places.get(post.venue),
        ):
            if group is not None:
                group.add(post)
    return groups


def _story(one: Example, groups: dict[int, _Group]) -> TopStory:
    group = groups[one.story or hash_of(one.post)]
    return TopStory(
        post=one.post,
        source=one.source,
        quote=one.quote,
        url=one.url,
        author=one.author_name or one.author,
        author_id=one.author,
        mentions=max(group.mentions, 1),
        voices=max(len(group.voices), 1),
        influence=one.influence,
    )


def _prominent(
    groups: dict[int, _Group], names: dict[int, tuple[str | None, str | None]]
) -> tuple[Prominent, ...]:
    found = [
        Prominent(
            id=id,
            name=name or id,
            mentions=group.mentions,
            negative=group.negative,
            influence=group.influence,
        )
        for key, group in groups.items()
        for id, name in [names[key]]
        if id and group.mentions
    ]
    found.sort(key=lambda one: (-one.influence * one.mentions, -one.mentions, one.id))
    return tuple(found[:SHOWN_NAMES])
