"""`resonanz enrich`: as a process, as a person types it."""

import json
import os
import subprocess
import sys

import pytest

RESONANZ = [sys.executable, "-c", "from streams.cli import main; main()", "enrich"]


def post(number, text="Die Bahn ist schon wieder zu spät, einfach nur schlecht", **more):
    return {"id": f"t:{number}", "source": "t", "created_at": "2026-11-01T10:00:00Z", "text": text, **more}


def lines(*posts):
    return b"".join(one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in posts)


def enrich(given, *options, cwd, **environ):
    return subprocess.run(
        [*RESONANZ, *options],
        input=given,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, **environ},
        check=False,
    )


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_post_becomes_one_line_in_order(tmp_path):
    done = enrich(lines(*(post(n) for n in range(150))), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [one["id"] for one in answers(done)] == [f"t:{n}" for n in range(150)]
    one = answers(done)[0]
    assert one["language"]["code"] == "de"
    assert one["story"]["key"]
    assert one["sentiment"]["label"] == "negative"
    assert one["influence"]["imputed"]
    assert set(one["enriched"]) == {"language", "story", "entities", "sentiment", "influence"}
    assert one["failed"] == {}


def test_a_bad_line_is_reported_with_its_number_and_the_rest_goes_on(tmp_path):
    done = enrich(lines(post(0), b"{no json\n", b"\n", {"id": "x"}, post(4)), cwd=tmp_path)
    assert done.returncode == 1
    assert [one["id"] for one in answers(done)] == ["t:0", "t:4"]
    reports = done.stderr.decode().splitlines()
    assert [report.partition(":")[0] for report in reports] == ["line 2", "line 4"]


def test_the_news_of_a_delete_passes(tmp_path):
    done = enrich(lines(post(0, text="", event="delete")), cwd=tmp_path)
    assert done.returncode == 0
    assert answers(done)[0]["enriched"] == {}


def test_no_input_is_no_output(tmp_path):
    done = enrich(b"", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_subscriptions_match_and_what_matches_nobody_is_written_too(tmp_path):
    file = tmp_path / "rail.toml"
    file.write_text('[[subscription]]\nid = "rail"\nquery = "bahn~"\n')
    done = enrich(lines(post(0), post(1, "Der Bus kommt")), "--subscriptions", str(file), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rail, bus = answers(done)
    assert [match["subscription"] for match in rail["matches"]] == ["rail"]
    assert rail["sentiment"]["targets"][0]["subscription"] == "rail"
    assert bus["matches"] == []
    assert bus["language"]["code"] == "de"


def test_subscriptions_may_be_named_in_the_configuration(tmp_path):
    (tmp_path / "rail.toml").write_text('[[subscription]]\nid = "rail"\nquery = "bahn~"\n')
    (tmp_path / "resonanz.toml").write_text('[subscriptions]\nfiles = ["rail.toml"]\n')
    done = enrich(lines(post(0)), cwd=tmp_path)
    assert [match["subscription"] for match in answers(done)[0]["matches"]] == ["rail"]


def test_chain_and_options_come_from_file_and_environment(tmp_path):
    (tmp_path / "own.toml").write_text(
        '[enrich]\nchain = ["language", "entities"]\n[enrichers.entities]\ntaggers = []\nnames = { "Bahn" = "ORG" }\n'
    )
    done = enrich(
        lines(post(0, "Super!")), "--config", "own.toml", cwd=tmp_path, RESONANZ_ENRICHERS_LANGUAGE_HOME="fr"
    )
    (one,) = answers(done)
    assert set(one["enriched"]) == {"language", "entities"}
    assert one["language"]["code"] == "fr"


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        ('[enrich]\nchain = ["langage"]\n', 'did you mean "language"'),
        ("[enrichers.sentiment]\nunsure = 0.4\n", "unsure_below"),
        ("[enrichers.story]\nsize = 4\n", "no options"),
        ('[enrichers.language]\nlanguages = ["xx"]\n', "xx"),
        ('[enrich]\nchain = ["language"]\n[subscriptions]\nfiles = ["rail.toml"]\n', 'chain = ["match"'),
    ],
)
def test_what_cannot_be_meant_is_refused_with_advice(tmp_path, content, advice):
    (tmp_path / "rail.toml").write_text('[[subscription]]\nid = "rail"\nquery = "bahn~"\n')
    (tmp_path / "resonanz.toml").write_text(content)
    done = enrich(lines(post(0)), cwd=tmp_path)
    assert done.returncode == 2
    assert advice in done.stderr.decode()
    assert done.stdout == b""


def test_the_first_answer_comes_before_the_input_ends(tmp_path):
    process = subprocess.Popen(RESONANZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path)
    with process:
        process.stdin.write(lines(post(0)))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == "t:0"
        process.stdin.write(lines(post(1)))
        process.stdin.close()
        assert json.loads(process.stdout.readline())["id"] == "t:1"
    assert process.returncode == 0


def test_a_reader_who_leaves_ends_it_quietly(tmp_path):
    given = tmp_path / "posts.ndjson"
    given.write_bytes(lines(*(post(n) for n in range(2_000))))
    with (
        given.open("rb") as source,
        subprocess.Popen(
            RESONANZ, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
        ) as process,
    ):
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
