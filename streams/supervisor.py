"""Keeps one part running: starts it, waits, and starts it again when a fault that is nobody's ended it.

Standard library only, so that the watching process stays small. The child holds the reading end of a pipe; when the
parent dies, however it dies, the child sees the end of it and leaves too.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

from streams.errors import EXIT_BUG, UnavailableError

SUPERVISED = "RESONANZ_SUPERVISED"
FIRST_PAUSE_SECS = 0.5
LONGEST_PAUSE_SECS = 30.0
STEADY_SECS = 60.0
"""A part that ran so long is healthy again: its next pause is the first one."""


def restart_pause(code: int, failures: int, *, has_worked: bool = False) -> float | None:
    """Seconds to wait before the next start; None if a restart cannot help.

    A bug (70) and a signal (negative) may be nobody's fault, and a service that does not answer (69) has an outage if
    the part `has_worked` with it before. Any other code says what a person must do.
    """
    if code == EXIT_BUG or code < 0 or (has_worked and code == UnavailableError.exit_code):
        return min(FIRST_PAUSE_SECS * 2.0 ** min(failures, 10), LONGEST_PAUSE_SECS)
    return None


def supervise(
    command: Sequence[str],
    *,
    part: str = "the pipeline",
    say: Callable[[str], object] = lambda text: sys.stderr.write(text + "\n"),
) -> int:
    """Run the command until it ends for good, or until we are asked to stop; its exit code."""
    stopped, children = threading.Event(), list[subprocess.Popen[bytes]]()

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.set()
        for child in children:
            child.send_signal(number)

    former = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        return _keep_running(command, part, say, stopped, children)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _keep_running(
    command: Sequence[str],
    part: str,
    say: Callable[[str], object],
    stopped: threading.Event,
    children: list[subprocess.Popen[bytes]],
) -> int:
    failures, has_worked = 0, False
    while True:
        started = time.monotonic()
        environment = {**os.environ, SUPERVISED: "1"}
        children[:] = [subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)]  # noqa: S603 - our own
        code = children[0].wait()
        if stopped.is_set():
            return max(code, 0)
        steady = time.monotonic() - started > STEADY_SECS
        has_worked = has_worked or steady or code == EXIT_BUG or code < 0
        failures = 0 if steady else failures
        pause = restart_pause(code, failures, has_worked=has_worked)
        if pause is None:
            return code
        say(f"resonanz: {part} ended unexpectedly ({_described(code)}); starting it again in {pause:g} s")
        if stopped.wait(pause):
            return 0
        failures += 1


def _described(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
