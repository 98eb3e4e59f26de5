"""Mentions into the index; what is none is rejected and harms no other."""

from streams.agents.index import IndexAgent
from streams.codec import MAX_POST_BYTES
from streams.outcome import DELIVERED, Rejected, Retry
from streams.testing.index_model import ModelIndex
from streams.testing.make import mention
from streams.topics import MENTIONS
from tests.streams.agents.records import records


async def test_each_mention_lands_in_the_index():
    index = ModelIndex()
    assert await IndexAgent(index).settle(records(mention(0), mention(1), topic=MENTIONS)) == [DELIVERED] * 2
    assert sorted(one.id for one in index.alive()) == ["sample:0", "sample:1"]


async def test_what_is_no_mention_is_rejected_in_its_place_and_the_others_go_on():
    index = ModelIndex()
    batch = records(mention(0), b"no JSON", None, mention(1), topic=MENTIONS)
    first, second, third, fourth = await IndexAgent(index).settle(batch)
    assert (first, third, fourth) == (DELIVERED, Rejected("no value"), DELIVERED)
    assert isinstance(second, Rejected)
    assert len(index.alive()) == 2


async def test_what_the_index_answers_is_the_fate_of_that_mention():
    long = mention(1, "x" * MAX_POST_BYTES)
    fates = await IndexAgent(ModelIndex()).settle(records(mention(0), long, mention(2), topic=MENTIONS))
    assert fates == [DELIVERED, Rejected("too long"), DELIVERED]


async def test_an_index_that_is_away_puts_off_all_but_what_is_no_mention():
    class Away(ModelIndex):
        async def deliver(self, batch):
            return [Retry("away")] * len(batch)

    fates = await IndexAgent(Away()).settle(records(b"{", mention(0), topic=MENTIONS))
    assert [type(fate) for fate in fates] == [Rejected, Retry]


async def test_a_replayed_batch_changes_nothing():
    index, batch = ModelIndex(), records(mention(0), mention(1), topic=MENTIONS)
    await IndexAgent(index).settle(batch)
    before = dict(index.memory.newest)
    assert await IndexAgent(index).settle(batch) == [DELIVERED] * 2
    assert index.memory.newest == before
