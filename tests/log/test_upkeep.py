"""Trimming and compaction keep what they must, and no append waits long for them."""

import os

import pytest

from streams.log.embedded import upkeep as upkeep_module
from streams.log.embedded.file import LogFile
from streams.log.embedded.upkeep import COMPACT_STEP, FRESH, FRESH_MS, TOMBSTONE_MS, TRIM_STEP, upkeep
from streams.topics import Topic


class Time:
    now = 1_000_000_000

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def file(tmp_path, time):
    file = LogFile(tmp_path / "log.db", synchronous="OFF", clock=time)
    yield file
    file.close()


def partition_of(file, **settings):
    file.apply([Topic("t", "", partitions=1, **settings)])
    return file.topic("t").partitions[0]


def offsets(file):
    return [record.offset for record in file.read("t", 0, 1, 1_000_000)]


def finish(file):
    steps = 0
    while upkeep(file):
        steps += 1
    return steps


def test_trimming_forgets_a_prefix_in_steps(file, time):
    partition = partition_of(file, retention_ms=1000)
    file.write([(partition, None, b"old")] * (3 * TRIM_STEP), {})
    time.now += 2000
    file.write([(partition, None, b"new")] * 10, {})
    assert upkeep(file)
    assert partition.head == TRIM_STEP + 1
    finish(file)
    assert offsets(file) == list(range(3 * TRIM_STEP + 1, 3 * TRIM_STEP + 11))
    assert partition.head == 3 * TRIM_STEP + 1


def test_what_is_fresh_is_left_as_written(file):
    partition = partition_of(file, compact=True)
    file.write([(partition, b"k", b"%d" % number) for number in range(FRESH + 5)], {})
    finish(file)
    assert offsets(file) == list(range(5, FRESH + 6))


def test_after_an_hour_only_the_last_value_of_each_key_is_left(file, time):
    partition = partition_of(file, compact=True)
    file.write([(partition, b"%d" % (number % 7), b"v") for number in range(3 * COMPACT_STEP)], {})
    time.now += FRESH_MS + 1
    finish(file)
    assert offsets(file) == list(range(3 * COMPACT_STEP - 6, 3 * COMPACT_STEP + 1))


def test_a_deletion_is_readable_for_a_day(file, time):
    partition = partition_of(file, compact=True)
    file.write([(partition, b"k", b"v"), (partition, b"k", None), (partition, b"l", b"v")], {})
    time.now += TOMBSTONE_MS - 1
    finish(file)
    assert offsets(file) == [2, 3]
    time.now += 2
    finish(file)
    assert offsets(file) == [3]


def test_a_deletion_is_not_forgotten_before_the_value_it_deletes(file, time, monkeypatch):
    monkeypatch.setattr(upkeep_module, "FRESH_MS", 2 * TOMBSTONE_MS)
    partition = partition_of(file, compact=True)
    file.write([(partition, b"k", b"v"), (partition, b"k", None), (partition, b"l", b"v")], {})
    time.now += TOMBSTONE_MS + 1
    finish(file)
    assert offsets(file) == [1, 2, 3]


def test_a_clock_that_goes_back_brings_no_value_back(file, time):
    partition = partition_of(file, compact=True)
    file.write([(partition, b"k", b"v")], {})
    time.now += FRESH_MS + 1
    file.write([(partition, b"k", None)], {})
    time.now -= FRESH_MS + 1
    file.write([(partition, b"l", b"1")], {})
    for passed in (FRESH_MS + 1, FRESH_MS + 1, TOMBSTONE_MS):
        time.now += passed
        finish(file)
        values = {record.key: record.value for record in file.read("t", 0, 1, 10)}
        assert values.get(b"k") is None
    assert offsets(file) == [3]


def test_a_clock_that_goes_back_costs_no_young_record(file, time):
    partition = partition_of(file, retention_ms=1000)
    file.write([(partition, None, b"young")], {})
    time.now -= 2000
    file.write([(partition, None, b"seems old")], {})
    time.now += 2500
    finish(file)
    assert offsets(file) == [1, 2]


def test_the_last_record_stays_even_if_it_is_a_deletion(file, time):
    partition = partition_of(file, compact=True)
    file.write([(partition, b"k", b"v"), (partition, b"k", None)], {})
    time.now += TOMBSTONE_MS + 1
    finish(file)
    assert offsets(file) == [2]


def test_compaction_touches_no_more_in_a_step_however_many_keys_live(file, time):
    partition = partition_of(file, compact=True)
    for start in range(0, 50_000, 10_000):
        file.write([(partition, b"%d" % number, b"v") for number in range(start, start + 10_000)], {})
    time.now += FRESH_MS + 1
    finish(file)
    file.write([(partition, b"%d" % (number * 5), b"w") for number in range(10_000)], {})
    time.now += FRESH_MS + 1
    cleaned = partition.cleaned
    before = file.db.total_changes
    assert upkeep(file)
    assert partition.cleaned - cleaned == COMPACT_STEP
    assert file.db.total_changes - before <= 2 * COMPACT_STEP + 1
    finish(file)
    assert len(offsets(file)) == 50_000


def test_records_without_a_key_are_never_compacted_away(file, time):
    partition = partition_of(file, compact=True)
    file.write([(partition, None, b"v")] * 5, {})
    time.now += FRESH_MS + 1
    finish(file)
    assert offsets(file) == [1, 2, 3, 4, 5]


def test_the_file_shrinks_when_records_go(file, time):
    partition = partition_of(file, retention_ms=1000)
    for _ in range(10):
        file.write([(partition, None, os.urandom(1000)) for _ in range(1000)], {})
    full = file.db.execute("PRAGMA page_count").fetchone()[0]
    time.now += 2000
    finish(file)
    assert file.db.execute("PRAGMA page_count").fetchone()[0] < full / 5


def test_nothing_to_do_writes_nothing(file):
    partition = partition_of(file, compact=True, retention_ms=1000)
    file.write([(partition, b"k", b"v")], {})
    before = file.db.total_changes
    assert finish(file) == 0
    assert file.db.total_changes == before
