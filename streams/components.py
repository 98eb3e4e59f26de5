"""What a component is: small protocols, and nothing that runs them.

A component returns what it adds or what happened; the driver merges, counts, sleeps, retries, buries and
acknowledges. It is made from its own frozen `Config`, touches nothing outside before `open`, and may be closed
twice. The written specification is `streams/README.md`; `streams.testing.checks` holds it to it.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeVar, runtime_checkable

from streams.explanation import Explanation
from streams.mention import Mention
from streams.outcome import Dropped, Outcome, Rejected, Retry
from streams.post import Json, Post
from streams.search import Found, Search, Summary
from streams.subscription import Subscription

Parts = Mapping[str, Any]
"""What an enricher adds: names among its `assigns`, values the records of `streams.mention` or plain JSON."""

Answer = Parts | Dropped | Retry | Rejected
Presence = Literal["absent", "inside", "whole"]
"""How a post holds a part of a query; `inside`: only as a piece of longer words."""

Record = TypeVar("Record", contravariant=True)


class Component(Protocol):
    """What all kinds share."""

    name: ClassVar[str]
    Config: ClassVar[type]

    async def open(self) -> None:
        """Connect, load, claim. Raises an `errors.ResonanzError` that says what to do."""
        ...

    async def close(self) -> None:
        """Release everything; harmless when not open, and when repeated."""
        ...


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item of a source that could not be read: a counted rejection, not an exception."""

    reason: str
    where: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Posts read together, and the cursor that resumes after the last of them.

    `not_before`: do not ask for the next page earlier. `complete_until`: all that was said up to then has been
    read. `last`: the source has ended for good.
    """

    posts: Sequence[Post]
    cursor: Json
    unreadable: Sequence[Unreadable] = ()
    not_before: datetime | None = None
    complete_until: datetime | None = None
    last: bool = False


class Ingestor(Component, Protocol):
    """Reads posts from one outside source."""

    def pages(self, cursor: Json) -> AsyncIterator[Page]:
        """Yield what lies after `cursor` (None: from the start), oldest first.

        Ends when there is nothing more for now; the driver asks again, no sooner than the last page's
        `not_before`. Progress lives in the cursor alone: never stores, sleeps or produces.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody sent to `/hooks/NAME`. Header names are lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """The request is not for us; answered with this HTTP status. The reason holds no secret."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Echo:
    """A challenge to be answered with this text."""

    text: str


class Receiver(Component, Protocol):
    """A source that comes to us: the same page, made from a request."""

    def receive(self, request: Request) -> Page | Refused | Echo:
        """Verify and read one request. It is answered 2xx only after the broker confirmed the page's posts."""
        ...


class Enricher(Component, Protocol):
    """Adds parts to mentions; never changes them.

    `assigns`: the parts it may add. `requires`: parts that must be there before. `version`: changes whenever
    the same text may get another answer. `optional`: a failure costs the part, not the mention.
    """

    version: str
    assigns: ClassVar[frozenset[str]]
    requires: ClassVar[frozenset[str]]
    optional: ClassVar[bool]

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """Answer each mention in its place; pure; a batch equals one by one."""
        ...


@runtime_checkable
class Trainable(Protocol):
    """An enricher that can learn from labelled posts; for `resonanz train`."""

    def train(
        self, posts: Sequence[Mention], labels: Sequence[str], name: str, say: Callable[[str], None]
    ) -> bytes:
        """A model file that knows posts like these under `name`; open before.

        `say` is told of the progress, and how good the model was and is. Raises UsageError on too few posts.
        """
        ...


@runtime_checkable
class Measurable(Protocol):
    """An enricher that can be measured on the development data; for `resonanz evaluate --data`."""

    def measure(self, folder: Path) -> Iterable[str]:
        """The lines of its table; open before. Raises OSError if the folder lacks its data."""
        ...


class Follower(Protocol):
    """What an enricher also is that wants to know the subscriptions; they come and go while posts flow."""

    def subscribe(self, subscription: Subscription) -> None:
        """Add a subscription, or replace the one of that id. Raises UsageError on a bad query."""
        ...

    def unsubscribe(self, id: str) -> None:
        """Remove a subscription; none of that id is fine."""
        ...


class Matcher(Enricher, Follower, Protocol):
    """The enricher that decides for whom a post is of interest."""

    def check(self, subscription: Subscription) -> Sequence[str]:
        """Warnings about a query that can be meant but probably is not. Raises UsageError on a bad query."""
        ...

    def explain(self, subscription: Subscription, post: Post) -> Explanation:
        """Why a post matches a subscription, or what it lacks. Raises UsageError on a bad query."""
        ...

    def presences(self, subscription: Subscription, post: Post) -> Mapping[str, Presence]:
        """How a post holds each term and branch of the query, by its spelling; no negated ones.

        Raises UsageError on a bad query.
        """
        ...

    def run_examples(self, subscription: Subscription) -> Sequence[str]:
        """The examples of a subscription that fail, each with the reason. Raises UsageError on a bad query."""
        ...


class Sink(Component, Protocol[Record]):
    """Delivers records to one outside destination."""

    async def deliver(self, batch: Sequence[Record]) -> Sequence[Outcome]:
        """Answer each record in its place; a repeat changes nothing."""
        ...


class Index(Sink[Mention], Protocol):
    """A sink of mentions that can be searched. The newest edition wins, also against late deletes."""

    async def search(self, search: Search, size: int = 20, cursor: str | None = None) -> Found:
        """Mentions, newest first. Raises UsageError on a bad cursor or text."""
        ...

    async def get(self, ids: Sequence[str]) -> Mapping[str, Mention]:
        """What is there of these posts, by id; also what was delivered this instant."""
        ...

    async def summarize(self, search: Search, interval_ms: int) -> Summary:
        """Counts over time and by facet."""
        ...

    async def sweep(self, before: datetime) -> int:
        """Forget tombstones older than that; how many."""
        ...
