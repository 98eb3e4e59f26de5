"""What the kept past says about subscriptions before they are saved: they match too much, or a part of them nothing."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from streams import flow, history
from streams.components import Matcher
from streams.errors import UsageError
from streams.log.base import Log
from streams.mention import Mention
from streams.post import Post
from streams.subscription import Subscription

LOOKED_AT: Final = 50_000
"""Posts; a second or two of work for a usual subscription."""

LEAST: Final = 1_000
"""Of fewer posts nothing is concluded."""

TOO_MANY: Final = 1 / 50
LOOKS: Final = 200
"""Posts of a part in which it is looked for on its own; by then it is known to stand inside other words only."""


async def warnings(
    log: Log, subscriptions: Sequence[Subscription], new_matcher: Callable[[], Matcher]
) -> dict[str, list[str]]:
    """Sentences about each subscription, by id, from the newest kept posts. Raises UsageError, UnavailableError."""
    looks = [_Look(one, new_matcher) for one in subscriptions]
    async for posts in history.newest(log, LOOKED_AT):
        for look in looks:
            await asyncio.to_thread(look.at, posts)
    return {look.subscription.id: list(look.sentences()) for look in looks}


class _Look:
    """At one subscription: how often it matches, and how often each of its parts does, alone."""

    def __init__(self, subscription: Subscription, new_matcher: Callable[[], Matcher]) -> None:
        self.subscription = subscription
        self._whole, self._parts = new_matcher(), new_matcher()
        self._whole.subscribe(subscription)
        empty = Post(id="empty", source="empty", created_at=datetime(2000, 1, 1, tzinfo=UTC))
        self._matched: Counter[str] = Counter()
        self._on_its_own: set[str] = set()
        self._wanted: list[str] = []
        self._total = self._hits = 0
        for part in self._whole.presences(subscription, empty):
            try:
                self._parts.subscribe(replace(subscription, id=part, query=part))
            except UsageError:  # what no query may be, such as one that all posts match, may be part of one
                continue
            self._wanted.append(part)

    def at(self, posts: Sequence[Post]) -> None:
        """Take in some posts."""
        mentions = [Mention.of(post) for post in posts]
        self._total += len(posts)
        self._hits += sum(isinstance(step, Mention) for step in flow.enrich(mentions, [self._whole]))
        for step in flow.enrich(mentions, [self._parts]):
            if isinstance(step, Mention):
                self._learn(step)

    def _learn(self, mention: Mention) -> None:
        found = {match.subscription for match in mention.matches}
        unclear = {part for part in found - self._on_its_own if self._matched[part] < LOOKS}
        self._matched.update(found)
        if unclear:
            presences = self._whole.presences(self.subscription, mention)
            self._on_its_own |= {part for part in unclear if presences[part] == "whole"}

    def sentences(self) -> Iterator[str]:
        """What there is to say."""
        if self._total < LEAST:
            return
        among = f"the newest {self._total:,} posts"
        if self._hits > TOO_MANY * self._total:
            yield f"matched {self._hits:,} of {among}, more than 1 in 50; add a word that must also be there"
        never = [part for part in self._wanted if not self._matched[part]]
        for part in self._wanted:
            if part in never and not any(other in part for other in never if other != part):
                yield f"`{part}` never occurred in {among}; correct it, or leave it out"
            elif part not in never and part not in self._on_its_own:
                yield f"`{part}` occurred only inside other words in {among}; is that meant?"
