"""What is taken back leaves the alerts as well, told ones and closed ones: words and names go, the figures stay."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from streams.alert import Alert, Prominent, TopStory
from streams.alerting.counts import hash_of
from streams.alerting.facts import Example


@dataclass(frozen=True, slots=True)
class Gone:
    """Posts, by their hashes, and perhaps all of an author, by its id, that must not be shown any more."""

    posts: frozenset[int]
    author: str | None = None

    def has(self, post: str, author: str | None) -> bool:
        """Whether a post, or its author, is gone."""
        return hash_of(post) in self.posts or (self.author is not None and author == self.author)


def kept(examples: Sequence[Example], gone: Gone) -> list[Example]:
    """The examples that may still be shown."""
    return [one for one in examples if not gone.has(one.post, one.author)]


def scrubbed(alert: Alert, gone: Gone) -> Alert:
    """The alert without what is gone; the same object, revision and history if it never showed any of it.

    An actor goes with the author, or with the only post that was counted.
    """
    lost = [one for one in alert.top_stories if gone.has(one.post, one.author_id)]
    posts = tuple(post for post in alert.posts if hash_of(post) not in gone.posts)
    actors = tuple(one for one in alert.actors if not _gone_with(one, gone, lost))
    if not lost and len(posts) == len(alert.posts) and len(actors) == len(alert.actors):
        return alert
    left = {one.name for one in alert.actors} - {one.name for one in actors}
    return replace(
        alert,
        posts=posts,
        actors=actors,
        top_stories=tuple(_nameless(one) if one in lost else one for one in alert.top_stories),
        subject=None if alert.kind == "actor" and alert.subject in left else alert.subject,
    )


def _gone_with(actor: Prominent, gone: Gone, lost: Collection[TopStory]) -> bool:
    return actor.id == gone.author or (
        actor.mentions == 1 and any(story.author_id == actor.id for story in lost)
    )


def _nameless(story: TopStory) -> TopStory:
    return replace(story, quote=None, url=None, author=None, author_id=None)
