"""Every registered notifier keeps every promise; a notifier that breaks one is caught."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sinks.apprise import AppriseNotifier
from sinks.log import LogNotifier
from sinks.mail import Mail
from sinks.webhook import WebhookNotifier
from streams.logs import logger
from streams.notification import Notification
from streams.outcome import DELIVERED, Outcome, Rejected, Retry
from streams.testing.contract import Run, collect
from streams.testing.notifier_checks import COMMON, SERVED, NotifierCase
from tests.contract.far_ends import CASES, http_end, json_end, log_end, smtp_end

NOTIFIERS = (LogNotifier, AppriseNotifier, Mail, WebhookNotifier)
WITH_SERVERS = {name: case for name, case in CASES.items() if name != "log"}
RUNS = [
    *collect("sinks", CASES, COMMON, only=lambda kind: kind in NOTIFIERS),
    *collect("sinks", WITH_SERVERS, SERVED, only=lambda kind: kind in NOTIFIERS[1:]),
]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.id)
async def test_notifier(run: Run[NotifierCase]) -> None:
    await run()


class Reversed(WebhookNotifier):
    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        return [*(await super().deliver(batch))[1:], DELIVERED]


class ANewIdEachTime(WebhookNotifier):
    sent = 0

    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        ANewIdEachTime.sent += 1
        return await super().deliver([replace(one, id=f"{one.id}{self.sent}") for one in batch])


class Unsigned(WebhookNotifier):
    def _headers(self, id: str, body: bytes) -> dict[str, str]:
        return {**super()._headers(id, body), "webhook-signature": "v1,AAAA"}


class GivesUp(WebhookNotifier):
    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        said = await super().deliver(batch)
        return [Rejected(one.reason) if isinstance(one, Retry) else one for one in said]


class NeverGivesUp(WebhookNotifier):
    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        said = await super().deliver(batch)
        return [Retry(one.reason) if isinstance(one, Rejected) else one for one in said]


class ClosesOnce(WebhookNotifier):
    async def close(self) -> None:
        assert self._session is not None
        await super().close()


class NamesTheRecipient(LogNotifier):
    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        for one in batch:
            logger("alerts").info("sent", alert="", revision=0, to=one.recipient)
        return await super().deliver(batch)


class SaysSecretsInTheReason(Mail):
    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        said = await super().deliver(batch)
        return [
            Rejected(f"cannot tell {one.recipient}") if isinstance(outcome, Rejected) else outcome
            for one, outcome in zip(batch, said, strict=True)
        ]


class OneForAll(Mail):
    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        said = await super().deliver(batch)
        return said if all(one is DELIVERED for one in said) else [Retry("one failed")] * len(said)


class NeedsOne(LogNotifier):
    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        return [await self._one(batch[0]), *(await super().deliver(batch[1:]))]

    async def _one(self, notification: Notification) -> Outcome:
        return self._write(notification)


class TakesNoForNever(AppriseNotifier):
    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        said = await super().deliver(batch)
        return [Rejected(one.reason) if isinstance(one, Retry) else one for one in said]


class Chatty(AppriseNotifier):
    async def open(self) -> None:
        await super().open()
        logging.getLogger("apprise").propagate = True

    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        for one in batch:
            logging.getLogger("apprise").error("sending to %s", one.recipient)
        return await super().deliver(batch)


FAULTS = {
    TakesNoForNever: json_end,
    Chatty: json_end,
    Reversed: http_end,
    ANewIdEachTime: http_end,
    Unsigned: http_end,
    GivesUp: http_end,
    NeverGivesUp: http_end,
    ClosesOnce: http_end,
    NamesTheRecipient: log_end,
    SaysSecretsInTheReason: smtp_end,
    OneForAll: smtp_end,
    NeedsOne: log_end,
}


@pytest.mark.parametrize("faulty", FAULTS, ids=lambda faulty: faulty.__name__)
async def test_a_faulty_notifier_is_caught(faulty: type) -> None:
    serve = FAULTS[faulty]
    plain = CASES[faulty.name]
    case = NotifierCase(lambda: serve(faulty), lambda: faulty(plain.make()._config))
    checks = [*COMMON, *(() if serve is log_end else SERVED)]
    caught = []
    for check in checks:
        try:
            await check(case)
        except Exception:  # noqa: BLE001 - a fault may break a check in any way
            caught.append(check.__name__)
    assert caught, f"{faulty.__name__} passes every check"
