"""What Faust would lose and we must not: a failing first record, a middle one, a whole batch.

On a real broker and on the embedded log, in a group that has committed before and in one that never has.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from streams.agents.worker import GROUP
from streams.codec import decode_dead_letter
from streams.config import LogConfig
from streams.errors import EXIT_BUG
from streams.log.base import Entry
from streams.log.opening import open_log
from streams.topics import DEAD_LETTERS, MENTIONS, POSTS, TOPICS
from tests.real.servers import Kafka, running

WORKER = Path(__file__).with_name("scripted_worker.py")
RECORDS = 20


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.cluster)])
def log_url(request, tmp_path):
    if request.param == "embedded":
        yield f"sqlite:///{tmp_path}/log.db"
        return
    with running(Kafka(tmp_path / "kafka")) as kafka:
        yield kafka.url


async def fed(url, values):
    log = open_log(LogConfig(url))
    await log.open()
    await log.apply(TOPICS)
    await log.append([Entry(POSTS, b"key", value.encode(), 0) for value in values])
    await log.close()


async def outcome(url):
    """The values passed on, the values buried, and the committed offset of the fed partition, from 0."""
    log = open_log(LogConfig(url))
    await log.open()
    passed = set()
    async for batch in log.tail(MENTIONS, from_start=True):
        passed |= {record.value.decode() for record in batch.records}
        if batch.caught_up:
            break
    letters = [decode_dead_letter(r.value) for r in (await log.latest(DEAD_LETTERS)).values()]
    first = 1 if url.startswith("sqlite") else 0
    committed = (await log.committed(GROUP, POSTS)).get(0, first) - first
    await log.close()
    return passed, {letter.value.decode() for letter in letters}, committed


def worked(url, script):
    """Exit code of one life of the worker."""
    command = [sys.executable, "-m", "tests.cluster.scripted_worker", url, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in {0, EXIT_BUG}, done.stderr
    return done.returncode


def scripted(tmp_path, **cues):
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"raise": [], "reject": [], "retry": [], **cues}))
    return script


FAILING = {"first": ["0"], "middle": ["7"], "last": ["19"], "several": ["3", "4", "5", "6"]}


@pytest.mark.parametrize("before", [0, RECORDS], ids=["fresh-group", "committed-before"])
@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
async def test_nothing_is_committed_past_an_exception(log_url, tmp_path, failing, before):
    if before:
        await fed(log_url, [f"before-{number}" for number in range(before)])
        assert worked(log_url, scripted(tmp_path)) == 0
        assert (await outcome(log_url))[2] == before
    values = [str(number) for number in range(RECORDS)]
    await fed(log_url, values)
    script = scripted(tmp_path, **{"raise": failing})
    for _ in failing:
        assert worked(log_url, script) == EXIT_BUG
        assert (await outcome(log_url))[2] <= before + int(failing[0])
    assert worked(log_url, script) == 0
    passed, buried, committed = await outcome(log_url)
    assert set(values) <= passed
    assert not buried
    assert committed == before + RECORDS


@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
async def test_poison_is_buried_and_what_can_succeed_later_is_repeated_in_place(log_url, tmp_path, failing):
    values = [str(number) for number in range(RECORDS)]
    await fed(log_url, values)
    script = scripted(tmp_path, reject=failing, retry=["2", "18"])
    assert worked(log_url, script) == 0
    assert await outcome(log_url) == (set(values) - set(failing), set(failing), RECORDS)
