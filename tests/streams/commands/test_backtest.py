"""`resonanz subscriptions backtest` and `alerts budget`: the kept past tells what would have been told."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from streams.codec import encode
from streams.log.base import Entry
from streams.post import Author, Post
from streams.topics import POSTS
from tests.cluster.pipeline import WITHOUT_MODELS
from tests.streams.alerting.synthetic import Mentions, crisis
from tests.streams.commands.typed import apply_topics, lines, on_log, refusal, resonanz

DAYS, CRISIS = 9, 6 * 288
NOW = datetime.now(UTC)
BEGIN = NOW - timedelta(days=DAYS)
DB = '[[subscription]]\nid = "db"\nquery = "bahn~"\n[subscription.alarm]\nat_most = "1 a week"\nkinds = ["volume"]\n'


def posts():
    counts = crisis(Mentions(rate=0.4, bursts=0.0), DAYS, 4, times=40, begin=CRISIS)
    for step, count in enumerate(counts):
        for number in range(int(count)):
            at = BEGIN + timedelta(seconds=300 * step + number)
            id = f"past:{step}-{number}"
            text = "Die Bahn steht" if number % 9 else "Ein Bahnhof"
            yield Post(id=id, source="past", created_at=at, text=text, author=Author(id=f"past:{id}"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("past")
    apply_topics(folder)
    entries = [Entry(POSTS, post.id.encode(), encode(post)) for post in posts()]
    on_log(folder, lambda log: log.append(entries))
    (folder / "db.toml").write_text(DB)
    return folder


def typed(folder, *arguments):
    return resonanz(folder, *arguments, ENRICH_CHAIN=WITHOUT_MODELS)


def test_a_file_is_run_over_the_past_before_it_is_saved(folder):
    said = lines(typed(folder, "subscriptions", "backtest", "db.toml"))
    assert said[0].startswith("db: ")
    rows = [line.split() for line in said if line.strip().startswith("20")]
    began = [datetime.fromisoformat(f"{row[0]} {row[1]}").replace(tzinfo=UTC) for row in rows]
    assert timedelta(hours=1) >= min(abs(at - BEGIN - timedelta(seconds=300 * CRISIS)) for at in began)
    assert '"1 a week": 4.29 a month are expected' in said[-2]


def test_as_json_with_another_budget(folder):
    said = lines(typed(folder, "subscriptions", "apply", "db.toml", "--backtest"))
    assert said[0] == "+ db: bahn~"
    assert said[1].startswith("! db: matched 2,175")
    assert said[2].startswith("db: ")
    (line,) = lines(typed(folder, "subscriptions", "backtest", "db", "--at-most", "1 a month", "--json"))
    done = json.loads(line)
    assert (done["subscription"], done["budget"]["at_most"]) == ("db", "1 a month")
    assert done["mentions"] == sum(1 for _ in posts())
    assert len(done["alerts"]) == 1
    assert done["alerts"][0]["severity"] >= 2
    (budget,) = lines(typed(folder, "alerts", "budget"))
    assert budget.startswith("db\t1 a week\t0 alerts in 28 days, 4 expected\tthreshold ")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("nobody",), "there is no subscription 'nobody'"),
        (("db.toml", "--days", "90"), "write days = 28"),
        (("db.toml", "--at-most", "often"), 'write `at_most = "2 a month"`'),
    ],
)
def test_what_cannot_be_meant_says_what_to_write(folder, arguments, advice):
    assert advice in refusal(typed(folder, "subscriptions", "backtest", *arguments))
