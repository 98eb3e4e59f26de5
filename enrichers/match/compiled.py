"""A subscription made ready for the stream."""

from collections.abc import Iterator

from enrichers.match.query import parse
from enrichers.match.syntax import Field, Query, children
from enrichers.match.triggers import Atom, Clause, clauses
from enrichers.match.word_family import shortest
from streams.subscription import Subscription

SCANNED_FIELDS = frozenset({"author", "venue", "place", "url", "site"})


class Compiled:
    """A subscription with its query, the atoms that call it up, and what else must be in the post.

    `query` takes the place of the subscription's own. `alive` is taken away when the subscription is removed or
    replaced; `number` counts those that came.
    """

    __slots__ = ("alive", "fields", "id", "needs", "number", "query", "subscription", "trigger")

    def __init__(self, subscription: Subscription, query: Query | None = None) -> None:
        self.subscription = subscription
        self.id = subscription.id
        self.query: Query = query or parse(subscription.query)
        rarest_first = clauses(self.query)
        self.trigger: tuple[Atom, ...] = rarest_first[0].atoms if rarest_first else ()
        self.needs = tuple(_patterns(clause) for clause in rarest_first[1:])
        self.fields = frozenset(_fields(self.query)) & SCANNED_FIELDS
        self.alive = True
        self.number = 0

    def may_match(self, part: bytes) -> bool:
        """Whether the scan of a post holds all that must be there."""
        for patterns in self.needs:
            for pattern in patterns:
                if pattern in part:
                    break
            else:
                return False
        return True


def _patterns(clause: Clause) -> tuple[bytes, ...]:
    """What of a clause must be in a post, without what holds another of them."""
    return tuple(map(str.encode, shortest(atom.pattern.decode(errors="replace") for atom in clause.atoms)))


def _fields(query: Query) -> Iterator[str]:
    if isinstance(query, Field):
        yield query.name
    for part in children(query):
        yield from _fields(part)
