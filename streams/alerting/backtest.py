"""What a subscription would have told of the past, had it been watched: the watch itself, in simulated time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from streams.alert import Alert
from streams.alerting.counts import BUCKET_SECS, bucket_of, when
from streams.alerting.detector import STEPS_A_DAY
from streams.alerting.keeping import Kept, kept
from streams.alerting.watch import Arrived, Watch
from streams.hit import Hit
from streams.subscription import AlarmKind, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert that would have been raised, and told first at `opened_at`; `severity` at its worst."""

    kind: AlarmKind
    subject: str | None
    since: datetime
    opened_at: datetime
    closed_at: datetime | None
    severity: int
    unusual_days: float
    count: int
    expected: float
    voices: int

    @classmethod
    def of(cls, alert: Alert) -> "Raised":
        """An alert as it ended."""
        return cls(
            kind=alert.kind,
            subject=alert.subject,
            since=alert.since,
            opened_at=alert.history[0].at,
            closed_at=alert.closed_at,
            severity=max(change.severity for change in alert.history),
            unusual_days=alert.unusual_days,
            count=alert.count,
            expected=alert.expected,
            voices=alert.voices,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The past from its first mention on: `mentions` in it, the alerts, oldest first, and how the budget is kept now.

    The first `learning_days` only taught: nothing alarms in them. `since`: what was asked for, if nothing is kept.
    """

    subscription: str
    since: datetime
    until: datetime
    mentions: int
    learning_days: float
    budget: Kept
    alerts: tuple[Raised, ...]


def backtest(subscription: Subscription, hits: Iterable[Hit], since: datetime, until: datetime) -> Backtest:
    """Watch the hits of a span as if they came live, five minutes at a time. Raises UsageError if `at_most` is wrong.

    So an alert is told up to five minutes later than it would have been.
    """
    ordered = sorted((_live(hit) for hit in hits), key=lambda hit: hit.created_at)
    watch, alerts = Watch(0), dict[str, Alert]()
    watch.subscribe(replace(subscription, changed_at=None))
    since = ordered[0].created_at if ordered else since
    learned_at = until
    for now, arrived in _steps(ordered, until):
        watch.absorb(arrived)
        alerts |= {alert.id: alert for alert in watch.evaluate(now)}
        if learned_at == until and not watch.learning(subscription.id):
            learned_at = now
    return Backtest(
        subscription=subscription.id,
        since=since,
        until=until,
        mentions=len(ordered),
        learning_days=round((learned_at - since).total_seconds() / (STEPS_A_DAY * BUCKET_SECS), 1),
        budget=kept(subscription.alarm, watch.learned(subscription.id)),
        alerts=tuple(Raised.of(one) for one in sorted(alerts.values(), key=lambda one: one.since)),
    )


def _live(hit: Hit) -> Hit:
    """The hit as it would have come when it was said."""
    return replace(hit, mode="live", observed_at=hit.created_at, quote=None)


def _steps(ordered: Sequence[Hit], until: datetime) -> Iterable[tuple[datetime, list[Arrived]]]:
    """The last second of each five minutes from the first hit on, and what arrived in them."""
    if not ordered:
        return
    at = 0
    for bucket in range(bucket_of(ordered[0].created_at.timestamp()), bucket_of(until.timestamp()) + 1):
        now = min(when((bucket + 1) * BUCKET_SECS - 1), until)
        arrived = []
        while at < len(ordered) and bucket_of(ordered[at].created_at.timestamp()) <= bucket:
            hit = ordered[at]
            arrived.append(Arrived(at, int(hit.created_at.timestamp() * 1000), hit))
            at += 1
        yield now, arrived
