"""A watch over days: what it tells, what it keeps to itself, and how people's words reach it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from streams.alerting.episodes import acknowledge, close
from streams.alerting.watch import Arrived
from streams.coverage import Coverage
from streams.errors import UsageError
from streams.hit import Retraction
from streams.subscription import Alarm
from tests.streams.alerting.scene import BAHN, Scene, hit, watched_for_days

DAY = timedelta(days=1)


def burst(scene: Scene, posts: int = 30, author: Callable[[int], str] = "b{}".format, **changes) -> None:
    """So many posts within as many seconds, by as many authors."""
    for number in range(posts):
        scene.now += timedelta(seconds=1)
        scene.give(hit(next(scene.numbers), scene.now, author=author(number), **changes))
    scene.tick()


def wait(scene: Scene, minutes: int) -> None:
    for _ in range(minutes):
        scene.now += timedelta(minutes=1)
        scene.tick()


@pytest.fixture
def scene() -> Scene:
    return watched_for_days()


def test_calm_days_alarm_nobody_and_a_burst_does(scene):
    assert scene.alerts == []
    burst(scene)
    assert [alert.state for _, alert in scene.alerts] == ["open"]


def test_thirty_posts_of_one_account_are_no_crisis(scene):
    burst(scene, author=lambda _: "loudmouth")
    assert scene.alerts == []


def test_one_loud_account_among_five_others_is_none_either(scene):
    burst(scene, author=lambda number: f"b{min(number, 4)}")
    assert scene.alerts == []


def test_four_voices_are_too_few_however_much_they_say(scene):
    wait(scene, 61)
    burst(scene, posts=60, author=lambda number: f"b{number % 4}")
    assert scene.alerts == []
    burst(scene, posts=15, author=lambda number: f"b{number % 5}")
    assert len(scene.alerts) == 1


def test_history_read_in_while_live_does_not_alarm(scene):
    for _ in range(6):
        scene.now += timedelta(minutes=5)
        burst(scene, posts=1, author=lambda _: f"c{next(scene.numbers)}")
    before = len(scene.alerts)
    scene.give(*(hit(60_000 + n, scene.now, author=f"h{n}", mode="backfill") for n in range(300)))
    scene.tick()
    assert len(scene.alerts) == before == 0


def test_what_a_source_delivers_minutes_late_still_alarms(scene):
    then = scene.now
    scene.now += timedelta(minutes=9)
    scene.give(hit(70_000, scene.now))
    scene.tick()
    scene.give(*(hit(50_000 + n, then + timedelta(seconds=n), author=f"l{n}") for n in range(200)))
    scene.tick()
    assert [alert.state for _, alert in scene.alerts] == ["open"]


def test_an_old_post_found_live_does_not_pretend_that_we_listened_since():
    scene = Scene()
    scene.give(hit(1, scene.now - 10 * DAY))
    scene.tick()
    assert scene.watch.learning("db")


def test_a_pace_above_the_past_becomes_the_new_normal():
    scene = Scene()
    scene.backfill(3000, days=14)
    for step in range(27 * 60):
        scene.now += timedelta(minutes=1)
        scene.give(*(hit(next(scene.numbers), scene.now - timedelta(seconds=n)) for n in range(3)))
        if step % 5 == 0:
            scene.tick()
    assert scene.alerts == []
    burst(scene, posts=300)
    assert len({alert.id for _, alert in scene.alerts}) == 1


def test_it_closes_after_half_an_hour_of_calm_and_says_so(scene):
    burst(scene)
    wait(scene, 70)
    last = scene.alerts[-1][1]
    assert (last.state, last.severity) == ("closed", 0)
    assert [change.state for change in last.history][-1] == "closed"


def test_within_a_day_only_something_worse_opens_another(scene):
    burst(scene, posts=12, tone="neutral")
    wait(scene, 120)
    burst(scene, posts=12, tone="neutral")
    assert len({alert.id for _, alert in scene.alerts}) == 1
    wait(scene, 120)
    burst(scene, posts=200, tone="negative")
    assert len({alert.id for _, alert in scene.alerts}) == 2


def test_late_posts_are_counted_where_they_belong_without_an_alarm(scene):
    then = scene.now - timedelta(hours=20)
    scene.now += timedelta(seconds=1)
    scene.give(*(hit(50_000 + n, then + timedelta(seconds=n), author=f"l{n}") for n in range(60)))
    scene.tick()
    assert scene.alerts == []
    buckets = scene.watch._tracks["db"].counts
    assert buckets.mentions(int(then.timestamp()) // 300) >= 50


def test_a_source_that_starts_does_not_look_like_a_crisis(scene):
    for _ in range(60):
        scene.now += timedelta(seconds=20)
        number = next(scene.numbers)
        scene.give(hit(number, scene.now, author=f"n{number}", source="forum"))
        scene.tick()
    assert scene.alerts == []


def test_what_is_taken_back_leaves_the_figures(scene):
    burst(scene, posts=40)
    opened = scene.alerts[-1][1]
    gone = [Retraction(created_at=scene.now, author=f"b{number}") for number in range(20)]
    scene.now += timedelta(seconds=30)
    scene.watch.absorb([Arrived(99_999, int(scene.now.timestamp() * 1000), one) for one in gone])
    scene.tick()
    assert scene.alerts[-1][1].count == opened.count - 20


def test_a_retraction_spares_those_who_still_match(scene):
    burst(scene, posts=40)
    kept = Retraction(created_at=scene.now, author="b1", keep=("db",))
    assert scene.watch.absorb([Arrived(99_999, 0, kept)])["taken back"] == 0


def test_a_persons_word_is_kept_and_the_figures_go_on(scene):
    burst(scene)
    opened = scene.alerts[-1][1]
    scene.watch.adopt(acknowledge(opened, by="anna", now=scene.now, note="we know"))
    scene.now += timedelta(seconds=20)
    burst(scene, posts=10)
    last = scene.alerts[-1][1]
    assert (last.state, last.history[1].by) == ("acknowledged", "anna")
    assert last.count > opened.count


def test_neither_side_is_lost_when_both_speak_at_once(scene):
    burst(scene)
    opened = scene.alerts[-1][1]
    burst(scene, posts=300, tone="negative")
    assert scene.alerts[-1][1].revision > 1
    scene.watch.adopt(acknowledge(opened, by="anna", now=scene.now))
    scene.tick()
    merged = scene.alerts[-1][1]
    assert merged.state == "acknowledged"
    assert merged.revision > 2
    assert merged.severity > opened.severity
    assert "anna" in [change.by for change in merged.history]


def test_our_own_words_read_back_change_nothing(scene):
    burst(scene)
    scene.watch.changed()
    scene.watch.adopt(scene.alerts[-1][1])
    assert scene.watch.changed() == []


def test_what_was_taken_over_is_told_again_lest_our_figures_hide_it(scene):
    burst(scene)
    scene.watch.adopt(acknowledge(scene.alerts[-1][1], by="anna", now=scene.now))
    assert [alert.state for alert in scene.watch.evaluate(scene.now)] == ["acknowledged"]


def test_an_alert_that_a_person_closed_stays_closed(scene):
    burst(scene)
    scene.watch.adopt(close(scene.alerts[-1][1], by="anna", now=scene.now))
    burst(scene, posts=10)
    assert scene.alerts[-1][1].state == "closed"
    assert len({alert.id for _, alert in scene.alerts}) == 1


def test_unsubscribing_closes_the_alert(scene):
    burst(scene)
    scene.watch.unsubscribe("db")
    scene.tick()
    assert scene.alerts[-1][1].state == "closed"
    scene.give(hit(77_777, scene.now))
    assert scene.watch.evaluate(scene.now) == []


def test_the_alert_says_whom_to_tell_and_what_is_covered(scene):
    scene.watch.subscribe(replace(BAHN, name="Bahn", alarm=Alarm(notify=("mailto:a@b.de",), min_severity=3)))
    scene.watch.cover(Coverage(ingestor="news", complete_until=scene.now, at=scene.now))
    burst(scene)
    alert = scene.alerts[-1][1]
    assert (alert.name, alert.alarm.notify, alert.alarm.min_severity) == ("Bahn", ("mailto:a@b.de",), 3)
    assert [line.ingestor for line in alert.coverage] == ["news"]


def test_an_unreadable_budget_is_refused_with_what_to_write(scene):
    with pytest.raises(UsageError, match='write `at_most = "2 a month"`'):
        scene.watch.subscribe(replace(BAHN, alarm=Alarm(at_most="often")))


def test_a_rarer_budget_asks_for_a_rarer_event(scene):
    scene.watch.subscribe(replace(BAHN, alarm=Alarm(at_most="1 a year")))
    burst(scene, posts=6)
    assert scene.alerts == []
    scene.watch.subscribe(replace(BAHN, alarm=Alarm(at_most="1 a day")))
    scene.tick()
    wait(scene, 1)
    burst(scene, posts=1)
    assert scene.alerts
