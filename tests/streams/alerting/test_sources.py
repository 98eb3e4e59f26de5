"""Sources that are missing: what is judged without them, what is said of it, and what does not alarm."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from streams.alerting.counts import Counted, Counts, bucket_of, hash_of
from streams.alerting.signals import Listening
from streams.alerting.sources import GONE_AFTER_SECS, LATE_AFTER_SECS, Seen, Sources
from streams.coverage import Coverage
from streams.subscription import Alarm
from tests.streams.alerting.scene import BAHN, START, hit
from tests.streams.alerting.talk import STEP, Talk, calm_talk

NOW = int(START.timestamp())
OTHER = {"source": "forum", "ingestor": "forum", "venue": "forum", "venue_kind": "forum"}


def covered(ingestor="net", minutes_ago=0.0, state="ok"):
    until = START - timedelta(minutes=minutes_ago)
    return Coverage(ingestor=ingestor, complete_until=until, at=until, state=state)


def states(*coverage, now=START):
    sources = Sources()
    for one in coverage:
        sources.note(one)
    return {one.ingestor: one.state for one in sources.covered(now)}, set(sources.missing(now))


def test_the_coverage_line_says_who_is_late_or_down():
    net, forum, paper = covered("net"), covered("forum", 40), covered("paper", 3, "down")
    told, missing = states(net, forum, paper)
    assert told == {"net": "ok", "forum": "late", "paper": "down"}
    assert missing == {hash_of("forum", 32), hash_of("paper", 32)}


def test_who_stays_away_for_a_week_is_gone_and_no_longer_missing():
    assert states(covered("net", 60, "down"), now=START + timedelta(seconds=GONE_AFTER_SECS)) == (
        {"net": "down"},
        set(),
    )


def test_a_source_that_cannot_tell_is_missing_only_while_it_is_down():
    unknown = Coverage(ingestor="hook", complete_until=None, at=START - timedelta(hours=3))
    assert states(unknown)[1] == set()
    down = Coverage(ingestor="hook", complete_until=None, at=START - timedelta(hours=3), state="down")
    assert states(down)[1] == {hash_of("hook", 32)}


def test_what_is_missing_is_neither_counted_nor_expected():
    counts = Counts()
    for number in range(400):
        source = OTHER if number % 4 else {"source": "net", "ingestor": "net"}
        counts.add(Counted.of(hit(number, START - timedelta(minutes=number), **source)), NOW)
    seen = Seen(counts)
    assert seen.present(bucket_of(NOW)) == 1.0
    seen.look({hash_of("forum", 32): NOW - 7200, hash_of("unheard", 32): NOW - 7200}, 1)
    assert seen.present(bucket_of(NOW)) == pytest.approx(0.25, abs=0.02)
    assert seen.present(bucket_of(NOW - 7200) - 1) == 1.0
    inside, before = bucket_of(NOW) - 3, bucket_of(NOW - 7200) - 3
    assert (seen.live(inside), counts.live(inside)) in {(1, 5), (2, 5)}
    assert seen.live(before) == counts.live(before)


def with_forum(days: float = 3.2) -> Talk:
    """Calm days of two sources, the forum the larger."""
    talk = calm_talk(days=0.2)
    for _ in range(int(days * 288)):
        talk.steps(1, 0.7)
        talk.give(*(talk.post(**OTHER) for _ in range(talk._poisson(2.0))))
        talk.watch.cover(Coverage(ingestor="forum", complete_until=talk.now, at=talk.now))
    return talk


@pytest.fixture(scope="module")
def both() -> Talk:
    return with_forum()


@pytest.fixture
def outage(both) -> Talk:
    """The forum has been down for three hours."""
    talk = deepcopy(both)
    until = talk.now
    for _ in range(36):
        talk.steps(1, 0.7)
        talk.watch.cover(Coverage(ingestor="forum", complete_until=until, at=talk.now, state="down"))
    return talk


def test_an_outage_alarms_nobody_and_lowers_what_is_expected(both, outage):
    assert outage.alerts == []
    track = outage.watch._tracks["db"]
    assert track.seen.present(bucket_of(outage.now.timestamp())) == pytest.approx(0.26, abs=0.06)
    levels = [scene.watch._tracks["db"].learning.head.level for scene in (both, outage)]
    assert levels[1] == pytest.approx(levels[0], rel=0.15)


def test_a_storm_on_the_others_is_told_and_says_who_is_missing(outage):
    outage.steps(2, 15.0)
    alert = outage.alerts[-1][1]
    assert alert.kind == "volume"
    assert {one.ingestor: one.state for one in alert.coverage} == {"net": "ok", "forum": "down"}


def test_catching_up_is_counted_where_it_belongs_and_alarms_nobody(outage):
    begun = outage.now - 36 * STEP
    late = [outage.post(**{**OTHER, "created_at": begun + timedelta(minutes=2.5 * n)}) for n in range(72)]
    for page in (late[:30], late[30:60], late[60:]):
        outage.now += timedelta(seconds=20)
        outage.give(*page)
        outage.tick()
    outage.watch.cover(Coverage(ingestor="forum", complete_until=outage.now, at=outage.now))
    outage.tick()
    for _ in range(24):
        outage.steps(1, 0.7)
        outage.give(*(outage.post(**OTHER) for _ in range(outage._poisson(2.0))))
        outage.watch.cover(Coverage(ingestor="forum", complete_until=outage.now, at=outage.now))
    assert outage.alerts == []
    counts = outage.watch._tracks["db"].counts
    assert counts.mentions(bucket_of((begun + timedelta(minutes=61)).timestamp())) >= 2


def test_no_all_clear_while_most_of_what_is_usual_cannot_be_seen(both):
    talk = deepcopy(both)
    talk.give(*(talk.post(**OTHER) for _ in range(80)))
    talk.tick()
    assert talk.alerts[-1][1].state == "open"
    until = talk.now
    for _ in range(12):
        talk.steps(1, 0.7)
        talk.watch.cover(Coverage(ingestor="forum", complete_until=until, at=talk.now, state="down"))
    assert talk.alerts[-1][1].state == "open"
    for _ in range(12):
        talk.steps(1, 0.7)
        talk.watch.cover(Coverage(ingestor="forum", complete_until=talk.now, at=talk.now))
    assert talk.alerts[-1][1].state == "closed"


def test_a_source_that_falls_silent_about_itself_is_late():
    assert states(covered("net"), now=START + timedelta(seconds=LATE_AFTER_SECS + 1))[0] == {"net": "late"}


def test_a_source_that_stops_is_named_though_the_others_go_on(both):
    talk = deepcopy(both)
    talk.watch.subscribe(replace(BAHN, alarm=Alarm(at_most="1 a day", kinds=("silence",))))
    for _ in range(60):
        talk.steps(1, 0.7)
        talk.watch.cover(Coverage(ingestor="forum", complete_until=talk.now, at=talk.now))
    alert = talk.alerts[-1][1]
    assert (alert.kind, alert.subject, alert.state, alert.count) == ("silence", "forum", "open", 0)
    talk.give(talk.post(**OTHER))
    talk.steps(1, 0.7)
    assert talk.alerts[-1][1].state == "closed"
    assert {alert.subject for _, alert in talk.alerts} == {"forum"}


def test_where_one_of_two_sources_cannot_tell_only_the_other_can_be_silent():
    counts, listening = Counts(), Listening()
    for number in range(400):
        source = OTHER if number % 4 else {"source": "hook", "ingestor": "hook"}
        counts.add(Counted.of(hit(number, START - timedelta(minutes=number), **source)), NOW, NOW - 86_400)
    listening.advance(counts, bucket_of(NOW), {hash_of("forum", 32): NOW, hash_of("hook", 32): None}, 1000)
    assert set(listening.signals.sources) == {hash_of("forum", 32), hash_of("hook", 32)}
    through = listening.signals.through
    assert through[f"silence of {hash_of('forum', 32)}"] > through["silence"]
