"""Faust on the embedded log."""

import asyncio
import os
import subprocess
import sys

import faust
import pytest
from faust.types import TP

from streams.errors import UnavailableError
from streams.log.base import Entry
from streams.log.embedded.client import EmbeddedLog
from tests.log.test_embedded_kill import created, values

SECS = 20.0


def application(path, name="app", **settings):
    return faust.App(
        name,
        broker=f"sqlite:///{path}?synchronous=OFF",
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        stream_wait_empty=False,
        broker_commit_interval=0.1,
        consumer_auto_offset_reset="earliest",
        TableManager="streams.agents.no_tables:NoTables",
        **settings,
    )


def raw(app, topic):
    return app.topic(topic, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")


@pytest.fixture
async def log(tmp_path):
    created(tmp_path / "log.db")
    log = EmbeddedLog(f"sqlite:///{tmp_path}/log.db?synchronous=OFF")
    await log.open()
    yield log
    await log.close()


async def until(holds):
    async with asyncio.timeout(SECS):
        while not await holds():  # noqa: ASYNC110 - Faust tells nobody
            await asyncio.sleep(0.02)


def worker(path, what, total=0):
    command = [sys.executable, "-m", "tests.log.embedded_worker", str(path), what, str(total)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


async def test_a_slow_agent_gets_everything_and_a_bounded_queue(log, tmp_path):
    await log.append([Entry("src", b"%d" % number, b"%d" % number) for number in range(2000)])
    await log.close()
    done = await asyncio.to_thread(worker, tmp_path / "log.db", "slow")
    assert done.returncode == 0, done.stderr
    waiting_most = int(done.stdout.split()[-1])
    assert 0 < waiting_most <= 50
    assert sorted(map(int, values(tmp_path / "log.db", "out"))) == list(range(2000))


async def test_a_stuck_agent_does_not_keep_the_application_from_stopping(log, tmp_path):
    app = application(tmp_path / "log.db", stream_buffer_maxsize=10)
    stuck = asyncio.Event()

    @app.agent(raw(app, "src"))
    async def see(stream):
        async for _ in stream.noack().events():
            stuck.set()
            await asyncio.Event().wait()

    await app.start()
    await log.append([Entry("src", b"k", b"v")] * 500)
    async with asyncio.timeout(SECS):
        await stuck.wait()
        await asyncio.sleep(0.2)
        await app.stop()
    assert await log.committed("app", "src") == dict.fromkeys(range(4), 1)


async def test_records_arrive_in_order_and_are_committed(log, tmp_path):
    app = application(tmp_path / "log.db")
    seen = []

    @app.agent(raw(app, "src"))
    async def see(stream):
        async for events in stream.noack().noack_take(100, within=0.05):
            seen.extend((event.message.tp, event.message.offset, event.value) for event in events)
            for event in events:
                event.ack()

    await app.start()
    await log.append([Entry("src", b"%d" % number, b"%d" % number) for number in range(1000)])

    async def committed():
        return await log.committed("app", "src") == await log.ends("src")

    await until(committed)
    await app.stop()
    assert sorted(int(value) for _, _, value in seen) == list(range(1000))
    for number in range(4):
        offsets = [offset for tp, offset, _ in seen if tp.partition == number]
        assert offsets == list(range(1, len(offsets) + 1))


async def test_what_was_not_acknowledged_comes_again_at_the_next_start(log, tmp_path):
    await log.append([Entry("src", b"k", b"%d" % number, partition=0) for number in range(10)])

    async def run(name, acknowledged):
        app = application(tmp_path / "log.db")
        seen = []

        @app.agent(raw(app, "src"), name=name)
        async def see(stream):
            async for event in stream.noack().events():
                seen.append(int(event.value))
                if len(seen) <= acknowledged:
                    event.ack()

        async def all_came():
            return 9 in seen

        await app.start()
        await until(all_came)
        await app.stop()
        return seen

    assert await run("first", acknowledged=4) == list(range(10))
    assert await log.committed("app", "src") == {0: 5, 1: 1, 2: 1, 3: 1}
    assert await run("second", acknowledged=0) == list(range(4, 10))


async def test_what_retention_took_away_is_skipped(log, tmp_path):
    writer = log._claimed()
    await log.append([Entry("src", b"k", b"%d" % number, partition=0) for number in range(10)])
    partition = writer.file.topic("src").partitions[0]
    await writer.commit("app", {partition.id: 2})
    with writer.file.transaction() as db:
        db.execute("DELETE FROM record WHERE id < ?", (partition.base + 6,))
        db.execute("UPDATE partition SET head = 6 WHERE id = ?", (partition.id,))
    partition.head = 6
    app = application(tmp_path / "log.db")

    @app.agent(raw(app, "src"))
    async def see(stream):
        async for event in stream.noack().events():
            event.ack()

    async def committed():
        return (await log.committed("app", "src"))[0] == 11

    await app.start()
    await until(committed)
    await app.stop()


async def test_compacted_holes_do_not_hold_the_committed_offset_up(log, tmp_path):
    writer = log._claimed()
    await log.append([Entry("src", b"k", b"%d" % number, partition=0) for number in range(20)])
    partition = writer.file.topic("src").partitions[0]
    with writer.file.transaction() as db:
        gone = [partition.base + offset for offset in (2, 3, 4, 7, 8, 9, 10, 19)]
        db.executemany("DELETE FROM record WHERE id = ?", [(row,) for row in gone])
    app = application(tmp_path / "log.db")

    @app.agent(raw(app, "src"))
    async def see(stream):
        async for events in stream.noack().noack_take(3, within=0.05):
            for event in events:
                event.ack()

    async def committed():
        return (await log.committed("app", "src"))[0] == 21

    await app.start()
    await until(committed)
    await app.stop()


async def test_topic_send_is_confirmed_when_it_is_on_disk(log, tmp_path):
    app = application(tmp_path / "log.db")
    await app.producer.start()
    answer = await (await raw(app, "out").send(key=b"k", value=b"v", partition=2))
    assert (answer.topic_partition, answer.offset) == (TP("out", 2), 1)
    await app.producer.stop()
    assert values(tmp_path / "log.db", "out") == [b"v"]


async def test_an_unknown_topic_is_refused_and_not_created(log, tmp_path):
    app = application(tmp_path / "log.db")
    await app.producer.start()
    with pytest.raises(UnavailableError, match="topic nosuch is missing; run resonanz topics apply"):
        await app.producer.send_and_wait("nosuch", b"k", b"v", None, None, None)
    with pytest.raises(UnavailableError, match="topic nosuch is missing; run resonanz topics apply"):
        await app.producer.create_topic("nosuch", 1, 1)
    await app.producer.stop()
    with pytest.raises(UnavailableError):
        await log.ends("nosuch")


def test_a_worker_without_its_topics_ends_and_says_why(tmp_path):
    script = tmp_path / "app.py"
    script.write_text(
        "from tests.log.test_embedded_transport import application, raw\n"
        f"app = application({str(tmp_path / 'log.db')!r})\n"
        "@app.agent(raw(app, 'src'))\n"
        "async def see(stream):\n"
        "    async for _ in stream: pass\n"
        "app.main()\n"
    )
    command = [sys.executable, script, "--datadir", tmp_path, "worker", "-l", "error", "--without-web"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert ended.returncode != 0
    assert "topic src is missing; run resonanz topics apply" in ended.stderr
