"""`resonanz match` as a process: a stream in, a stream out."""

import json
import subprocess
import sys

PROGRAM = """
import sys, typer
from streams.commands.match import match
from streams.errors import ResonanzError
app = typer.Typer()
app.command()(match)
try:
    app()
except ResonanzError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def line(number: int, text: str) -> str:
    return (
        json.dumps({"id": f"a:{number}", "source": "a", "created_at": "2026-01-01T00:00:00Z", "text": text})
        + "\n"
    )


def started(*arguments: str) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], **pipes)


def test_the_first_answer_comes_before_the_input_ends():
    with started("--query", "bahn~ AND streik") as process:
        process.stdin.write(line(1, "Streik: der Bahnhof"))
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {
            "id": "a:1",
            "match": True,
            "spans": [[0, 6], [12, 19]],
            "because": ["bahn~ → Bahnhof (compound)", "streik → Streik (case)"],
        }
        rest, errors = process.communicate(line(2, "Bus"))
        assert json.loads(rest) == {
            "id": "a:2",
            "match": False,
            "spans": [],
            "missing": "`bahn~` is missing; `streik` is missing",
        }
        assert (process.returncode, errors) == (0, "")


def test_a_bad_line_is_told_with_its_number_and_the_rest_goes_on():
    with started("--query", "bahn") as process:
        out, errors = process.communicate(line(1, "Bahn") + "{bad\n" + line(3, "Bahn"))
    assert [json.loads(answer)["id"] for answer in out.splitlines()] == ["a:1", "a:3"]
    assert errors.startswith("line 2: ")
    assert process.returncode == 1


def test_a_bad_query_shows_the_place_and_ends_with_2():
    with started("--query", "bahn AND (") as process:
        out, errors = process.communicate("")
    assert (out, process.returncode) == ("", 2)
    assert errors.splitlines()[2] == "            ^"
    assert "write: bahn" in errors
    assert "Traceback" not in errors


def test_a_reader_that_goes_away_is_no_error():
    with started("--query", "bahn") as process:
        process.stdin.write(line(1, "Bahn"))
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        try:
            process.stdin.write(line(2, "Bahn") * 5000)
            process.stdin.close()
        except BrokenPipeError:
            process.stdin = None
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_posts_come_from_a_file(tmp_path):
    (tmp_path / "posts.ndjson").write_text(line(1, "Bahn"))
    with started("--query", "bahn", "--file", str(tmp_path / "posts.ndjson")) as process:
        out, _ = process.communicate("")
    assert json.loads(out)["match"]
