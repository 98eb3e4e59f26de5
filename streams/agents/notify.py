"""Agent `notify`: tells the recipients of an alert each of its changes once."""

from collections import Counter
from collections.abc import Mapping, Sequence

from streams import metrics
from streams.alerting.routing import notifier_of
from streams.alerting.telling import Told, due
from streams.codec import DecodeError, decode, decode_alert, encode
from streams.components import Sink
from streams.errors import UsageError
from streams.log.base import Entry, Log, Record
from streams.log.delivery import deliver
from streams.notification import Notification
from streams.outcome import DELIVERED, Fate, Outcome, Rejected, Retry
from streams.topics import ALERTS, NOTIFICATIONS

MOST_ATTEMPTS = 20
"""With the loop's pauses some eight minutes; a recipient that is away longer is given up, visibly."""


class NotifyAgent:
    """Delivers through the notifiers, by name; what has been told is on the log before an alert is acknowledged."""

    name = "notify"
    topic = ALERTS
    batch_records = 100

    def __init__(self, log: Log, notifiers: Mapping[str, Sink[Notification]]) -> None:
        self._log, self._notifiers = log, notifiers
        self._told: dict[str, Told] | None = None
        self._attempts: Counter[str] = Counter()
        self._given_up: dict[
            tuple[str, int], list[str]
        ] = {}  # reasons, while another recipient is waited for

    def forget(self) -> None:
        """Another worker may have told in the meantime."""
        self._told = None

    async def settle(self, records: Sequence[Record]) -> Sequence[Fate]:
        """Tell what each alert calls for, in order; Retry as long as a recipient may still take it."""
        if self._told is None:
            self._told = {
                (key or b"").decode(): decode(Told, record.value)
                for key, record in (await self._log.latest(NOTIFICATIONS)).items()
            }
        return [await self._settle(record, self._told) for record in records]

    async def _settle(self, record: Record, told: dict[str, Told]) -> Fate:
        try:
            alert = decode_alert(record.value)
        except DecodeError as error:
            return Rejected(str(error))
        fates = [await self._tell(notification, told) for notification in due(alert, told)]
        change = (alert.id, alert.revision)
        given_up = self._given_up.pop(change, []) + [f.reason for f in fates if isinstance(f, Rejected)]
        if retry := next((fate for fate in fates if isinstance(fate, Retry)), None):
            self._given_up[change] = given_up
            return retry
        # the reason names the alert, whose other recipients were told
        return Rejected(f"alert {alert.id}: {'; '.join(given_up)}") if given_up else DELIVERED

    async def _tell(self, notification: Notification, told: dict[str, Told]) -> Outcome:
        outcome = await self._deliver(notification)
        self._attempts[notification.id] += 1
        attempts = self._attempts[notification.id]
        if isinstance(outcome, Retry) and attempts >= MOST_ATTEMPTS:
            outcome = Rejected(f"given up after {attempts} attempts: {outcome.reason}")
        metrics.notified(notification.recipient.partition(":")[0], type(outcome).__name__.lower())
        if isinstance(outcome, Retry):
            return outcome
        note = Told(state="told" if outcome == DELIVERED else "given_up", attempts=attempts)
        await deliver(self._log, [Entry(NOTIFICATIONS, notification.id.encode(), encode(note))])
        told[notification.id] = note
        del self._attempts[notification.id]
        return outcome

    async def _deliver(self, notification: Notification) -> Outcome:
        try:
            name = notifier_of(notification.recipient)
        except UsageError as error:
            return Rejected(str(error))
        if name not in self._notifiers:
            return Rejected(f'no {name} is configured; write [sinks.{name}] and `type = "{name}"`')
        (outcome,) = await self._notifiers[name].deliver([notification])
        return outcome
