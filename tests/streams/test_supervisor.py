"""A part is started again when nobody's fault ended it; it never outlives who started it."""

import signal
import subprocess
import sys

import pytest

from streams.supervisor import FIRST_PAUSE_SECS, LONGEST_PAUSE_SECS, restart_pause, supervise

SUPERVISE = "import sys; from streams.supervisor import supervise; sys.exit(supervise(sys.argv[1:]))"
ENDS_ON_EOF = "import sys; print('up', flush=True); sys.stdin.read(); print('left', flush=True)"
SLEEPS = "import time; print('up', flush=True); time.sleep(300)"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr("streams.supervisor.FIRST_PAUSE_SECS", 0.001)


def child(tmp_path, dies: str) -> list[str]:
    """Dies so three times, then ends with 2."""
    code = f"""
import os, sys
with open({str(tmp_path / "starts")!r}, "a+") as starts:
    starts.write("x"); starts.flush(); starts.seek(0)
    times = len(starts.read())
if times > 3: sys.exit(2)
{dies}
"""
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("dies", "named"), [("sys.exit(70)", "exit code 70"), ("os.kill(os.getpid(), 9)", "SIGKILL")]
)
def test_what_died_of_a_bug_or_a_signal_is_started_again_after_growing_pauses(tmp_path, dies, named):
    said = []
    assert supervise(child(tmp_path, dies), part="the pipeline", say=said.append) == 2
    assert (tmp_path / "starts").read_text() == "xxxx"
    assert [named in line for line in said] == [True] * 3
    assert [line.split()[-2] for line in said] == ["0.001", "0.002", "0.004"]


def test_who_ran_steadily_is_started_again_after_the_first_pause(tmp_path, monkeypatch):
    monkeypatch.setattr("streams.supervisor.STEADY_SECS", 0.0)
    said = []
    supervise(child(tmp_path, "sys.exit(70)"), say=said.append)
    assert [line.split()[-2] for line in said] == ["0.001"] * 3


@pytest.mark.parametrize("code", [0, 1, 2, 69, 74, 75])
def test_what_a_person_must_mend_is_passed_on(code):
    said = []
    assert supervise([sys.executable, "-c", f"raise SystemExit({code})"], say=said.append) == code
    assert said == []


def test_a_pause_never_grows_beyond_the_longest():
    assert FIRST_PAUSE_SECS < LONGEST_PAUSE_SECS
    assert restart_pause(70, 10**6) <= LONGEST_PAUSE_SECS


def supervisor_of(code: str) -> subprocess.Popen:
    """A supervisor whose child is up."""
    command = [sys.executable, "-c", SUPERVISE, sys.executable, "-c", code]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "up\n"
    return process


def test_a_supervisor_that_is_terminated_ends_its_child_and_answers_0():
    with supervisor_of(SLEEPS) as process:
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == ""
        assert process.wait() == 0


def test_the_child_sees_the_end_of_its_pipe_when_the_supervisor_is_killed():
    with supervisor_of(ENDS_ON_EOF) as process:
        process.kill()
        assert process.stdout.read() == "left\n"
