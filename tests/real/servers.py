"""A real Apache Kafka and a real Elasticsearch, to be started, killed and frozen by tests and benchmarks."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).resolve().parent
FIRST_PORT, LAST_PORT = 20_000, 31_000
"""Below the ephemeral ports: a client that retries a dead port among those can connect to itself."""


class ServerError(RuntimeError):
    """The server could not be started or stopped; says what is missing."""


_given: set[int] = set()
"""Ports that were given away: who got one may be down for a moment."""


def free_port(*, also: int = 0) -> int:
    """A port that nobody listens on, nor on the one `also` above it; each process tries its own first."""
    first = FIRST_PORT + os.getpid() % 1000 * 10
    for port in (*range(first, LAST_PORT), *range(FIRST_PORT, first)):
        wanted = {port, port + also}
        if _given.isdisjoint(wanted) and not any(map(_taken, wanted)):
            _given.update(wanted)
            return port
    raise ServerError(f"no free port between {FIRST_PORT} and {LAST_PORT}")


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _run(script: Path, *args: object) -> str:
    for program, what in (("java", "Java 17 or newer"), ("mvn", "Maven")):
        if shutil.which(program) is None:
            raise ServerError(
                f"the cluster tests start real servers and need {what}: no `{program}` on the PATH"
            )
    done = subprocess.run([script, *map(str, args)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerError(f"{script.name} {args[0]}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout.strip()


class Server:
    """A process, or several, behind one of the scripts beside this file."""

    def __init__(self, script: Path, *home: object) -> None:
        self._script, self._home = script, home

    def _do(self, action: str, *options: object) -> str:
        return _run(self._script, action, *self._home, *options)

    def start(self) -> None:
        """Start what is down, on the same ports with the same data; returns when it serves."""
        self._do("start")

    def stop(self) -> None:
        """Shut down in order (SIGTERM)."""
        self._do("stop")

    def kill(self) -> None:
        """End at once (SIGKILL); harmless when nothing runs."""
        self._do("kill")

    def pause(self) -> None:
        """Freeze (SIGSTOP)."""
        self._do("pause")

    def resume(self) -> None:
        """Thaw (SIGCONT)."""
        self._do("resume")


class Kafka(Server):
    """One or three brokers with their data in `home`; `settings` are broker properties, `KEY=VALUE`.

    A killed broker is back after some five seconds, as its session ends after three. `url`:
    `kafka://127.0.0.1:PORT`, several brokers separated by `;`.
    """

    SCRIPT = HERE / "kafka" / "kafka"
    SETTINGS = (
        "message.max.bytes=10485760",
        "broker.session.timeout.ms=3000",
        "broker.heartbeat.interval.ms=500",
    )

    def __init__(self, home: Path, *, brokers: int = 1, settings: Sequence[str] = ()) -> None:
        super().__init__(self.SCRIPT, home)
        self._create: list[object] = ["--brokers", brokers, "--port", free_port()]
        for setting in (*self.SETTINGS, *settings):
            self._create += ["--set", setting]
        self.url = ""

    def start(self) -> None:
        """Create and start, or start what is down, on the same ports with the same data."""
        servers = self._do("start", *self._create)
        self.url = ";".join(f"kafka://{server}" for server in servers.split(","))

    def node(self, number: int) -> Server:
        """One of the brokers alone, from 1."""
        return Server(self.SCRIPT, *self._home, "--node", number)


class Elasticsearch(Server):
    """One node with its data in `home`; `settings` are node settings, `KEY=VALUE`."""

    SCRIPT = HERE / "elasticsearch" / "elasticsearch"

    def __init__(self, home: Path, *, heap: str = "512m", settings: Sequence[str] = ()) -> None:
        super().__init__(self.SCRIPT, "--home", home)
        self._options: list[object] = ["--port", free_port(also=100), "--heap", heap]
        for setting in settings:
            self._options += ["--set", setting]
        self.url = ""

    def start(self) -> None:
        """Start it, on the same port with the same data; returns when it answers."""
        self.url = self._do("start", *self._options)


S = TypeVar("S", bound=Server)


@contextmanager
def running(server: S) -> Iterator[S]:
    """Start a server, and end it whatever happens."""
    try:
        server.start()
        yield server
    finally:
        server.kill()
