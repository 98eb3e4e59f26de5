"""A subscription made ready for the stream."""

from collections.abc import Iterator

from enrichers.match.evaluation import asks_for_words, holds
from enrichers.match.query import parse
from enrichers.match.scan import Scanned
from enrichers.match.syntax import And, Field, Query, children
from enrichers.match.triggers import Atom, Clause, clauses
from enrichers.match.word_family import shortest
from streams.post import Post
from streams.subscription import Subscription

SCANNED_FIELDS = frozenset({"author", "venue", "place", "url", "site"})


class Compiled:
    """A subscription with its query, the atoms that call it up, and what else must be in the post.

    `query` takes the place of the subscription's own. `alive` is taken away when the subscription is removed or
    replaced; `number` counts those that came.
    """

    __slots__ = (
        "alive",
        "conditional",
        "conditions",
        "fields",
        "id",
        "needs",
        "number",
        "query",
        "subscription",
        "trigger",
    )

    def __init__(self, subscription: Subscription, query: Query | None = None) -> None:
        self.subscription = subscription
        self.id = subscription.id
        self.query: Query = query or parse(subscription.query)
        rarest_first = clauses(self.query)
        self.trigger: tuple[Atom, ...] = rarest_first[0].atoms if rarest_first else ()
        self.needs = tuple(_patterns(clause) for clause in rarest_first[1:])
        parts = self.query.parts if isinstance(self.query, And) else (self.query,)
        self.conditions = tuple(part for part in parts if not asks_for_words(part))
        self.conditional = bool(self.conditions or subscription.languages or subscription.sources)
        self.fields = frozenset(_fields(self.query)) & SCANNED_FIELDS
        self.alive = True
        self.number = 0

    def admits(self, post: Post) -> bool:
        """Whether a post fulfils what has to hold whatever its words are."""
        if not self.conditional:
            return True
        for condition in self.conditions:
            if not holds(condition, post):
                return False
        return restriction(self.subscription, post) is None

    def may_match(self, scanned: Scanned, number: int) -> bool:
        """Whether the scan of a post holds all that must be there."""
        part = scanned.part(number, names=bool(self.fields)) if self.needs else b""
        for patterns in self.needs:
            for pattern in patterns:
                if pattern in part:
                    break
            else:
                return False
        return True


def restriction(subscription: Subscription, post: Post) -> str | None:
    """Why a subscription does not look at a post at all; a language nobody told passes."""
    if subscription.sources and post.source not in subscription.sources:
        return f"source is {post.source}, not {' or '.join(subscription.sources)}"
    if not subscription.languages:
        return None
    language = (post.language_hint or "").lower().partition("-")[0]
    if language and language not in subscription.languages:
        return f"language is {language}, not {' or '.join(subscription.languages)}"
    return None


def _patterns(clause: Clause) -> tuple[bytes, ...]:
    """What of a clause must be in a post, without what holds another of them."""
    return tuple(map(str.encode, shortest(atom.pattern.decode(errors="replace") for atom in clause.atoms)))


def _fields(query: Query) -> Iterator[str]:
    if isinstance(query, Field):
        yield query.name
    for part in children(query):
        yield from _fields(part)
