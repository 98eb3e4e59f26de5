"""The folder of the embedded index: one owner, damage and a full disk said in one sentence, nothing half done."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from sinks.tantivy.index import Tantivy, TantivyConfig
from sinks.tantivy.store import Store
from streams.errors import ConfigError, InUseError, StorageError
from streams.search import Search
from streams.testing.make import EPOCH, mention


def index_of(folder: Path) -> Tantivy:
    return Tantivy(TantivyConfig(url=f"tantivy:///{folder}"))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Tantivy]:
    index = index_of(folder)
    await index.open()
    try:
        yield index
    finally:
        await index.close()


async def ids(index: Tantivy) -> list[str]:
    return [found.id for found in (await index.search(Search(), 1000)).mentions]


@pytest.mark.parametrize("url", ["tantivy:", "tantivy:///", "tantivy://data", "file:///x", ""])
def test_a_url_without_a_folder_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="tantivy:///data/index"):
        Tantivy(TantivyConfig(url=url))


def test_three_slashes_are_relative_and_four_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def open_and_close(url: str) -> None:
        index = Tantivy(TantivyConfig(url=url))
        await index.open()
        await index.close()

    monkeypatch.chdir(tmp_path)
    for url in ("tantivy:///data/index", f"tantivy:///{tmp_path}/other"):
        asyncio.run(open_and_close(url))
    assert {path.name for path in tmp_path.iterdir()} == {"data", "other"}


async def test_a_second_owner_is_told_the_first_ones_process(tmp_path: Path) -> None:
    async with opened(tmp_path):
        with pytest.raises(InUseError, match=str(os.getpid())):
            await index_of(tmp_path).open()
    async with opened(tmp_path) as index:
        assert await ids(index) == []


async def test_another_process_holds_the_folder_until_it_dies(tmp_path: Path) -> None:
    script = f"""
        import asyncio, sys, time
        from sinks.tantivy.index import Tantivy, TantivyConfig
        asyncio.run(Tantivy(TantivyConfig(url="tantivy:///{tmp_path}")).open())
        print("open", flush=True)
        time.sleep(600)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:  # noqa: ASYNC220 - nothing else waits
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"open\n"
            with pytest.raises(InUseError, match=str(other.pid)):
                await index_of(tmp_path).open()
        finally:
            other.send_signal(signal.SIGKILL)
            other.wait()
    async with opened(tmp_path) as index:
        assert await ids(index) == []


def cut_versions(folder: Path) -> None:
    (folder / "versions.db").write_bytes(b"no database at all" * 100)


def cut_words(folder: Path) -> None:
    (folder / "words" / "meta.json").write_text("{")


def lose_versions(folder: Path) -> None:
    for file in folder.glob("versions.db*"):
        file.unlink()


def lose_words(folder: Path) -> None:
    shutil.rmtree(folder / "words")


def lose_a_segment(folder: Path) -> None:
    for file in (folder / "words").glob("*.store"):
        file.unlink()


def of_another_version(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "versions.db")) as db:
        db.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize(
    "damage", [cut_versions, cut_words, lose_versions, lose_words, lose_a_segment, of_another_version]
)
async def test_damage_is_said_with_what_to_do(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    async with opened(tmp_path) as index:
        await index.deliver([mention(number) for number in range(3)])
    damage(tmp_path)
    with pytest.raises(StorageError, match=f"{tmp_path}.*(begins a new one|use that one)"):
        async with opened(tmp_path) as index:
            await ids(index)


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"):
        await index_of(tmp_path / "file" / "index").open()


async def test_what_was_committed_without_its_versions_comes_again_harmlessly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [mention(number) for number in range(3)]
    async with opened(tmp_path) as index:
        with monkeypatch.context() as patch:
            patch.setattr(
                "sinks.tantivy.versions.Versions.write", lambda *_: (_ for _ in ()).throw(OSError(5, "EIO"))
            )
            with pytest.raises(StorageError):
                await index.deliver(batch)
    async with opened(tmp_path) as index:
        assert len(await ids(index)) == 3
        await index.deliver(
            [*batch, mention(0, event="delete", text="", observed_at=EPOCH + timedelta(hours=1))]
        )
        assert await ids(index) == ["sample:2", "sample:1"]


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no file size limits here")
async def test_a_full_disk_ends_the_delivery_and_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: what was answered is there, the rest comes again."""
    script = f"""
        import asyncio, resource, signal, sys
        from sinks.tantivy.index import Tantivy, TantivyConfig
        from streams.errors import StorageError
        from streams.testing.make import mention

        async def main():
            index = Tantivy(TantivyConfig(url="tantivy:///{tmp_path}"))
            await index.open()
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
            for begin in range(0, 100_000, 100):
                try:
                    await index.deliver([mention(n, f"Wort{{n}} " * 50) for n in range(begin, begin + 100)])
                except StorageError as error:
                    print(begin, error)
                    break

        asyncio.run(main())
    """
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    delivered, sentence = run.stdout.split(" ", 1)
    assert str(tmp_path) in sentence
    async with opened(tmp_path) as index:
        assert len(await ids(index)) >= min(int(delivered), 1000)
        await index.deliver([mention(10**6)])


async def test_a_search_does_not_wait_for_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    going, go_on = Event(), Event()

    def wait(*_: object) -> int:
        going.set()
        go_on.wait(60)
        return 0

    monkeypatch.setattr(Store, "sweep", wait)
    async with opened(tmp_path) as index:
        await index.deliver([mention(1)])
        sweeping = asyncio.create_task(index.sweep(EPOCH))
        await asyncio.to_thread(going.wait, 60)
        assert await ids(index) == ["sample:1"]
        go_on.set()
        assert await sweeping == 0
