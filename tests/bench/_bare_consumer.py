"""A Faust agent that does nothing but acknowledge: `_bare_consumer URL COUNT`; prints the CPU seconds it took."""

import asyncio
import sys
import time

from streams.agents.worker import Worker, faust_app
from streams.config import LogConfig
from streams.health import Health
from streams.log.opening import faust_broker, open_log
from streams.outcome import DELIVERED
from streams.topics import POSTS


class Nothing:
    name = "nothing"
    topic = POSTS
    batch_records = 500

    def __init__(self, count):
        self.left, self.done = count, asyncio.Event()

    async def settle(self, records):
        self.left -= len(records)
        if self.left <= 0:
            self.done.set()
        return [DELIVERED] * len(records)


async def main(url, count):
    log = open_log(LogConfig(url))
    await log.open()
    agent = Nothing(int(count))
    worker = Worker(faust_app(*faust_broker(url), group="bare"), [agent], log, Health())
    started = time.process_time()
    await worker.start()
    await agent.done.wait()
    print(time.process_time() - started)
    await worker.stop()
    await log.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
