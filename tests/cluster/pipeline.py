"""A pipeline as a person starts it, in processes of its own, for drills that kill parts of it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from tests.real.servers import free_port

RESONANZ = Path(sys.executable).with_name("resonanz")
WITHOUT_MODELS = "match,story,influence"


def eventually(done: Callable[[], object], secs: float = 120.0, every: float = 0.3) -> object:
    """Wait until something is true, and return it."""
    deadline = time.monotonic() + secs
    while True:
        if answer := done():
            return answer
        assert time.monotonic() < deadline, f"not within {secs:g} s: {getattr(done, '__doc__', None) or done}"
        time.sleep(every)


class Pipeline:
    """`resonanz COMMAND` in a folder; everything it says goes to `said`."""

    def __init__(self, folder: Path, log_url: str, index_url: str, command: str = "run", **environment: str):
        self.folder, self.command = folder, command
        self.url = f"http://127.0.0.1:{free_port()}"
        self.said = folder / f"{command}-{self.url.rpartition(':')[2]}.log"
        self._environment = {
            "RESONANZ_LOG_URL": log_url,
            "RESONANZ_INDEX_URL": index_url,
            "RESONANZ_WEB_URL": self.url,
            "RESONANZ_ENRICH_CHAIN": WITHOUT_MODELS,
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.said.open("ab") as said:
            self._process = subprocess.Popen(
                [RESONANZ, self.command],
                cwd=self.folder,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    @property
    def worker(self) -> int | None:
        """The process id of the part that works: the supervisor's child, or the process itself."""
        assert self._process is not None
        if self.command != "run":
            return self._process.pid
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def kill_worker(self) -> None:
        """kill -9."""
        os.kill(eventually(lambda: self.worker), signal.SIGKILL)

    def resident_mib(self) -> float:
        status = Path(f"/proc/{self.worker}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def get(self, path: str) -> tuple[int, dict]:
        """Status and JSON of a page; (0, {}) while nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except (OSError, ValueError):
            return 0, {}

    def settled(self) -> bool:
        """Whether nothing waits in any agent's topic, as two looks tell."""
        status, health = self.get("/health/ready")
        return (
            status == 200
            and len(health["agents"]) > 4
            and not any(a["lag"] for a in health["agents"].values())
        )

    def wait_settled(self, secs: float = 240.0) -> None:
        """Until nothing waits, and still nothing a while later: agents feed each other."""
        for _ in range(3):
            eventually(self.settled, secs)
            time.sleep(2.5)
        eventually(self.settled, secs)

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def end(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextmanager
def running(pipeline: Pipeline):
    """Start it, and end it whatever happens; what it said is shown if the test fails."""
    pipeline.start()
    try:
        yield pipeline
    except BaseException:
        print(pipeline.said.read_text()[-4000:])
        raise
    finally:
        pipeline.end()
