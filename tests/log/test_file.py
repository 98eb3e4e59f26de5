"""The file against a plain model, through appends, commits, upkeep and reopening."""

import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from streams.errors import StorageError, UnavailableError
from streams.log.embedded import upkeep as upkeep_module
from streams.log.embedded.file import LogFile
from streams.log.embedded.upkeep import upkeep
from streams.topics import Topic

RETENTION_MS = 10_000
TOPICS = (
    Topic("plain", "", partitions=2),
    Topic("short", "", partitions=2, retention_ms=RETENTION_MS),
    Topic("compact", "", partitions=2, compact=True),
    Topic("both", "", partitions=1, compact=True, retention_ms=RETENTION_MS),
)
PARTITIONS = [(topic.name, number) for topic in TOPICS for number in range(topic.partitions)]
places = st.sampled_from(PARTITIONS)
keys = st.none() | st.sampled_from([b"a", b"b", b"c", b"d", b"e"])
values = st.none() | st.binary(max_size=3)


class Model(RuleBasedStateMachine):
    """A list per partition knows all that was ever written; the file may have forgotten only what it should."""

    def __init__(self):
        super().__init__()
        self.now = 1_000_000_000
        self.written = {place: [] for place in PARTITIONS}
        self.positions = {}

        self.folder = tempfile.TemporaryDirectory()
        self.file = self.opened()
        self.file.apply(TOPICS)

    def opened(self):
        path = Path(self.folder.name) / "log.db"
        return LogFile(path, synchronous="OFF", clock=lambda: self.now)

    def partition(self, place):
        return self.file.topic(place[0]).partitions[place[1]]

    def read(self, place):
        return self.file.read(*place, 1, 10_000)

    @rule(batch=st.lists(st.tuples(places, keys, values), min_size=1, max_size=12))
    def append(self, batch):
        offsets = self.file.write([(self.partition(place), key, value) for place, key, value in batch], {})
        for (place, key, value), offset in zip(batch, offsets, strict=True):
            self.written[place].append((self.now, key, value))
            assert offset == len(self.written[place])

    @rule(place=places, group=st.sampled_from(["g", "h"]), position=st.integers(1, 50))
    def commit(self, place, group, position):
        self.file.write([], {group: {self.partition(place).id: position}})
        self.positions[group, place] = position

    @rule(
        passed=st.sampled_from(
            [1, RETENTION_MS // 2, RETENTION_MS + 1, 2 * upkeep_module.FRESH_MS, 86_400_001]
        )
    )
    def wait(self, passed):
        self.now += passed

    @rule()
    def maintain(self):
        while upkeep(self.file):
            pass

        for place in (("short", 0), ("short", 1), ("both", 0)):
            assert all(record.timestamp >= self.now - RETENTION_MS for record in self.read(place))

    @rule()
    def maintain_once(self):
        upkeep(self.file)

    @rule()
    def reopen(self):
        self.file.close()
        self.file = self.opened()

    @invariant()
    def what_is_read_was_written(self):
        for place, written in self.written.items():
            for record in self.read(place):
                assert (record.timestamp, record.key, record.value) == written[record.offset - 1]
            assert self.partition(place).tail == len(written) + 1

    @invariant()
    def nothing_is_forgotten_without_a_reason(self):
        for place, written in self.written.items():
            kept = {record.offset for record in self.read(place)}
            newest = {key: offset for offset, (_, key, _) in enumerate(written, 1)}
            for offset, (at, key, value) in enumerate(written, 1):
                expired = place[0] in ("short", "both") and at < self.now - RETENTION_MS
                compact = place[0] in ("compact", "both") and key is not None
                replaced = compact and newest[key] != offset
                buried = compact and value is None and at < self.now - upkeep_module.TOMBSTONE_MS
                assert offset in kept or expired or replaced or buried

    @invariant()
    def a_replaced_value_never_comes_back(self):
        for place in (("compact", 0), ("compact", 1), ("both", 0)):
            wanted = {key: value for at, key, value in self.written[place] if key is not None}
            for key, value in {record.key: record.value for record in self.read(place) if record.key}.items():
                assert value == wanted[key]

    @invariant()
    def positions_stay(self):
        found = {
            (group, (topic, number)): position
            for group in ("g", "h")
            for topic in self.file.topics
            for number, position in self.file.committed(group, topic).items()
        }
        assert found == self.positions

    def teardown(self):
        self.file.close()
        self.folder.cleanup()


class SmallSteps(Model):
    """The same with steps and a fresh part so small that every branch is taken."""

    def __init__(self):
        self.patches = [
            patch.object(upkeep_module, name, size)
            for name, size in (("TRIM_STEP", 3), ("COMPACT_STEP", 3), ("FRESH", 2))
        ]
        for one in self.patches:
            one.start()
        super().__init__()

    def teardown(self):
        for one in self.patches:
            one.stop()
        super().teardown()


TestModel = SmallSteps.TestCase
TestModel.settings = settings(
    max_examples=40,
    phases=(Phase.generate,),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def file(tmp_path):
    file = LogFile(tmp_path / "log.db", synchronous="OFF")
    yield file
    file.close()


def test_an_unknown_topic_is_answered_with_the_command(file):
    with pytest.raises(UnavailableError, match="topic nosuch is missing; run resonanz topics apply"):
        file.topic("nosuch")


def test_apply_leaves_partitions_and_policy_and_records_as_they_are(file):
    file.apply([Topic("t", "", partitions=2)])
    partition = file.topic("t").partitions[0]
    file.write([(partition, b"k", b"v")], {})
    file.apply([Topic("t", "", partitions=5, compact=True, retention_ms=7, max_message_bytes=9)])
    assert file.topic("t").settings == Topic("t", "", 2, retention_ms=7, max_message_bytes=9)
    assert file.topic("t").partitions[0] is partition
    assert file.write([(partition, b"k", b"w")], {}) == [2]


def test_one_read_is_bounded_in_bytes(file):
    file.apply([Topic("t", "", partitions=1)])
    partition = file.topic("t").partitions[0]
    file.write([(partition, None, bytes(6_000_000))] * 5, {})
    assert [record.offset for record in file.read("t", 0, 1, 100)] == [1, 2, 3]


def test_a_batch_is_written_whole_or_not_at_all(file):
    file.apply([Topic("t", "", partitions=1)])
    partition = file.topic("t").partitions[0]
    with pytest.raises(StorageError):
        file.write(
            [(partition, None, b"fine"), (partition, None, {"not": "bytes"})], {"g": {partition.id: 2}}
        )
    assert file.read("t", 0, 1, 10) == []
    assert file.committed("g", "t") == {}
    assert file.write([(partition, None, b"fine")], {}) == [1]


def test_a_log_of_another_version_is_refused(tmp_path):
    file = LogFile(tmp_path / "log.db")
    file.db.execute("PRAGMA user_version = 99")
    file.close()
    with pytest.raises(StorageError, match="not a log of version"):
        LogFile(tmp_path / "log.db")
