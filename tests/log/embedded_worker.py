"""A Faust application on the embedded log: it passes `src` on to `out`, batch by batch, and is killed at any time.

Arguments: the log's file, what to do besides (`feed TOTAL`, `slow`, `sabotage TOTAL`).
"""

import asyncio
import sys
from pathlib import Path

import faust

from streams.agents.no_tables import NoTables
from streams.log.base import Entry
from streams.log.embedded.client import EmbeddedLog
from streams.log.embedded.writer import Writer

PATH, WHAT, TOTAL = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
CONFIRMED = PATH.with_suffix(".confirmed")
BUFFER = 50 if WHAT == "slow" else 16384

app = faust.App(
    "passing",
    broker=f"sqlite:///{PATH}",
    store="memory://",
    web_enabled=False,
    topic_disable_leader=True,
    topic_allow_declare=False,
    table_standby_replicas=0,
    stream_wait_empty=False,
    stream_buffer_maxsize=BUFFER,
    broker_commit_interval=0.2,
    consumer_auto_offset_reset="earliest",
    TableManager=NoTables,
)
source = app.topic("src", key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")
log = EmbeddedLog(f"sqlite:///{PATH}")
waited = [0]


@app.agent(source)
async def pass_on(stream):
    """Acknowledge a batch whole, in order, once it is on disk."""
    async for events in stream.noack().noack_take(200, within=0.1):
        if WHAT == "slow":
            waited.append(source_channel().queue.qsize())
            await asyncio.sleep(0.002)
        await log.append([Entry("out", event.key, event.value) for event in events])
        for event in events:
            event.ack()


def source_channel():
    return next(iter(app.topics))


async def feed():
    """Send; note what was confirmed; go on there after a kill."""
    CONFIRMED.touch()
    at = len(CONFIRMED.read_bytes().split())
    print("FEED", flush=True)
    with CONFIRMED.open("ab", buffering=0) as confirmed:
        while at < TOTAL:
            batch = range(at, min(at + 200, TOTAL))
            await log.append([Entry("src", b"k%d" % (n % 500), b"%d" % n) for n in batch])
            confirmed.write(b"".join(b"%d\n" % number for number in batch))
            at = batch.stop
            await asyncio.sleep(0.04)


async def until_done():
    """Wait until all is committed."""
    while await log.committed("passing", "src") != await log.ends("src"):  # noqa: ASYNC110 - Faust tells nobody
        await asyncio.sleep(0.05)


def sabotage():
    """Confirm before it is on disk."""
    append = Writer.append

    async def too_early(self, rows):
        asyncio.get_running_loop().call_later(0.5, lambda: asyncio.ensure_future(append(self, rows)))
        return []

    Writer.append = too_early


async def main():
    await log.open()
    if WHAT == "sabotage":
        sabotage()
    await app.start()
    if WHAT != "slow":
        await feed()
    await until_done()
    print("DONE", max(waited), flush=True)
    await app.stop()
    await log.close()


if __name__ == "__main__":
    asyncio.run(main())
