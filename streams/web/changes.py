"""What people change: subscriptions and alerts, written to their topics one after the other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from streams import backfill, subscriptions
from streams.alert import Alert
from streams.backfill import Backfill, BackfillRequest
from streams.clock import Clock
from streams.codec import encode
from streams.errors import UnavailableError, UsageError
from streams.log.base import Entry, Log
from streams.log.delivery import deliver
from streams.outcome import Rejected
from streams.subscription import Subscription
from streams.topics import ALERTS
from streams.web.view import View

PATIENCE_SECS = 10.0
"""So long somebody waits for the log to confirm a change."""


class Unknown(Exception):  # noqa: N818 - an answer, not a fault
    """There is no record of that id."""


class Changes:
    """Each change starts from what the one before it left, and is answered once the log has confirmed it.

    All raise UnavailableError if it did not confirm in time.
    """

    def __init__(self, log: Log, view: View, clock: Clock) -> None:
        self._log = log
        self._view = view
        self._clock = clock
        self._lock = asyncio.Lock()

    async def subscribe(self, subscription: Subscription, by: str) -> Subscription:
        """Save a subscription as the next version of its id, unless nothing differs; as it is kept now."""
        async with self._one_at_a_time():
            saved = await subscriptions.save(self._log, [subscription], by=by, clock=self._clock)
            kept = saved[0] if saved else (await subscriptions.stored(self._log))[subscription.id]
            self._view.subscriptions[kept.id] = kept
            return kept

    async def unsubscribe(self, id: str, by: str) -> None:
        """Remove a subscription. Raises Unknown."""
        async with self._one_at_a_time():
            if id not in self._view.subscriptions:
                raise Unknown
            await subscriptions.remove(self._log, id, by=by, clock=self._clock)
            self._view.subscriptions.pop(id, None)

    async def backfill(self, id: str, since: datetime | None, by: str) -> Backfill:
        """Ask for a subscription to be run over the past. Raises Unknown."""
        async with self._one_at_a_time():
            if (known := self._view.subscriptions.get(id)) is None:
                raise Unknown
            request = BackfillRequest(
                subscription=id, version=known.version, since=since, at=self._clock(), by=by
            )
            await backfill.ask(self._log, request)
            return Backfill(request=request, at=request.at)

    async def alert(self, id: str, change: Callable[[Alert], Alert]) -> Alert:
        """Write what `change` makes of an alert. Raises Unknown, and what `change` raises."""
        async with self._one_at_a_time():
            if (last := self._view.alerts.get(id)) is None:
                raise Unknown
            changed = change(last)
            for outcome in await deliver(self._log, [Entry(ALERTS, id.encode(), encode(changed))]):
                if isinstance(outcome, Rejected):
                    raise UsageError(f"the log refused it ({outcome.reason})")
            self._view.alerts[id] = changed
            return changed

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(PATIENCE_SECS), self._lock:
                yield
        except TimeoutError:
            raise UnavailableError("the log did not confirm it in time; try again in a moment") from None
