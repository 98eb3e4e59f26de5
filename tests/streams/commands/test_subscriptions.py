"""`resonanz subscriptions`: files are compared with what is kept, and saved only if all of them are right."""

import pytest

from streams.backfill import BackfillRequest
from streams.codec import decode, decode_subscription
from streams.subscription import Alarm
from streams.topics import BACKFILLS, SUBSCRIPTIONS
from tests.streams.commands.typed import apply_topics, latest, lines, refusal, resonanz

DB = '[[subscription]]\nid = "db"\nname = "Die Bahn"\nquery = "bahn~"\nmust_match = ["Bahnstreik"]\n'
OTHER = '\n[[subscription]]\nid = "post"\nquery = "paket"\n'


@pytest.fixture
def folder(tmp_path):
    apply_topics(tmp_path)
    return tmp_path


def applied(folder, text, *options):
    (folder / "kept.toml").write_text(text)
    return resonanz(folder, "subscriptions", "apply", "kept.toml", *options)


def listed(folder):
    return lines(resonanz(folder, "subscriptions", "list"))


def test_a_dry_run_shows_what_would_change_and_saves_nothing(folder):
    assert lines(applied(folder, DB, "--dry-run")) == ["+ db: bahn~"]
    assert latest(folder, SUBSCRIPTIONS) == {}


def test_what_is_applied_is_kept_and_only_a_change_makes_a_version(folder):
    assert lines(applied(folder, DB + OTHER)) == ["+ db: bahn~", "+ post: paket"]
    assert listed(folder) == ["db\tv1\tDie Bahn\tbahn~", "post\tv1\t\tpaket"]
    before = latest(folder, SUBSCRIPTIONS)
    assert lines(applied(folder, DB + OTHER)) == ["= db", "= post"]
    assert latest(folder, SUBSCRIPTIONS) == before
    assert lines(applied(folder, DB.replace("bahn~", "bahn~ OR zug") + OTHER)) == [
        "~ db: query: bahn~ → bahn~ OR zug",
        "= post",
    ]
    assert listed(folder) == ["db\tv2\tDie Bahn\tbahn~ OR zug", "post\tv1\t\tpaket"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (OTHER + DB.replace("Bahnstreik", "Busstreik"), "subscription 'db': "),
        (OTHER + DB.replace("bahn~", "(bahn"), 'write: (bahn)'),
        (OTHER + DB.replace('"db"', '"post"'), "the id 'post' occurs twice"),
        (DB.replace("name", "nome"), 'write "name = …"'),
        ("id = 1", "write [[subscription]] above each"),
    ],
)  # fmt: skip
def test_one_that_is_wrong_keeps_all_of_them_out(folder, text, sentence):
    done = applied(folder, text)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert latest(folder, SUBSCRIPTIONS) == {}


def test_the_examples_of_a_file_are_tested_without_a_log(tmp_path):
    (tmp_path / "kept.toml").write_text(DB)
    assert lines(resonanz(tmp_path, "subscriptions", "test", "kept.toml")) == ["ok db: 1 match, 0 do not"]
    (tmp_path / "kept.toml").write_text(DB.replace("Bahnstreik", "Busstreik"))
    assert "Busstreik" in refusal(resonanz(tmp_path, "subscriptions", "test", "kept.toml"))
    assert [file.name for file in tmp_path.iterdir()] == ["kept.toml"]


def test_a_match_is_explained_and_so_is_a_miss(folder):
    lines(applied(folder, DB))
    text = "Schon wieder Bahnstreik"
    hit = lines(resonanz(folder, "subscriptions", "explain", "db", "--text", text))
    assert hit[0].startswith("bahn~ → Bahnstreik")
    assert hit[1] == "  13–23: Bahnstreik"
    missed = lines(resonanz(folder, "subscriptions", "explain", "db", "--text", "Schon wieder Regen"))
    assert len(missed) == 1
    assert missed[0].startswith("no match: ")
    assert "bahn~" in missed[0]


def test_what_is_removed_is_forgotten_and_can_be_listened_for_again(folder):
    lines(applied(folder, DB + OTHER))
    assert lines(resonanz(folder, "subscriptions", "remove", "db")) == []
    assert listed(folder) == ["post\tv1\t\tpaket"]
    assert "no subscription 'db'" in refusal(resonanz(folder, "subscriptions", "remove", "db"))
    unknown = refusal(resonanz(folder, "subscriptions", "explain", "db", "--text", "Bahn"))
    assert "there are: post" in unknown


def test_who_changed_what_is_told_and_a_backfill_waits_for_a_pipeline(folder):
    lines(applied(folder, DB))
    assert lines(applied(folder, DB.replace("bahn~", "bahn~ OR zug"), "--backfill", "--since", "3d")) == [
        "~ db: query: bahn~ → bahn~ OR zug",
        "asked for; it begins when `resonanz run` or `resonanz work` does",
    ]
    (request,) = latest(folder, BACKFILLS).values()
    assert decode(BackfillRequest, request).version == 2
    told = [line.split("\t") for line in lines(resonanz(folder, "subscriptions", "history", "db"))]
    assert [(line[0], line[3], line[-1]) for line in told] == [
        ("v1", "added", "must_match: – → Bahnstreik"),
        ("v2", "changed", "query: bahn~ → bahn~ OR zug"),
    ]
    assert "nobody changed" in refusal(resonanz(folder, "subscriptions", "history", "nobody"))
    assert "write" in refusal(resonanz(folder, "subscriptions", "backfill", "db", "--since", "soon"))


def test_fields_are_set_one_by_one_and_the_others_stay(folder):
    done = resonanz(
        folder, "subscriptions", "set", "db", 'query=bahn~ OR "Die Bahn"', 'alarm.notify=["log:"]'
    )
    assert lines(done) == ['+ db: bahn~ OR "Die Bahn"']
    assignments = ("owner=anna", "labels.team=presse", "alarm.notify=", 'must_match=["Bahnstreik"]')
    told = (
        "~ db: owner: – → anna; labels: – → team=presse; must_match: – → Bahnstreik; alarm.notify: log: → –"
    )
    assert lines(resonanz(folder, "subscriptions", "set", "db", *assignments, "--dry-run")) == [told]
    assert lines(resonanz(folder, "subscriptions", "set", "db", *assignments)) == [told]
    kept = decode_subscription(latest(folder, SUBSCRIPTIONS)["db"])
    assert (kept.version, kept.query, kept.owner) == (2, 'bahn~ OR "Die Bahn"', "anna")
    assert kept.labels == {"team": "presse"}
    assert kept.alarm == Alarm()


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("nome=x", 'write "name = …"'),
        ("query", "write `query=…`"),
        ("query.de=x", "query has no parts; write `query=…`"),
        ("must_match=[Bahn", 'write ["…", "…"]'),
        ("must_match=Bahn", 'write `must_match = ["…"]`'),
        ('must_match=["Bus"]', "must match: 'Bus'"),
        ("version=4", "version is counted by us"),
    ],
)
def test_what_cannot_be_set_is_refused_and_nothing_is_saved(folder, assignment, sentence):
    done = resonanz(folder, "subscriptions", "set", "db", "query=bahn~", assignment)
    assert sentence in refusal(done)
    assert latest(folder, SUBSCRIPTIONS) == {}


def test_a_new_subscription_needs_a_query(folder):
    done = resonanz(folder, "subscriptions", "set", "db", "name=Die Bahn")
    assert (done.returncode, done.stdout) == (2, "")
    assert "write: bahn~" in done.stderr
