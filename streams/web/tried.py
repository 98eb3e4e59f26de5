"""Puts a query to texts, so that nobody subscribes to what cannot be meant or matches the wrong posts."""

from collections.abc import Sequence
from datetime import datetime

from streams.components import Matcher
from streams.errors import UsageError
from streams.mention import Match, Mention
from streams.outcome import Dropped, Rejected, Retry
from streams.subscription import Subscription

SHOWN = 80


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


def check_examples(matcher: Matcher, subscription: Subscription, now: datetime) -> None:
    """Refuse a subscription whose own examples do not hold. Raises UsageError."""
    wanted = [(text, True) for text in subscription.must_match]
    wanted += [(text, False) for text in subscription.must_not_match]
    matches = match_texts(matcher, subscription, [text for text, _ in wanted], now)
    wrong = [
        f'{"must_match" if must else "must_not_match"}: "{text:.{SHOWN}}" '
        + ("does not match" if must else f"matches ({', '.join(match.because) if match else ''})")
        for (text, must), match in zip(wanted, matches, strict=True)
        if must is not (match is not None)
    ]
    if wrong:
        raise UsageError("\n".join(wrong))
