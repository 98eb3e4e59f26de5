"""Every record of a batch is settled: repeated in place, counted, buried."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import metrics
from streams.agents.consume import Settler
from streams.codec import decode_dead_letter
from streams.dead_letter import KEPT_BYTES, DeadLetter, Origin
from streams.health import Health
from streams.log.base import Entry, Record
from streams.outcome import DELIVERED, Dropped, Fate, Rejected, Retry
from streams.testing.fakes import ANSWER_LOST, LATER, REFUSED, TAKEN, FakeLog
from streams.testing.fakes import Fate as LogFate
from streams.topics import DEAD_LETTERS, POSTS
from tests.streams.agents.records import record, records


class Scripted:
    """Answers the n-th record, each time it is asked, with the next of its fates; asked too often it fails."""

    topic = POSTS
    batch_records = 100

    def __init__(self, *fates: Sequence[Fate], name: str = "scripted") -> None:
        self.name = name
        self.left = [list(some) for some in fates]
        self.asked: list[list[int]] = []

    async def settle(self, batch: Sequence[Record]) -> Sequence[Fate]:
        self.asked.append([one.offset for one in batch])
        return [self.left[one.offset].pop(0) for one in batch]


def in_turn(*fates: LogFate) -> Callable[[Entry], LogFate]:
    """The log's fates, one an entry; then it takes everything."""
    left = list(fates)
    return lambda _: left.pop(0) if left else TAKEN


async def settled(agent: Scripted, log: FakeLog, health: Health | None = None) -> None:
    await Settler(agent, log, health or Health())(records(*[b"{}"] * len(agent.left)))


def letters(log: FakeLog) -> list[DeadLetter]:
    return [decode_dead_letter(one.value) for one in log.records(DEAD_LETTERS)]


async def test_what_is_put_off_is_repeated_until_taken_and_nothing_else():
    later = Retry("not now")
    agent = Scripted([later, later, DELIVERED], [DELIVERED], [later, Dropped("no match")], [DELIVERED])
    log = FakeLog()
    await settled(agent, log)
    assert agent.asked == [[0, 1, 2, 3], [0, 2], [0]]
    assert letters(log) == []


async def test_a_batch_that_is_held_back_is_seen_with_its_reason():
    health = Health()
    await settled(Scripted([Retry("the index is away"), DELIVERED], name="index"), FakeLog(), health)
    assert health.report().agents["index"].holding == "the index is away"


async def test_what_is_rejected_is_buried_with_why_where_and_from_whence():
    agent, log = Scripted([DELIVERED], [Retry("not now"), Rejected("no JSON")], name="enrich"), FakeLog()
    await settled(agent, log)
    [letter] = letters(log)
    assert (letter.reason, letter.stage, letter.attempts) == ("no JSON", "enrich", 2)
    assert letter.origin == Origin(topic=POSTS, partition=0, offset=1)
    assert (letter.key, letter.value, letter.size) == (b"key", b"{}", 2)
    assert letter.first_at <= letter.buried_at


async def test_a_letter_is_keyed_by_its_origin_so_that_a_replay_buries_nothing_twice():
    log = FakeLog()
    for _ in range(2):
        settler = Settler(Scripted([Rejected("bad")]), log, Health())
        await settler([record(0, b"{}", topic="mentions.v1", partition=3)])
    assert set(await log.latest(DEAD_LETTERS)) == {b"mentions.v1/3/0"}


async def test_of_a_huge_value_the_begin_is_buried_and_its_size_told():
    log = FakeLog()
    await Settler(Scripted([Rejected("huge")]), log, Health())(records(b"x" * (KEPT_BYTES + 7)))
    [letter] = letters(log)
    assert (len(letter.value), letter.size) == (KEPT_BYTES, KEPT_BYTES + 7)


async def test_a_record_without_value_can_be_buried():
    log = FakeLog()
    await Settler(Scripted([Rejected("no value")]), log, Health())(records(None))
    assert [(one.value, one.size) for one in letters(log)] == [(b"", 0)]


async def test_burying_is_repeated_while_the_log_says_later():
    log = FakeLog(in_turn(LATER, LATER))
    await settled(Scripted([Rejected("bad")]), log)
    assert [one.reason for one in letters(log)] == ["bad"]


async def test_a_batch_whose_dead_cannot_be_buried_is_not_settled():
    with pytest.raises(RuntimeError, match="dead letters refuse a record: too large"):
        await settled(Scripted([DELIVERED], [Rejected("bad")]), FakeLog(lambda _: REFUSED))


async def test_what_settle_raises_comes_through_and_nothing_is_counted():
    class Broken(Scripted):
        async def settle(self, batch):
            raise ZeroDivisionError

    log = FakeLog()
    with pytest.raises(ZeroDivisionError):
        await settled(Broken([DELIVERED], name="broken-agent"), log)
    assert b"broken-agent" not in bytes(metrics.render())
    assert letters(log) == []


ends = st.sampled_from([DELIVERED, Dropped("no match"), Rejected("bad")])
lives = st.builds(lambda puts_off, end: [Retry("not now")] * puts_off + [end], st.integers(0, 3), ends)
faults = st.lists(st.sampled_from([TAKEN, LATER, ANSWER_LOST]), max_size=12)


@given(st.lists(lives, max_size=8), faults)
async def test_whatever_happens_each_record_meets_its_end_once(fates, of_the_log):
    agent, log = Scripted(*fates), FakeLog(in_turn(*of_the_log))
    await settled(agent, log)
    assert not any(agent.left)
    asked = Counter(offset for batch in agent.asked for offset in batch)
    assert asked == {offset: len(some) for offset, some in enumerate(fates)}
    dead = {f"{POSTS}/0/{at}".encode() for at, some in enumerate(fates) if isinstance(some[-1], Rejected)}
    assert set(await log.latest(DEAD_LETTERS)) == dead
