"""`resonanz doctor`: one line for each thing that must work."""

import pytest

from tests.streams.commands.typed import apply_topics, lines, resonanz

SUBSCRIPTION = '[[subscription]]\nid = "db"\nquery = "bahn"\n'


def test_all_is_well(tmp_path):
    apply_topics(tmp_path)
    (tmp_path / "db.toml").write_text(SUBSCRIPTION)
    demo = {"INGESTORS_DEMO_TYPE": "sample", "SUBSCRIPTIONS_FILES": "db.toml"}
    assert lines(resonanz(tmp_path, "doctor", **demo)) == [
        "ok     components: 1 ingestors, 6 enrichers, 0 sinks",
        "ok     log: sqlite:///log.db, all topics there",
        "ok     index: tantivy:///index",
        "ok     subscriptions: 1 in files",
    ]


def test_topics_that_are_missing_are_said_and_not_made(tmp_path):
    assert "ok     log: sqlite:///log.db; `resonanz topics apply` changes 12 topics" in lines(
        resonanz(tmp_path, "doctor")
    )
    assert not (tmp_path / "log.db").exists()


@pytest.mark.parametrize(
    ("part", "sentence", "settings"),
    [
        ("components", 'did you mean "feed"?', {"INGESTORS_NEWS_TYPE": "fead"}),
        ("components", '[ingestors.news] needs `url = "…"`', {"INGESTORS_NEWS_TYPE": "feed"}),
        ("components", 'did you mean "sentiment"?', {"ENRICH_CHAIN": "match,sentimant"}),
        ("log", "neither kafka nor sqlite", {"LOG_URL": "amqp://broker"}),
        ("index", "neither tantivy nor http", {"INDEX_URL": "mongodb://host"}),
        ("subscriptions", "none.toml cannot be read", {"SUBSCRIPTIONS_FILES": "none.toml"}),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_looked_at(tmp_path, part, sentence, settings):
    done = resonanz(tmp_path, "doctor", **settings)
    said = {line.split()[1].rstrip(":"): line for line in done.stdout.splitlines()}
    assert done.returncode == 1
    assert list(said) == ["components", "log", "index", "subscriptions"]
    assert [name for name, line in said.items() if line.startswith("wrong  ")] == [part]
    assert sentence in said[part]
