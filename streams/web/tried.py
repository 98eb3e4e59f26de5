"""Puts a query to texts that nobody posted."""

from collections.abc import Sequence
from datetime import datetime

from streams.components import Matcher
from streams.errors import UsageError
from streams.mention import Match, Mention
from streams.outcome import Dropped, Rejected, Retry
from streams.subscription import Subscription


def match_texts(
    matcher: Matcher, subscription: Subscription, texts: Sequence[str], now: datetime
) -> list[Match | None]:
    """How the subscription matches each text, in its place. Raises UsageError on a bad query."""
    matcher.subscribe(subscription)
    batch = [
        Mention(
            id=f"try:{at}",
            source=subscription.sources[0] if subscription.sources else "try",
            language_hint=subscription.languages[0] if subscription.languages else None,
            created_at=now,
            text=text,
        )
        for at, text in enumerate(texts)
    ]
    matches: list[Match | None] = []
    for answer in matcher.enrich(batch):
        match answer:
            case Dropped():
                matches.append(None)
            case Retry(reason) | Rejected(reason):
                raise UsageError(f"a text could not be tried: {reason}")
            case _:
                matches.append(next(iter(answer.get("matches", ())), None))
    return matches
