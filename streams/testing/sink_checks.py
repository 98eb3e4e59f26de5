"""What every sink promises, whatever it takes and wherever it delivers."""
# ruff: noqa: S101 - a check is made of assertions

import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import pytest

from streams.components import Sink
from streams.config import build
from streams.errors import ConfigError, ResonanzError
from streams.outcome import DELIVERED, Delivered, Rejected, Retry

OUTSIDE = ("open", "os.", "socket.", "sqlite3.connect", "subprocess.")
"""Audit events that tell of something done outside the process."""


@dataclass(frozen=True)
class SinkCase:
    """How to try a sink: its class, options that work, records it takes, and one it must refuse, if there is any.

    `options` is called when the check runs, so that it may name a server that was started for it.
    """

    kind: type[Any]
    options: Callable[[], Mapping[str, Any]]
    records: Sequence[Any]
    bad: Any | None = None

    def make(self) -> Sink[Any]:
        """One sink, not opened."""
        sink: Sink[Any] = self.kind(build(self.kind.Config, self.options(), "sinks.example", {}))
        return sink


def the_configuration_is_a_frozen_dataclass_that_explains_itself(case: SinkCase) -> None:
    """Every option is named in the docstring; a misspelt one is refused with the right one."""
    config: Any = build(case.kind.Config, case.options(), "sinks.example", {})
    frozen: bool = config.__dataclass_params__.frozen
    assert frozen
    for option in fields(config):
        assert f"`{option.name}`" in (config.__doc__ or ""), f"the docstring does not explain {option.name}"
    with pytest.raises(ConfigError, match=r"sinks\.example"):
        build(case.kind.Config, {**case.options(), "no_such_option": 1}, "sinks.example", {})


def the_constructor_touches_nothing_outside(case: SinkCase) -> None:
    """No file, no network, no process before `open`."""
    case.make()  # whatever is imported for the first time is read now
    with _watched() as events:
        case.make()
    assert events == []


async def closing_is_harmless(case: SinkCase) -> None:
    """Before it was opened, twice, and before it is opened again."""
    sink = case.make()
    await sink.close()
    for _ in range(2):
        await sink.open()
        await sink.close()
        await sink.close()


async def each_record_is_answered_in_its_place(case: SinkCase) -> None:
    """Delivered all, and again when repeated; a bad one is Rejected where it stands; nothing for nothing."""
    sink = case.make()
    await sink.open()
    try:
        assert list(await sink.deliver([])) == []
        for _ in range(2):
            assert list(await sink.deliver(case.records)) == [DELIVERED] * len(case.records)
        if case.bad is not None:
            first, *rest = case.records
            kinds = [type(outcome) for outcome in await sink.deliver([first, case.bad, *rest])]
            assert kinds == [Delivered, Rejected, *[Delivered] * len(rest)]
    finally:
        await sink.close()


async def a_closed_sink_says_so(case: SinkCase) -> None:
    """Delivering is refused or put off, never answered as done."""
    sink = case.make()
    try:
        outcomes = await sink.deliver(case.records)
    except (ResonanzError, RuntimeError):
        return
    assert all(isinstance(outcome, Retry) for outcome in outcomes)


@contextmanager
def _watched() -> Iterator[list[str]]:
    """What is done outside the process meanwhile; an audit hook cannot be taken out, only fall silent."""
    events: list[str] = []
    watching = True

    def hook(event: str, _: object) -> None:
        if watching and event.startswith(OUTSIDE):
            events.append(event)

    sys.addaudithook(hook)
    try:
        yield events
    finally:
        watching = False


CHECKS: Sequence[Callable[[SinkCase], Awaitable[None] | None]] = (
    the_configuration_is_a_frozen_dataclass_that_explains_itself,
    the_constructor_touches_nothing_outside,
    closing_is_harmless,
    each_record_is_answered_in_its_place,
    a_closed_sink_says_so,
)
