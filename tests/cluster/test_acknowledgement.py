"""What Faust would lose and we must not: a failing first record, a middle one, a whole batch.

On a real broker and on the embedded log, in a group that has committed before and in one that never has.
"""

import itertools
import json
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from streams.codec import decode_dead_letter
from streams.config import LogConfig
from streams.errors import EXIT_BUG
from streams.log.base import Entry
from streams.log.opening import open_log
from streams.topics import DEAD_LETTERS, MENTIONS, POSTS, TOPICS
from tests.real.servers import Kafka, running

RECORDS = 20
SCENARIOS = itertools.count()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with running(Kafka(tmp_path_factory.mktemp("kafka") / "data")) as kafka:
        yield kafka.url


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.cluster)])
def drill(request, tmp_path):
    if request.param == "embedded":
        return Drill(f"sqlite:///{tmp_path}/log.db", tmp_path / "script.json")
    return Drill(request.getfixturevalue("broker"), tmp_path / "script.json")


class Drill:
    """One scenario: a partition and a group of its own, and values that name it."""

    def __init__(self, url, script):
        self.url, self.script, number = url, script, next(SCENARIOS)
        self.group, self.partition = f"drill-{number}", number
        self.first = 1 if url.startswith("sqlite") else 0
        self.values = [f"{number}/{at}" for at in range(RECORDS)]

    @asynccontextmanager
    async def log(self):
        log = open_log(LogConfig(self.url))
        await log.open()
        yield log
        await log.close()

    async def fed(self, values):
        async with self.log() as log:
            await log.apply([replace(t, partitions=32) if t.name == POSTS else t for t in TOPICS])
            await log.append([Entry(POSTS, b"key", value.encode(), self.partition) for value in values])

    async def outcome(self):
        """Our values passed on, our values buried, and the committed offset, from 0."""
        passed = set()
        async with self.log() as log:
            async for batch in log.tail(MENTIONS, from_start=True):
                passed |= {record.value.decode() for record in batch.records}
                if batch.caught_up:
                    break
            letters = [decode_dead_letter(r.value) for r in (await log.latest(DEAD_LETTERS)).values()]
            committed = (await log.committed(self.group, POSTS)).get(self.partition, self.first) - self.first
        buried = {letter.value.decode() for letter in letters}
        return passed & set(self.values), buried & set(self.values), committed

    def cue(self, **cues):
        self.script.write_text(json.dumps({"raise": [], "reject": [], "retry": [], **cues}))

    def worked(self):
        """Exit code of one life of the worker."""
        command = [
            sys.executable,
            "-m",
            "tests.cluster.scripted_worker",
            self.url,
            self.group,
            str(self.script),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode in {0, EXIT_BUG}, done.stderr
        return done.returncode


FAILING = {"first": [0], "middle": [7], "several": [3, 4]}


@pytest.mark.parametrize("before", [0, RECORDS], ids=["fresh-group", "committed-before"])
@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
async def test_nothing_is_committed_past_an_exception(drill, failing, before):
    drill.cue()
    if before:
        await drill.fed([f"before-{number}" for number in range(before)])
        assert drill.worked() == 0
        assert (await drill.outcome())[2] == before
    await drill.fed(drill.values)
    drill.cue(**{"raise": [drill.values[at] for at in failing]})
    for _ in failing:
        assert drill.worked() == EXIT_BUG
        assert (await drill.outcome())[2] <= before + failing[0]
    assert drill.worked() == 0
    assert await drill.outcome() == (set(drill.values), set(), before + RECORDS)


@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
async def test_poison_is_buried_and_what_can_succeed_later_is_repeated_in_place(drill, failing):
    poison = {drill.values[at] for at in failing}
    await drill.fed(drill.values)
    drill.cue(reject=list(poison), retry=[drill.values[2], drill.values[18]])
    assert drill.worked() == 0
    assert await drill.outcome() == (set(drill.values) - poison, poison, RECORDS)
