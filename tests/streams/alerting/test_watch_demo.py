"""What `make run` shows: two weeks of the past, a calm start, then a burst twenty times as loud."""

from datetime import timedelta

import pytest

from ingestors.sample_schedule import Schedule
from streams.alerting.watch import Watch
from tests.streams.alerting.scene import BAHN, START, Scene, hit


@pytest.fixture(scope="module", params=[0, 97, 251], ids=lambda secs: f"{secs}s into the hour")
def scene(request) -> Scene:
    """After the calm start; the clock stands at another place within its five minutes."""
    scene = Scene(now=START + timedelta(seconds=request.param), seed=request.param)
    scene.backfill(3000, days=14)
    scene.live(150, a_second=2)
    return scene


def test_a_calm_start_far_above_the_backfilled_rate_does_not_alarm(scene):
    assert not scene.watch.learning("db")
    assert scene.alerts == []


def test_a_burst_is_told_within_seconds_and_once(scene):
    begin = scene.now
    scene.live(60, a_second=40)
    told = [at for at, alert in scene.alerts if alert.revision == 1]
    assert timedelta(0) < told[0] - begin <= timedelta(seconds=20)
    assert len({alert.id for _, alert in scene.alerts}) == 1
    last = scene.alerts[-1][1]
    assert last.severity >= 2
    assert last.voices >= 100
    assert last.count > 2 * last.expected
    assert last.unusual_days >= 15
    assert last.negative_share == pytest.approx(0.5, abs=0.05)
    assert last.posts


@pytest.mark.parametrize("enriched_after_secs", [0, 15, 25])
@pytest.mark.parametrize("secs_into_the_bucket", [0, 140, 280])
def test_the_sample_alarms_within_seconds_of_its_crisis_and_not_before(
    secs_into_the_bucket, enriched_after_secs
):
    started = START + timedelta(seconds=secs_into_the_bucket)
    schedule = Schedule(started, history_days=14, rate=2.0, crisis_after=20.0, seed=1)
    scene = Scene(now=started + timedelta(seconds=enriched_after_secs))
    scene.give(*(hit(number, at, mode="backfill") for number, at in enumerate(schedule.history)))
    told = len(schedule.history)
    while scene.now < started + timedelta(seconds=40):
        due = range(told, schedule.count_until(scene.now))
        times = {number: schedule.time_of(number) for number in due}
        scene.give(*(hit(number, at, observed_at=at) for number, at in times.items()))
        scene.tick()
        told += len(due)
        scene.now += timedelta(seconds=1)
    assert 20 < (scene.alerts[0][0] - started).total_seconds() <= 26
    assert len({alert.id for _, alert in scene.alerts}) == 1


def test_without_the_past_nothing_alarms_for_the_first_days():
    scene = Scene()
    scene.live(60, a_second=2)
    scene.live(60, a_second=40)
    assert scene.watch.learning("db")
    assert scene.alerts == []


def test_history_alone_never_alarms():
    scene = Scene()
    scene.backfill(3000, days=14)
    scene.give(*(hit(10_000 + n, scene.now, mode="backfill") for n in range(500)))
    scene.tick()
    assert scene.alerts == []


def test_history_that_arrives_after_the_first_live_posts_still_teaches():
    scene = Scene()
    scene.live(5, a_second=2)
    assert scene.watch.learning("db")
    scene.backfill(3000, days=14)
    assert not scene.watch.learning("db")
    scene.live(145, a_second=2)
    assert scene.alerts == []
    scene.live(20, a_second=40)
    assert len({alert.id for _, alert in scene.alerts}) == 1


def test_the_alert_is_told_again_after_a_restart_as_it_was():
    scene = Scene()
    scene.backfill(3000, days=14)
    scene.live(150, a_second=2)
    scene.live(20, a_second=40)
    before = scene.alerts[-1][1]
    restarted = Watch(0)
    restarted.restore(scene.watch.changed())
    restarted.subscribe(BAHN)
    again = restarted.evaluate(scene.now)
    assert [(alert.id, alert.revision) for alert in again] == [(before.id, before.revision)]
