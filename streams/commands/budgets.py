"""Whether alarm budgets are kept, as the log tells: what is expected, what came, and where the threshold lies."""

from collections import Counter
from datetime import datetime, timedelta

from streams import subscriptions
from streams.alerting import memory
from streams.alerting.keeping import kept
from streams.alerting.learning import Learning
from streams.alerting.rarity import KEPT_DAYS
from streams.codec import decode_alert
from streams.log.base import Log
from streams.topics import ALERTS, WATCH_STATE


async def budgets(log: Log, now: datetime) -> list[str]:
    """A line a subscription in force, by id."""
    entries = (await log.latest(WATCH_STATE)).items()
    remembered, _ = memory.by_subscription((key, record.value) for key, record in entries)
    raised = await _raised(log, now - timedelta(days=KEPT_DAYS))
    lines = []
    for id, subscription in sorted((await subscriptions.stored(log)).items()):
        learned = memory.learned(memory.Reader(remembered[id])) if id in remembered else Learning()
        one = kept(subscription.alarm, learned)
        expected = one.expected_a_month * KEPT_DAYS / 30
        lines.append(
            f"{id}\t{one.at_most}\t{raised[id]} alerts in {KEPT_DAYS} days, {expected:.3g} expected\t"
            f"threshold {one.threshold:g}, reached {one.past} times in {one.watched_days:g} days"
        )
    return lines


async def _raised(log: Log, since: datetime) -> Counter[str]:
    """How many alerts began since then, by subscription."""
    alerts = [decode_alert(record.value) for record in (await log.latest(ALERTS)).values()]
    return Counter(alert.subscription for alert in alerts if alert.since >= since)
