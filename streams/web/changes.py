"""What people change: subscriptions and alerts, appended to their topics one after the other."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from streams.alert import Alert
from streams.clock import Clock
from streams.codec import encode
from streams.errors import UnavailableError, UsageError
from streams.log.base import Entry, Log
from streams.outcome import Delivered, Rejected, Retry
from streams.subscription import Subscription
from streams.topics import ALERTS, SUBSCRIPTIONS
from streams.web.view import View


class Unknown(Exception):  # noqa: N818 - an answer, not a fault
    """There is no record of that id."""


class Changes:
    """Makes the next state of a record from the last one known and returns it once the log has confirmed it."""

    def __init__(self, log: Log, view: View, clock: Clock) -> None:
        self._log = log
        self._view = view
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def subscribe(self, subscription: Subscription, by: str) -> Subscription:
        """Write a subscription as the next version of its id. Raises UnavailableError or UsageError."""
        async with self._one_at_a_time:
            last = self._view.subscriptions.get(subscription.id)
            changed = replace(
                subscription,
                version=last.version + 1 if last else 1,
                changed_at=self._clock(),
                changed_by=by,
            )
            await self._append(SUBSCRIPTIONS, changed.id, encode(changed))
            self._view.subscriptions[changed.id] = changed
            return changed

    async def unsubscribe(self, id: str) -> None:
        """Remove a subscription. Raises Unknown, UnavailableError."""
        async with self._one_at_a_time:
            if id not in self._view.subscriptions:
                raise Unknown
            await self._append(SUBSCRIPTIONS, id, None)
            self._view.subscriptions.pop(id, None)

    async def alert(self, id: str, change: Callable[[Alert], Alert]) -> Alert:
        """Write what `change` makes of an alert. Raises Unknown, UnavailableError, and what `change` raises."""
        async with self._one_at_a_time:
            if (last := self._view.alerts.get(id)) is None:
                raise Unknown
            changed = change(last)
            if changed != last:
                await self._append(ALERTS, id, encode(changed))
                self._view.alerts[id] = changed
            return changed

    async def _append(self, topic: str, key: str, value: bytes | None) -> None:
        outcome = (await self._log.append([Entry(topic, key.encode(), value)]))[0]
        match outcome:
            case Delivered():
                return
            case Retry(reason):
                raise UnavailableError(f"the log did not take it ({reason}); nothing was changed, try again")
            case Rejected(reason):
                raise UsageError(f"the log refused it ({reason})")
