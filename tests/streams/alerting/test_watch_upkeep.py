"""A watch whose memory is old or broken, and whose clock jumps."""

import json
from collections import Counter
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from streams.alerting.counts import KEPT_BUCKETS, Counts, bucket_of
from streams.alerting.memory import key, split
from streams.alerting.watch import Arrived, Watch
from tests.streams.alerting.scene import BAHN, START, hit
from tests.streams.alerting.talk import Talk, calm_talk

BEFORE = {
    "standing": {
        "seen": 7,
        "began": 5_970_000,
        "heard_from": {"77": 1_791_000_000},
        "touched": None,
        "settled": 5_970_001,
        "episode": {
            "alert": {
                "id": "db-volume-20261115T0900Z",
                "subscription": "db",
                "name": "Deutsche Bahn",
                "severity": 2,
                "since": "2026-11-15T09:00:00Z",
                "updated_at": "2026-11-15T09:01:00Z",
                "count": 30,
                "posts": ["sample:1"],
                "history": [{"at": "2026-11-15T09:01:00Z", "state": "open", "severity": 2}],
                "alarm": {"at_most": "2 a month", "notify": ["log:"], "min_severity": 1, "language": "de"},
            },
            "calm_since": None,
            "lower_since": None,
        },
        "examples": [{"at": 1_794_733_000, "influence": 3.5, "post": "sample:1", "story": 9}],
    },
    "posts/0": {"seen": 7, "posts": [[11, 12, 13, 14, 77, 1_794_733_000, True, 2, 100]]},
    "fold": {"seen": 7, "upto": -1, "horizon": 0, "folded": {}},
}
"""As the version before saved it, when there was one kind of alarm."""


def saved(parts: dict[str, object]) -> list[tuple[bytes, bytes]]:
    return [(key(0, "db", what), json.dumps(part).encode()) for what, part in parts.items()]


def test_what_the_version_before_saved_is_read():
    watch = Watch(0)
    assert watch.restore(saved(BEFORE)) == []
    watch.subscribe(BAHN)
    [alert] = watch.evaluate(START)
    assert (alert.id, alert.kind, alert.severity) == ("db-volume-20261115T0900Z", "volume", 2)
    track = watch._tracks["db"]
    assert [(post.post, post.influence, post.terms) for post in track.counts.known()] == [(11, -1.0, ())]
    assert track.examples[0].post == "sample:1"


@pytest.fixture(scope="module")
def talk() -> Talk:
    talk = calm_talk(days=3.0)
    talk.steps(2, 40.0, negative=0.9)
    return talk


@pytest.mark.parametrize("broken", ["posts/0", "learning", "signals", "standing", "examples"])
@pytest.mark.parametrize("value", [b"{", b"\xff\xfe", b'{"seen": "x"}', b"[]"])
def test_an_entry_that_cannot_be_read_is_left_out_and_named(talk, broken, value):
    entries = dict(deepcopy(talk).watch.changed())
    assert broken in {split(entry)[2] for entry in entries}
    watch = Watch(0)
    assert watch.restore({**entries, key(0, "db", broken): value}.items()) == [f"db|{broken}"]
    watch.subscribe(BAHN)
    watch.adopt(talk.alerts[-1][1])
    told = watch.evaluate(talk.now + timedelta(seconds=2))
    assert {alert.id for alert in told} <= {talk.alerts[-1][1].id}


@pytest.mark.parametrize("entry", [b"nonsense", b"\xff|db|fold", b"x|db|fold", b"0|db|posts/x"])
def test_a_key_that_says_nothing_is_left_out_and_named(entry):
    assert len(Watch(0).restore([(entry, b"{}")])) == 1


def reasons(*hits, counts=Counts) -> Counter[str]:
    watch = Watch(0, new_counts=counts)
    at_ms = int(START.timestamp() * 1000)
    return Counter(watch.absorb([Arrived(n, at_ms, one) for n, one in enumerate(hits)]))


def test_whatever_is_not_counted_is_counted_by_its_reason():
    year = timedelta(days=365)
    given = [
        hit(1, START),
        hit(1, START),
        hit(2, START + year),
        hit(3, datetime(1970, 1, 1, tzinfo=UTC)),
        hit(4, START - KEPT_BUCKETS * timedelta(minutes=5)),
        hit(5, START + timedelta(minutes=59)),
    ]
    assert reasons(*given) == {"counted": 2, "known": 1, "future": 1, "too old": 2}


def test_one_enormous_bucket_is_counted_and_what_may_be_forgotten_is_refused_as_too_old():
    flood = [hit(n, START) for n in range(1000)]
    found = reasons(*flood, counts=lambda: Counts(max_posts=100, chunk_posts=10))
    assert found == {"counted": 101, "too old": 899}


JUMPS = [timedelta(hours=2), timedelta(days=2), timedelta(days=400)]


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("back", [1, -1])
def test_a_clock_that_jumps_and_is_put_right_forgets_nothing_and_alarms_nobody(jump, back):
    talk = calm_talk(days=3.2)
    counted = talk.watch._tracks["db"].counts
    before = {number: one.mentions for number, one in counted.buckets.items()}
    right = talk.now
    for minute in range(10):
        talk.now = right + back * jump + timedelta(minutes=minute)
        talk.tick()
    talk.now = right + timedelta(minutes=10)
    talk.tick()
    assert {number: one.mentions for number, one in counted.buckets.items()} == before
    assert talk.alerts == []
    assert not talk.watch.learning("db")
    talk.steps(4, 1.0)
    talk.steps(1, 50.0)
    assert talk.alerts[-1][1].kind == "volume"


def test_a_clock_that_is_right_forgets_what_is_old():
    talk = calm_talk(days=1.0)
    talk.watch.evaluate(talk.now + timedelta(days=29))
    for hours in range(3):
        talk.watch.evaluate(talk.now + timedelta(days=29, hours=hours))
    buckets = talk.watch._tracks["db"].counts.buckets
    assert not [one for one in buckets if one < bucket_of(talk.now.timestamp()) - 12]
