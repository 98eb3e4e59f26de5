"""What can succeed later is repeated, what cannot is told, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import UnavailableError
from streams.log.base import Entry
from streams.log.delivery import LONGEST_PAUSE_SECS, deliver, pause_secs
from streams.outcome import DELIVERED, Rejected
from streams.testing.fakes import ANSWER_LOST, LATER, REFUSED, TAKEN, FakeLog
from streams.topics import ALERTS

FATES = st.lists(st.sampled_from([LATER, ANSWER_LOST]), max_size=3)


@pytest.fixture(autouse=True, scope="module")
def _no_pauses():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.log.delivery.FIRST_PAUSE_SECS", 0.0)
        yield


def entries(count):
    return [Entry(ALERTS, b"%d" % number, b"{}") for number in range(count)]


@given(st.lists(st.tuples(FATES, st.sampled_from([TAKEN, REFUSED])), max_size=6))
async def test_each_entry_is_repeated_until_the_log_has_said_yes_or_never(plan):
    left = {b"%d" % number: [*faults, last] for number, (faults, last) in enumerate(plan)}
    log = FakeLog(lambda entry: left[entry.key].pop(0))
    fates = await deliver(log, entries(len(plan)))
    assert fates == [last.outcome for _, last in plan]
    assert not any(left.values())
    written = {number for number, (faults, last) in enumerate(plan) if last is TAKEN or ANSWER_LOST in faults}
    assert {int(one.key) for one in log.records(ALERTS)} == written


async def test_each_repetition_is_told_with_its_reason():
    left, said = [LATER, TAKEN, ANSWER_LOST], []
    log = FakeLog(lambda _: left.pop(0) if left else TAKEN)
    assert await deliver(log, entries(2), on_retry=said.append) == [DELIVERED] * 2
    assert said == ["not now", "no answer"]


async def test_what_is_refused_is_told_in_its_place():
    log = FakeLog(lambda entry: REFUSED if entry.key == b"1" else TAKEN)
    assert await deliver(log, entries(3)) == [DELIVERED, Rejected("too large"), DELIVERED]


async def test_a_broker_that_is_gone_is_not_hidden():
    def gone(_):
        raise UnavailableError("gone")

    with pytest.raises(UnavailableError):
        await deliver(FakeLog(gone), entries(1))


@given(st.integers(1, 10**6), st.floats(0, 1000))
def test_a_pause_is_as_long_as_asked_and_otherwise_bounded(attempt, asked):
    assert asked <= pause_secs(attempt, asked) <= max(asked, LONGEST_PAUSE_SECS)


def test_pauses_grow(monkeypatch):
    monkeypatch.setattr("streams.log.delivery.FIRST_PAUSE_SECS", 1.0)
    for attempt in range(1, 4):
        assert pause_secs(attempt) <= 2.0 ** (attempt - 1) <= pause_secs(attempt + 1)
