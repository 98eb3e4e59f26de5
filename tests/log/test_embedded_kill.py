"""kill -9 in the middle of the work: nothing confirmed is lost, and everything is passed on."""

import random
import subprocess
import sys
import time

from streams.log.embedded.file import LogFile
from streams.topics import Topic

TOTAL = 20_000
KILLS = 3


def created(path):
    file = LogFile(path)
    file.apply([Topic("src", "", partitions=4), Topic("out", "", partitions=4)])
    file.close()


def start(path, what="feed"):
    command = [sys.executable, "-m", "tests.log.embedded_worker", str(path), what, str(TOTAL)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_for(worker, word):
    assert any(line.startswith(word) for line in worker.stdout), f"the worker ended before {word}"


def killed_at_work(path, what, chance):
    worker = start(path, what)
    wait_for(worker, "FEED")
    time.sleep(chance.uniform(0.3, 1.0))
    at_work = worker.poll() is None
    worker.kill()
    worker.wait()
    return at_work


def values(path, topic):
    file = LogFile(path, readonly=True)
    records = [record.value for number in range(4) for record in file.read(topic, number, 1, 1_000_000)]
    file.close()
    return records


def lost(path):
    confirmed = path.with_suffix(".confirmed").read_bytes().split()
    assert confirmed
    return set(confirmed) - set(values(path, "src"))


def test_three_kills_lose_nothing_confirmed_and_all_is_passed_on(tmp_path):
    path, chance = tmp_path / "log.db", random.Random(1)
    created(path)
    for _ in range(KILLS):
        assert killed_at_work(path, "feed", chance)
        assert lost(path) == set()
    worker = start(path)
    wait_for(worker, "DONE")
    assert worker.wait() == 0
    assert lost(path) == set()
    assert len(path.with_suffix(".confirmed").read_bytes().split()) == TOTAL
    source, passed_on = values(path, "src"), values(path, "out")
    assert set(source) == set(passed_on) == {b"%d" % number for number in range(TOTAL)}
    assert len(passed_on) < 2 * TOTAL, "what was committed is not passed on again"


def test_a_log_that_confirms_before_it_writes_is_caught(tmp_path):
    path = tmp_path / "log.db"
    created(path)
    assert killed_at_work(path, "sabotage", random.Random(1))
    assert lost(path)
