"""What every notifier promises, checked against a real server of its kind.

A case serves: it gives a `Far` end that listens, and a notifier made for it. `COMMON` holds for all; `SERVED` for
those who talk to a server that can refuse, fail or stay silent.
"""
# ruff: noqa: S101 - a check is made of assertions

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from streams.alert import Alert, Change
from streams.components import Sink
from streams.notification import Notification
from streams.outcome import DELIVERED, Rejected, Retry
from streams.subscription import Alarm
from streams.testing.contract import Check

Behaviour = Literal["accept", "refuse", "fail", "hang"]
CANARY = "canary7f3a"
"""Stands in every secret and person of a case; it must never be seen in a reason or a log line."""

NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
ALERT = Alert(
    id="db-volume-20261115T1200Z",
    subscription="db",
    name="Deutsche Bahn",
    severity=3,
    since=NOON,
    updated_at=NOON,
    count=203,
    expected=12.0,
    voices=198,
    stories=9,
    negative_share=0.5,
    unusual_days=40.0,
    history=(Change(at=NOON, state="open", severity=3, by=CANARY, note=CANARY),),
    alarm=Alarm(notify=(f"mailto:{CANARY}@example.org",)),
)


class Far(Protocol):
    """The other end. `recipient`: one that it takes; `elsewhere`: one that is another notifier's."""

    notifier: Sink[Notification]
    recipient: str
    elsewhere: str

    def behave(self, *behaviours: Behaviour) -> None:
        """How to answer the next messages, one each; then accept."""
        ...

    def received(self) -> Sequence[str]:
        """What identifies each accepted message, in order."""
        ...

    def logged(self) -> str:
        """Everything written to the log or printed so far."""
        ...


@dataclass(frozen=True)
class NotifierCase:
    """`serve`: opens the far end and the notifier. `make`: a notifier nobody opened."""

    serve: Callable[[], AbstractAsyncContextManager[Far]]
    make: Callable[[], Sink[Notification]]


def to(recipient: str, **changes: Any) -> Notification:
    """A notification of the invented alert."""
    return Notification.of(replace(ALERT, **changes), recipient)


async def answers_each_in_its_place(case: NotifierCase) -> None:
    """A recipient of another notifier is rejected, and spares those beside it."""
    async with case.serve() as far:
        batch = [to(far.recipient), to(far.elsewhere), to(far.recipient, revision=2)]
        first, other, last = await far.notifier.deliver(batch)
        assert (first, last) == (DELIVERED, DELIVERED)
        assert isinstance(other, Rejected)
        assert len(far.received()) == 2


async def a_repeat_can_be_told_by_its_id(case: NotifierCase) -> None:
    """The same notification twice has the same id; another revision has another."""
    async with case.serve() as far:
        for revision in (1, 1, 2):
            await far.notifier.deliver([to(far.recipient, revision=revision)])
        first, again, later = far.received()
        assert first == again != later


async def nothing_to_do_is_fine(case: NotifierCase) -> None:
    """An empty batch has no answers."""
    async with case.serve() as far:
        assert list(await far.notifier.deliver([])) == []


async def closing_is_harmless(case: NotifierCase) -> None:
    """When not open, and when repeated."""
    notifier = case.make()
    await notifier.close()
    await notifier.open()
    await notifier.close()
    await notifier.close()


async def tells_no_secret_and_names_nobody(case: NotifierCase) -> None:
    """Neither in a reason nor in the log, whatever happens; nor does the configuration show it."""
    async with case.serve() as far:
        far.behave("accept", "refuse", "fail")
        outcomes: list[object] = []
        for revision in range(3):
            outcomes += await far.notifier.deliver([to(far.recipient, revision=revision), to(far.elsewhere)])
        assert CANARY not in f"{outcomes}{far.logged()}{far.notifier.Config}"


async def a_failing_server_is_tried_again(case: NotifierCase) -> None:
    """HTTP 500, SMTP 451."""
    async with case.serve() as far:
        far.behave("fail")
        assert isinstance((await far.notifier.deliver([to(far.recipient)]))[0], Retry)


async def a_refusal_is_final(case: NotifierCase) -> None:
    """HTTP 400, SMTP 550."""
    async with case.serve() as far:
        far.behave("refuse")
        assert isinstance((await far.notifier.deliver([to(far.recipient)]))[0], Rejected)


async def a_silent_server_is_tried_again(case: NotifierCase) -> None:
    """No answer within the configured time."""
    async with case.serve() as far:
        far.behave("hang")
        assert isinstance((await far.notifier.deliver([to(far.recipient)]))[0], Retry)


async def one_failure_spares_the_others(case: NotifierCase) -> None:
    """Of several, exactly the failed one is tried again."""
    async with case.serve() as far:
        far.behave("fail")
        outcomes = await far.notifier.deliver([to(far.recipient, revision=number) for number in range(3)])
        assert sum(isinstance(outcome, Retry) for outcome in outcomes) == 1
        assert len(far.received()) == 2


COMMON: Sequence[Check[NotifierCase]] = (
    answers_each_in_its_place,
    a_repeat_can_be_told_by_its_id,
    nothing_to_do_is_fine,
    closing_is_harmless,
    tells_no_secret_and_names_nobody,
)
SERVED: Sequence[Check[NotifierCase]] = (
    a_failing_server_is_tried_again,
    a_refusal_is_final,
    a_silent_server_is_tried_again,
    one_failure_spares_the_others,
)
