"""What is to be told, on its way: each recipient by itself, so that one who is away keeps nobody waiting.

What has been told is noted on `notifications.v1` as soon as the notifier has said so. Nothing else is kept: whatever
is not noted is found due again after a restart.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from streams import metrics
from streams.alerting.masks import masked
from streams.alerting.routing import notifier_of
from streams.alerting.telling import Told
from streams.codec import encode
from streams.components import Sink
from streams.dead_letter import DeadLetter, Origin
from streams.errors import UsageError
from streams.log.base import Entry, Log
from streams.log.delivery import deliver
from streams.logs import logger
from streams.notification import Notification
from streams.outcome import Outcome, Rejected, Retry
from streams.topics import DEAD_LETTERS, NOTIFICATIONS

MOST_ATTEMPTS = 30
"""With the pauses between them some two hours; then it is given up, where one can see it."""

FIRST_PAUSE_SECS = 1.0
LONGEST_PAUSE_SECS = 300.0
AT_ONCE = 20
LONGEST_DELIVERY_SECS = 120.0
CLOSE_SECS = 5.0


class Outbox:
    """Delivers through the notifiers, by name. `told`: what needs no telling any more."""

    def __init__(self, log: Log, notifiers: Mapping[str, Sink[Notification]]) -> None:
        self.told: dict[str, Told] = {}
        self._log, self._notifiers = log, notifiers
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        self._attempts: Counter[str] = Counter()
        self._generation = 0
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._logger = logger("notify")

    def send(self, due: Sequence[Notification]) -> None:
        """Deliver all that is due, except to who is being told at this moment, or was away a moment ago.

        Raises what ended a delivery before that was no outcome: the process cannot go on.
        """
        metrics.waiting(len(due))
        now, by_recipient = asyncio.get_running_loop().time(), defaultdict(list)
        for notification in due:
            by_recipient[notification.recipient].append(notification)
        self._collect(one.id for one in due)
        for recipient, waiting in by_recipient.items():
            if recipient not in self._busy and now >= self._not_before.get(recipient, 0.0):
                # what failed before comes last, so that it keeps nothing else from the same recipient
                waiting.sort(key=lambda one: self._attempts[one.id])
                self._busy[recipient] = asyncio.create_task(self._tell(waiting, self._generation))

    def hold(self) -> None:
        """Begin nothing more of what was to be sent: another worker may do so."""
        self._generation += 1

    async def idle(self) -> None:
        """Until nothing is under way."""
        await asyncio.gather(*self._busy.values())

    async def close(self) -> None:
        """Let who is just being told be told, for a moment; what is not noted then is told again."""
        self.hold()
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=CLOSE_SECS)
        for task in self._busy.values():
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _collect(self, due: Iterable[str]) -> None:
        for recipient, task in list(self._busy.items()):
            if task.done():
                del self._busy[recipient]
                task.result()
        for id in self._attempts.keys() - set(due):
            del self._attempts[id]

    async def _tell(self, waiting: Sequence[Notification], generation: int) -> None:
        for notification in waiting:
            if generation != self._generation:
                return
            async with self._at_once:
                outcome = await self._deliver(notification)
            if not await self._settle(notification, outcome):
                return

    async def _deliver(self, notification: Notification) -> Outcome:
        try:
            name: str = notifier_of(notification.recipient)
        except UsageError as error:
            metrics.notified("none", "rejected")
            return Rejected(str(error))
        if name not in self._notifiers:
            metrics.notified(name, "rejected")
            return Rejected(f'no {name} is configured; write [sinks.{name}] and `type = "{name}"`')
        outcome: Outcome
        try:
            async with asyncio.timeout(LONGEST_DELIVERY_SECS):
                (outcome,) = await self._notifiers[name].deliver([notification])
        except TimeoutError:
            outcome = Retry("the notifier did not come back")
        metrics.notified(name, type(outcome).__name__.lower())
        return outcome

    async def _settle(self, notification: Notification, outcome: Outcome) -> bool:
        """Note what has become of it; False: it is tried again later."""
        id, recipient = notification.id, notification.recipient
        self._attempts[id] += 1
        attempts = self._attempts[id]
        if isinstance(outcome, Retry):
            if attempts < MOST_ATTEMPTS:
                self._pause(recipient, outcome)
                return False
            outcome = Rejected(f"given up after {attempts} attempts: {outcome.reason}")
        self._failures.pop(recipient, None)
        note = Told(state="told", attempts=attempts, revision=notification.alert.revision)
        if isinstance(outcome, Rejected):
            note = replace(note, state="given_up")
        notes = dict.fromkeys(notification.settles or (id,), note)
        if isinstance(outcome, Rejected):
            await self._append([_letter(one, notification, outcome.reason, attempts) for one in notes])
        await self._append([Entry(NOTIFICATIONS, one.encode(), encode(note)) for one in notes])
        self.told.update(notes)
        return True

    def _pause(self, recipient: str, outcome: Retry) -> None:
        self._failures[recipient] += 1
        grown = FIRST_PAUSE_SECS * 2.0 ** min(self._failures[recipient] - 1, 20)
        secs = max(min(grown, LONGEST_PAUSE_SECS), outcome.after_secs)
        self._not_before[recipient] = asyncio.get_running_loop().time() + secs
        self._logger.warning("a recipient is away", to=masked(recipient), reason=outcome.reason, secs=secs)

    async def _append(self, entries: Sequence[Entry]) -> None:
        for fate in await deliver(self._log, entries):
            if isinstance(fate, Rejected):
                raise RuntimeError(f"the log refuses what notify notes: {fate.reason}")


def _letter(id: str, notification: Notification, reason: str, attempts: int) -> Entry:
    """To try it again is to note that it is to be told again; its place in the log is not known yet."""
    value = encode(Told(state="again"))
    now = datetime.now(UTC)
    letter = DeadLetter(
        reason=f"alert {notification.alert.id} to {masked(notification.recipient)}: {reason}",
        stage="notify",
        attempts=attempts,
        first_at=notification.alert.updated_at,
        buried_at=now,
        origin=Origin(topic=NOTIFICATIONS, partition=0, offset=-1),
        key=id.encode(),
        value=value,
        size=len(value),
    )
    return Entry(DEAD_LETTERS, f"{NOTIFICATIONS}/{id}".encode(), encode(letter))
