"""Damage, foreign files, full disks, other processes: each ends in one clear sentence; nothing confirmed is lost."""

import os
import subprocess
import sys

import pytest

from streams.errors import InUseError, StorageError
from streams.log.base import Entry
from streams.log.embedded.client import EmbeddedLog
from streams.log.embedded.file import LogFile
from streams.topics import Topic

TOPIC = Topic("t", "", partitions=1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.db"


def filled(path, count=2000):
    file = LogFile(path)
    file.apply([TOPIC])
    file.write([(file.topic("t").partitions[0], b"k", os.urandom(1300)) for _ in range(count)], {})
    file.close()


def in_another_process(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


WRITE = """
import asyncio, os, resource, sys
from streams.errors import ResonanzError
from streams.log.base import Entry
from streams.log.embedded.client import EmbeddedLog
from streams.topics import Topic

async def main(path, limit):
    log = EmbeddedLog(f"sqlite:///{path}")
    await log.open()
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    sent = 0
    try:
        await log.apply([Topic("t", "", partitions=1)])
        while sent < 100_000:
            await log.append([Entry("t", b"k", os.urandom(1300))] * 50)
            sent += 50
    except ResonanzError as error:
        print(error)
    for _ in range(2):  # it stays stopped, so that nothing passes over the hole
        try:
            await log.append([Entry("t", b"k", b"small")])
        except ResonanzError as error:
            print(type(error).__name__)
    print(sent)
    await log.close()

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def held(path):
    file = LogFile(path)
    records = file.read("t", 0, 1, 200_000)
    file.close()
    return len(records)


def test_at_a_file_size_limit_the_log_holds_what_was_confirmed(path):
    error, *still, sent = in_another_process(WRITE, path, 3_000_000).splitlines()
    assert "free some disk space" in error
    assert still == ["StorageError", "StorageError"]
    assert held(path) == int(sent) > 0


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False
    ).returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_on_a_full_disk_the_log_holds_what_was_confirmed(small_disk):
    error, *still, sent = in_another_process(WRITE, small_disk / "log.db", 0).splitlines()
    assert "free some disk space" in error
    assert still == ["StorageError", "StorageError"]
    view = LogFile(small_disk / "log.db", readonly=True)
    assert len(view.read("t", 0, 1, 200_000)) == int(sent) > 0
    view.close()


@pytest.mark.parametrize("harm", ["header", "pages", "half", "text", "foreign"])
def test_damage_is_named_and_what_to_do(path, harm):
    filled(path)
    content = bytearray(path.read_bytes())
    if harm == "header":
        content[:100] = bytes(100)
    elif harm == "pages":
        content[8192 * 20 : 8192 * 60] = bytes(range(256)) * 32 * 40
    elif harm == "half":
        del content[len(content) // 2 :]
    elif harm == "text":
        content = bytearray(b"hello, I am a text of some length. " * 200)
    path.write_bytes(content)
    if harm == "foreign":
        path.unlink()
        in_another_process(
            "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('CREATE TABLE recipe(a)')",
            path,
        )
    with pytest.raises(StorageError, match=f"{path}: .*move the file away to start anew"):
        held(path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"):
        LogFile(tmp_path / "file" / "log.db")


CLAIM = """
import asyncio, sys
from streams.errors import ResonanzError
from streams.log.base import Entry
from streams.log.embedded.client import EmbeddedLog

async def main(path):
    log = EmbeddedLog(f"sqlite:///{path}")
    await log.open()
    print(await log.ends("t"))
    async for batch in log.tail("t", from_start=True):
        print(len(batch.records))
        if batch.caught_up:
            break
    try:
        await log.append([Entry("t", b"k", b"v")])
    except ResonanzError as error:
        print(type(error).__name__, error)
    await log.close()

asyncio.run(main(sys.argv[1]))
"""


async def test_a_second_process_reads_and_is_told_who_writes(path):
    log = EmbeddedLog(f"sqlite:///{path}")
    await log.apply([TOPIC])
    await log.append([Entry("t", b"k", b"v")] * 3)
    ends, read, refused = in_another_process(CLAIM, path).splitlines()
    assert (ends, read) == ("{0: 4}", "3")
    assert refused.startswith(f"InUseError {path} is in use by process {os.getpid()};")
    await log.append([Entry("t", b"k", b"v")])
    assert await log.ends("t") == {0: 5}
    await log.close()
    assert in_another_process(CLAIM, path).splitlines() == ["{0: 5}", "4"]


def test_two_owners_in_one_process_are_refused_too(path):
    file = LogFile(path)
    with pytest.raises(InUseError, match=str(os.getpid())):
        LogFile(path)
    file.close()
    LogFile(path).close()


def test_an_owner_that_was_killed_holds_nothing(path):
    code = "import os, sys, pathlib; from streams.log.embedded.file import LogFile; LogFile(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", f"{code}; os.kill(os.getpid(), 9)", path]
    assert subprocess.run(command, check=False).returncode == -9
    LogFile(path).close()
