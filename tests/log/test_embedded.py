"""What only the embedded log promises: grouped writes, one writer a process, and views of other processes."""

import asyncio

import pytest

from streams.errors import ConfigError, StorageError, UnavailableError
from streams.log.base import Entry
from streams.log.embedded.client import EmbeddedLog, path_of
from streams.log.embedded.file import LogFile
from streams.log.embedded.writer import acquire, acquired
from streams.topics import Topic

TOPIC = Topic("t", "", partitions=2)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.db"


@pytest.fixture
async def log(path):
    log = EmbeddedLog(f"sqlite:///{path}")
    await log.open()
    await log.apply([TOPIC])
    yield log
    await log.close()


@pytest.fixture
def writes(monkeypatch):
    """How many rows each transaction had."""
    write, seen = LogFile.write, []

    def counted(self, rows, commits):
        seen.append(len(rows))
        return write(self, rows, commits)

    monkeypatch.setattr(LogFile, "write", counted)
    return seen


async def test_what_comes_while_one_transaction_runs_is_written_in_the_next(log, writes):
    await asyncio.gather(*(log.append([Entry("t", b"k", b"v")] * 3) for _ in range(100)))
    assert sum(writes) == 300
    assert len(writes) <= 3


async def test_a_commit_is_never_on_disk_before_what_was_appended_earlier(log, path):
    writer = acquire(path)
    appended = asyncio.create_task(log.append([Entry("t", b"k", b"v")]))
    await asyncio.sleep(0)
    await writer.commit("group", {1: 7})
    assert appended.done() or sum((await log.ends("t")).values()) == 3
    assert await log.committed("group", "t") == {0: 7}
    await writer.release()


async def test_after_a_failed_write_nothing_more_is_written(log, path, monkeypatch):
    def full(self, rows, commits):
        raise StorageError("disk full")

    with monkeypatch.context() as fault:
        fault.setattr(LogFile, "write", full)
        with pytest.raises(StorageError, match="disk full"):
            await log.append([Entry("t", b"k", b"v")])
    writer = acquired(path)
    with pytest.raises(StorageError, match="disk full"):
        await log.append([Entry("t", b"k", b"v")])
    with pytest.raises(StorageError, match="disk full"):
        await writer.commit("group", {1: 2})
    with pytest.raises(StorageError, match="disk full"):
        await writer.flush()
    await log.close()
    again = EmbeddedLog(log.url)
    assert await again.ends("t") == {0: 1, 1: 1}
    assert await again.committed("group", "t") == {}
    await again.close()


async def test_what_waits_behind_a_failed_write_is_not_written_either(log, monkeypatch):
    write, failures = LogFile.write, [StorageError("disk full")]

    def full_once(self, rows, commits):
        if failures:
            raise failures.pop()
        return write(self, rows, commits)

    monkeypatch.setattr(LogFile, "write", full_once)
    first = asyncio.create_task(log.append([Entry("t", b"k", b"v")]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # its transaction runs now
    second = asyncio.create_task(log.append([Entry("t", b"k", b"w")]))
    answers = await asyncio.gather(first, second, return_exceptions=True)
    assert [str(answer) for answer in answers] == ["disk full", "disk full"]
    assert await log.ends("t") == {0: 1, 1: 1}


async def test_a_cancelled_append_hurts_nobody_else(log):
    first = asyncio.create_task(log.append([Entry("t", b"k", b"v")]))
    second = asyncio.create_task(log.append([Entry("t", b"k", b"w")]))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert sum((await log.ends("t")).values()) - 2 in (1, 2)


async def test_the_file_is_closed_by_the_last_of_its_users(log, path):
    other = EmbeddedLog(log.url)
    await other.append([Entry("t", b"k", b"v")])
    await log.close()
    await other.append([Entry("t", b"k", b"v")])
    assert acquired(path)
    await other.close()
    assert acquired(path) is None
    assert not path.with_name("log.db-wal").exists()


async def test_appends_and_new_topics_do_not_disturb_each_other(log):
    async def append():
        for _ in range(50):
            await log.append([Entry("t", b"k", b"v")])

    async def apply():
        for number in range(20):
            await log.apply([TOPIC, Topic(f"t{number}", "")])

    await asyncio.gather(append(), append(), apply())
    assert sum((await log.ends("t")).values()) == 102


async def test_a_view_follows_what_another_process_appends(log, path):
    view = LogFile(path, readonly=True)
    await log.append([Entry("t", b"k", b"v", partition=1)])
    view.refresh()
    assert [record.value for record in view.read("t", 1, 1, 10)] == [b"v"]
    with pytest.raises(StorageError, match="readonly"):
        view.write([(view.topic("t").partitions[0], b"k", b"v")], {})
    view.close()


async def test_reading_creates_no_file(tmp_path):
    log = EmbeddedLog(f"sqlite:///{tmp_path}/none/log.db")
    await log.open()
    assert [change.what for change in await log.plan([TOPIC])] == ["is missing"]
    with pytest.raises(UnavailableError, match="topic t is missing; run resonanz topics apply"):
        await log.ends("t")
    await log.close()
    assert not (tmp_path / "none").exists()


async def test_a_closed_log_ends_what_is_followed(log):
    async def follow():
        return [len(batch.records) async for batch in log.tail("t", from_start=True)]

    following = asyncio.create_task(follow())
    await log.append([Entry("t", b"k", b"v")])
    await asyncio.sleep(0.05)
    await log.close()
    assert sum(await following) == 1


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///data/log.db", "data/log.db"), ("sqlite:////srv/log.db", "/srv/log.db")],
)
def test_the_url_names_the_file(url, path):
    assert str(path_of(url)) == path


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite://data/log.db"])
def test_a_url_without_a_file_says_what_to_write(url):
    with pytest.raises(ConfigError, match="sqlite:///data/log.db"):
        EmbeddedLog(url)
