"""The enricher that decides for whom a post is of interest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from enrichers.match.compiled import Compiled, restriction
from enrichers.match.evaluation import because, prove, spans
from enrichers.match.explaining import explain
from enrichers.match.layers import Layers
from enrichers.match.presence import presences
from enrichers.match.query import parse
from enrichers.match.text import View
from enrichers.match.warnings import warnings
from enrichers.match.word_family import word_family
from streams import mention as parts
from streams.components import Answer, Presence
from streams.explanation import Explanation
from streams.mention import Mention
from streams.outcome import Dropped
from streams.post import Post
from streams.subscription import Subscription

NOBODY = Dropped("matches no subscription")


class Match:
    """Matches posts with subscriptions: assigns `matches`, drops what nobody asked for."""

    @dataclass(frozen=True, slots=True)
    class Config:
        """There is nothing to choose."""

    name: ClassVar[str] = "match"
    assigns: ClassVar[frozenset[str]] = frozenset({"matches"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = False

    def __init__(self, config: Config) -> None:  # noqa: ARG002 - every component is made from its Config
        self.version = "1"
        self._layers = Layers()

    async def open(self) -> None:
        """Read the word families, so that the first post need not wait."""
        word_family()

    async def close(self) -> None:
        """Nothing to release."""

    def subscribe(self, subscription: Subscription) -> None:
        """Add a subscription, or replace the one of that id. Raises UsageError on a bad query."""
        self._layers.add(Compiled(subscription))

    def unsubscribe(self, id: str) -> None:
        """Remove a subscription; none of that id is fine."""
        self._layers.remove(id)

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The subscriptions each post matches, in the order they came; deletes pass."""
        answers: list[Answer] = [NOBODY if post.event == "upsert" else {} for post in batch]
        for number, candidates in self._layers.candidates(batch).items():
            if batch[number].event == "upsert":
                answers[number] = _answer(batch[number], candidates)
        return answers

    def check(self, subscription: Subscription) -> Sequence[str]:
        """Warnings about a query that can be meant but probably is not. Raises UsageError on a bad query."""
        return warnings(parse(subscription.query))

    def explain(self, subscription: Subscription, post: Post) -> Explanation:
        """Why a post matches a subscription, or what it lacks. Raises UsageError on a bad query."""
        query, reason = parse(subscription.query), restriction(subscription, post)
        return Explanation(matched=False, missing=reason) if reason else explain(query, View(post))

    def presences(self, subscription: Subscription, post: Post) -> Mapping[str, Presence]:
        """How a post holds each branch of an OR at the top and each positive term, by its canonical spelling.

        Whatever `languages` and `sources` say. Raises UsageError on a bad query.
        """
        return presences(parse(subscription.query), View(post))

    def run_examples(self, subscription: Subscription) -> Sequence[str]:
        """The examples of a subscription that fail, each with the reason. Raises UsageError on a bad query."""
        failures = []
        for wanted, texts in ((True, subscription.must_match), (False, subscription.must_not_match)):
            for text in texts:
                answer = explain(parse(subscription.query), View(_example(text)))
                if answer.matched != wanted:
                    reason = answer.missing if wanted else "; ".join(answer.because)
                    failures.append(f"{'must' if wanted else 'must not'} match: {text!r}: {reason}")
        return failures


def _answer(post: Mention, candidates: Sequence[Compiled]) -> Answer:
    view = View(post)
    ordered = sorted(candidates, key=lambda compiled: compiled.number)
    found = tuple(match for compiled in ordered if (match := _match(compiled, view)))
    return {"matches": found} if found else NOBODY


def _match(compiled: Compiled, view: View) -> parts.Match | None:
    subscription = compiled.subscription
    proof = prove(compiled.query, view)
    if proof is None:
        return None
    return parts.Match(
        subscription=subscription.id, version=subscription.version, spans=spans(proof), because=because(proof)
    )


def _example(text: str) -> Post:
    return Post(id="example", source="example", created_at=datetime(2000, 1, 1, tzinfo=UTC), text=text)
