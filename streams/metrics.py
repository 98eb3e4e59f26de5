"""The only place that names a metric or a label: one function per thing that happens."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

REGISTRY = CollectorRegistry()
CONTENT_TYPE = CONTENT_TYPE_LATEST

_settled = Counter(
    "resonanz_records_settled_total", "Records settled, by fate", ["agent", "fate"], registry=REGISTRY
)
_retries = Counter("resonanz_retries_total", "Batches repeated in place", ["agent"], registry=REGISTRY)
_batch = Histogram(
    "resonanz_batch_seconds", "From taking a batch to acknowledging it", ["agent"], registry=REGISTRY
)
_lag = Gauge("resonanz_lag_records", "Records not acknowledged yet", ["topic"], registry=REGISTRY)
_posts = Counter(
    "resonanz_posts_ingested_total", "Posts confirmed by the log", ["ingestor"], registry=REGISTRY
)
_unreadable = Counter(
    "resonanz_items_unreadable_total", "Items of a source not read", ["ingestor"], registry=REGISTRY
)
_failures = Counter(
    "resonanz_ingestor_failures_total", "Passes that ended in an error", ["ingestor"], registry=REGISTRY
)
_told = Counter(
    "resonanz_notifications_total", "Notifications, by outcome", ["channel", "outcome"], registry=REGISTRY
)
_heard = Counter("resonanz_hits_total", "Hits, by whether they were counted", ["outcome"], registry=REGISTRY)
_forgotten = Counter(
    "resonanz_memory_unreadable_total", "Entries of an agent's memory left out", ["agent"], registry=REGISTRY
)
_waiting = Gauge(
    "resonanz_notifications_waiting", "Notifications due and not delivered yet", registry=REGISTRY
)


def settled(agent: str, fate: str, count: int) -> None:
    """So many records of a batch met that fate."""
    _settled.labels(agent, fate).inc(count)


def retried(agent: str) -> None:
    """A batch, or part of it, is repeated in place."""
    _retries.labels(agent).inc()


def batch_took(agent: str, secs: float) -> None:
    """A batch was acknowledged after so long."""
    _batch.labels(agent).observe(secs)


def lag(topic: str, records: int) -> None:
    """So many records of a topic wait."""
    _lag.labels(topic).set(records)


def ingested(ingestor: str, posts: int, unreadable: int) -> None:
    """A page was confirmed."""
    _posts.labels(ingestor).inc(posts)
    _unreadable.labels(ingestor).inc(unreadable)


def ingestor_failed(ingestor: str) -> None:
    """A pass over a source ended in an error."""
    _failures.labels(ingestor).inc()


def notified(channel: str, outcome: str) -> None:
    """A notification was delivered, put off or given up."""
    _told.labels(channel, outcome).inc()


def heard(outcome: str, times: int) -> None:
    """So many hits were counted, taken back, or refused as known, future, too old or unsubscribed."""
    _heard.labels(outcome).inc(times)


def forgotten(agent: str) -> None:
    """An entry of an agent's memory cannot be read."""
    _forgotten.labels(agent).inc()


def waiting(notifications: int) -> None:
    """So many notifications are due."""
    _waiting.set(notifications)


def render() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
