"""Commands that change what is kept, while a pipeline owns the embedded files: they go through its HTTP API."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from streams.alert import Alert
from streams.topics import ALERTS
from tests.cluster.pipeline import Pipeline, eventually, running
from tests.streams.commands.typed import apply_topics, lines, refusal, resonanz, write

SECRET = "invented"
SETTINGS = {
    "RESONANZ_INGESTORS_FORUM_TYPE": "webhook",
    "RESONANZ_INGESTORS_FORUM_SECRET": SECRET,
    "RESONANZ_WEB_TOKEN": "also invented",
}


@pytest.fixture
def pipeline(tmp_path):
    apply_topics(tmp_path)
    now = datetime.now(UTC)
    alert = Alert(id="db-1", subscription="db", name="Bahn", since=now - timedelta(minutes=5), updated_at=now)
    write(tmp_path, ALERTS, alert.id, alert)
    with running(Pipeline(tmp_path, "sqlite:///log.db", "tantivy:///index", **SETTINGS)) as started:
        eventually(lambda: started.get("/health/ready")[0] == 200)
        yield started


def typed(pipeline, *arguments):
    return resonanz(pipeline.folder, *arguments, WEB_URL=pipeline.url, WEB_TOKEN="also invented")


def applied(pipeline, query):
    (pipeline.folder / "kept.toml").write_text(f'[[subscription]]\nid = "db"\nquery = "{query}"\n')
    return lines(typed(pipeline, "subscriptions", "apply", "kept.toml"))


def post(pipeline, id, text):
    body = {"id": id, "source": "forum", "created_at": datetime.now(UTC).isoformat(), "text": text}
    request = urllib.request.Request(
        f"{pipeline.url}/hooks/forum", json.dumps(body).encode(), {"X-Webhook-Secret": SECRET}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status < 300


def mentioned(pipeline):
    return {one["id"] for one in pipeline.get("/api/mentions")[1].get("mentions", ())}


def followed(pipeline, prefix, text):
    """Post the text under new ids until it is mentioned; a change of subscriptions takes up to two seconds."""
    sent = [f"{prefix}:{number}" for number in range(60)]

    def tried():
        if sent:
            post(pipeline, sent.pop(0), text)
        return {id for id in mentioned(pipeline) if id.startswith(prefix)}

    assert eventually(tried, every=1.0)


def test_subscriptions_are_changed_and_followed(pipeline):
    assert applied(pipeline, "bahn") == ["+ db: bahn"]
    followed(pipeline, "old", "Die Bahn steht")
    post(pipeline, "early:1", "Der Zug steht")
    pipeline.wait_settled()
    assert "early:1" not in mentioned(pipeline)
    assert lines(typed(pipeline, "subscriptions", "set", "db", "query=zug")) == ["~ db: query: bahn → zug"]
    assert lines(typed(pipeline, "subscriptions", "list")) == ["db\tv2\t\tzug"]
    followed(pipeline, "new", "Der Zug steht")
    assert lines(typed(pipeline, "subscriptions", "remove", "db")) == []
    assert pipeline.get("/api/subscriptions")[1]["subscriptions"] == []
    assert lines(typed(pipeline, "subscriptions", "list")) == []


def test_an_alert_is_acknowledged_and_a_closed_one_refused(pipeline):
    assert lines(typed(pipeline, "alerts", "ack", "db-1", "--note", "ich rufe an")) == []
    (alert,) = pipeline.get("/api/alerts")[1]["alerts"]
    assert (alert["state"], alert["history"][-1]["note"]) == ("acknowledged", "ich rufe an")
    assert lines(typed(pipeline, "alerts", "list"))[0].startswith("db-1\tacknowledged\t")
    assert lines(typed(pipeline, "alerts", "snooze", "db-1")) == []
    assert lines(typed(pipeline, "alerts", "note", "db-1", "frei")) == []
    assert lines(typed(pipeline, "alerts", "close", "db-1")) == []
    assert "is closed" in refusal(typed(pipeline, "alerts", "ack", "db-1"))


def test_what_cannot_be_asked_for_says_what_to_do(pipeline):
    assert "token" in refusal(resonanz(pipeline.folder, "alerts", "ack", "db-1", WEB_URL=pipeline.url))
    elsewhere = resonanz(pipeline.folder, "alerts", "ack", "db-1", WEB_URL="http://127.0.0.1:9")
    assert elsewhere.returncode == 69
    assert "set [web] url to that of the running process" in elsewhere.stderr
    assert pipeline.get("/api/alerts")[1]["alerts"][0]["state"] == "open"


def test_the_doctor_sees_that_it_runs(pipeline):
    said = lines(typed(pipeline, "doctor"))
    assert [line.partition(": ")[0] for line in said] == [
        "ok     components",
        "ok     log",
        "ok     index",
        "ok     subscriptions",
    ]
    assert f"running; index is in use by process {pipeline.worker}" in said[2]
