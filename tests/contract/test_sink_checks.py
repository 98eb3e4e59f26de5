"""Do the checks of a sink catch what they are there for? A correct sink passes; each seeded fault is caught."""

import inspect
import socket
from dataclasses import dataclass
from pathlib import Path

import pytest

from streams.errors import UnavailableError
from streams.outcome import DELIVERED, Rejected
from streams.testing.sink_checks import CHECKS, SinkCase


@dataclass(frozen=True)
class Config:
    """`path`: where to."""

    path: str = "/tmp"


class Correct:
    name = "correct"
    Config = Config

    def __init__(self, config):
        self.config, self.opened = config, False

    async def open(self):
        self.opened = True

    async def close(self):
        self.opened = False

    async def deliver(self, batch):
        if not self.opened:
            raise UnavailableError("not open")
        return [Rejected("bad") if record == "bad" else DELIVERED for record in batch]


class ConnectsEarly(Correct):
    def __init__(self, config):
        super().__init__(config)
        socket.socket().close()


class ListsEarly(Correct):
    def __init__(self, config):
        super().__init__(config)
        list(Path(config.path).iterdir())


class ClosesOnce(Correct):
    async def close(self):
        assert self.opened, "not open"
        self.opened = False


class OpensOnce(Correct):
    spent = False

    async def close(self):
        self.spent = self.spent or self.opened

    async def open(self):
        assert not self.spent
        self.opened = True


class Shorter(Correct):
    async def deliver(self, batch):
        return [outcome for outcome in await super().deliver(batch) if outcome == DELIVERED]


class BadLast(Correct):
    async def deliver(self, batch):
        return sorted(await super().deliver(batch), key=lambda outcome: outcome != DELIVERED)


class OnlyOnce(Correct):
    seen = frozenset()

    async def deliver(self, batch):
        answer = [
            Rejected("again") if r in self.seen else o
            for r, o in zip(batch, await super().deliver(batch), strict=True)
        ]
        self.seen |= {*batch}
        return answer


class SwallowsWhenClosed(Correct):
    async def deliver(self, batch):
        return await super().deliver(batch) if self.opened else [DELIVERED] * len(batch)


class SomethingForNothing(Correct):
    async def deliver(self, batch):
        return await super().deliver(batch) or [DELIVERED]


class Unexplained(Correct):
    @dataclass(frozen=True)
    class Config:
        """Where to."""

        path: str = "/tmp"


class Thawed(Correct):
    @dataclass
    class Config:
        """`path`: where to."""

        path: str = "/tmp"


async def failures(kind):
    case = SinkCase(kind, lambda: {"path": "/"}, ["one", "two", "three"], "bad")
    failed = []
    for check in CHECKS:
        try:
            answer = check(case)
            if inspect.isawaitable(answer):
                await answer
        except (AssertionError, pytest.fail.Exception):
            failed.append(check.__name__)
    return failed


async def test_a_correct_sink_passes_every_check() -> None:
    assert await failures(Correct) == []


@pytest.mark.parametrize("kind", Correct.__subclasses__(), ids=lambda kind: kind.__name__)
async def test_each_fault_is_caught_by_one_check(kind) -> None:
    assert len(await failures(kind)) == 1
