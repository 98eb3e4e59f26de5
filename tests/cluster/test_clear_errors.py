"""What cannot work says so in one sentence, with an exit code that tells whose turn it is, and damages nothing."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.pipeline import RESONANZ, WITHOUT_MODELS, Pipeline, eventually, running
from tests.real.servers import free_port

PLAIN = {"RESONANZ_ENRICH_CHAIN": WITHOUT_MODELS, "RESONANZ_INGESTORS_DEMO_TYPE": "sample"}


def urls(folder):
    return f"sqlite:///{folder}/log.db", f"tantivy:///{folder}/index"


def said(folder: Path, *, command="run", limit=None, **changed) -> tuple[int, list[str]]:
    """Exit code and lines of a pipeline that cannot work."""
    log_url, index_url = urls(folder)
    environment = {
        "RESONANZ_LOG_URL": log_url,
        "RESONANZ_INDEX_URL": index_url,
        "RESONANZ_WEB_URL": f"http://127.0.0.1:{free_port()}",
        **PLAIN,
        **changed,
    }
    done = subprocess.run(
        [RESONANZ, command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=limit,
    )
    return done.returncode, done.stderr.strip().splitlines()


def test_a_second_run_on_the_same_files_names_the_first(tmp_path):
    with running(Pipeline(tmp_path, *urls(tmp_path), **PLAIN)) as first:
        eventually(lambda: first.get("/health/ready")[0] == 200)
        code, lines = said(tmp_path)
        assert code == 75
        assert len(lines) == 1
        assert f"in use by process {first.worker}" in lines[0]
        assert first.get("/health/ready")[0] == 200
        assert first.stop() == 0


def test_a_taken_port_is_named(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    with running(Pipeline(tmp_path, *urls(tmp_path), **PLAIN)) as first:
        eventually(lambda: first.get("/health/live")[0] == 200)
        code, lines = said(other, RESONANZ_WEB_URL=first.url)
    assert code == 75
    assert lines == [f"resonanz: {first.url} is taken; set [web] url"]


@pytest.mark.parametrize("name", ["log.db", "index"])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path, name):
    damaged = tmp_path / name
    if name == "index":
        (damaged / "words").mkdir(parents=True)
        damaged = damaged / "words" / "meta.json"
    damaged.write_bytes(b"this was no file of ours" * 400)
    code, lines = said(tmp_path)
    assert code == 74
    assert len(lines) == 1
    assert str(tmp_path) in lines[0]
    assert "move" in lines[0]
    assert damaged.read_bytes() == b"this was no file of ours" * 400


def test_a_full_disk_ends_it_and_what_was_confirmed_stays(tmp_path):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))

    code, lines = said(tmp_path, limit=small_files)
    assert code == 74
    assert "free some disk space" in lines[-1]
    checked = subprocess.run(
        [sys.executable, "-c", CHECK, tmp_path / "log.db"], capture_output=True, text=True, check=True
    )
    assert checked.stdout.strip() == "ok"


CHECK = (
    "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])"
)


@pytest.mark.parametrize(
    ("variable", "value", "code", "sentence"),
    [
        ("RESONANZ_LOG_URL", "amqp://broker", 2, "neither kafka nor sqlite"),
        ("RESONANZ_INDEX_URL", "mongodb://host", 2, "neither tantivy nor http"),
        ("RESONANZ_WEB_URL", "ftp://host", 2, "cannot be listened on"),
        ("RESONANZ_LOG_URL", "kafka://127.0.0.1:9", 69, "127.0.0.1:9"),
        ("RESONANZ_INDEX_URL", "http://127.0.0.1:9", 69, "127.0.0.1:9"),
        ("RESONANZ_ENRICH_CHAIN", "match,sentimant", 2, 'did you mean "sentiment"'),
        ("RESONANZ_INGESTORS_DEMO_TYPE", "sampel", 2, 'did you mean "sample"'),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, variable, value, code, sentence):
    given, lines = said(tmp_path, **{variable: value})
    assert given == code, lines
    assert sentence in lines[-1]
    assert not any("Traceback" in line for line in lines)
