"""A worker of ours with an agent that fails on cue: `scripted_worker.py URL GROUP SCRIPT.json`.

It passes posts on to the mentions. The script names record values: `raise` (once, on first sight of each; what
was raised before is remembered in the file), `reject`, and `retry` (refused twice, then taken). It ends with 0
once it has been idle for a while.
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from streams.agents.worker import Worker, faust_app
from streams.config import LogConfig
from streams.health import Health
from streams.log.base import Entry
from streams.log.delivery import deliver
from streams.log.opening import faust_broker, open_log
from streams.outcome import Rejected, Retry
from streams.topics import MENTIONS, POSTS


class Scripted:
    name = "scripted"
    topic = POSTS
    batch_records = 500

    def __init__(self, log, file):
        self._log, self._file, self._script = log, file, json.loads(file.read_text())
        self._seen = Counter()
        self.busy = asyncio.Event()

    async def settle(self, records):
        self.busy.set()
        values = [(record.value or b"").decode() for record in records]
        for value in set(values) & set(self._script["raise"]):
            self._script["raise"].remove(value)
            self._file.write_text(json.dumps(self._script))
            raise ZeroDivisionError("on cue")
        self._seen.update(values)
        fates = [self._fate(value) for value in values]
        taken = [r for r, fate in zip(records, fates, strict=True) if fate is None]
        done = await deliver(self._log, [Entry(MENTIONS, r.key, r.value) for r in taken])
        answers = iter(done)
        return [next(answers) if fate is None else fate for fate in fates]

    def _fate(self, value):
        if value in self._script["reject"]:
            return Rejected("on cue")
        if value in self._script["retry"] and self._seen[value] <= 2:
            return Retry("on cue")
        return None


async def main(url, group, file):
    log = open_log(LogConfig(url))
    await log.open()
    agent = Scripted(log, Path(file))
    worker = Worker(faust_app(*faust_broker(url), group=group), [agent], log, Health())
    await worker.start()
    await asyncio.wait_for(agent.busy.wait(), 30.0)
    while agent.busy.is_set():
        agent.busy.clear()
        await asyncio.sleep(1.5)
    await worker.stop()
    await log.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
