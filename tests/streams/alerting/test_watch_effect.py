"""What followed a measure is told with the alert, and grows while time passes."""

from datetime import timedelta

from streams.alerting.episodes import measure
from tests.streams.alerting.scene import Scene, hit


def say(scene: Scene, minutes: int, a_minute: int) -> None:
    """So many posts a minute, with a look every minute."""
    for _ in range(minutes):
        scene.now += timedelta(minutes=1)
        scene.give(*(hit(next(scene.numbers), scene.now) for _ in range(a_minute)))
        scene.tick()


def test_what_follows_a_measure_is_found_from_the_counts_and_grows():
    scene = Scene()
    scene.backfill(1000, 14)
    say(scene, 20, 0)
    say(scene, 20, 30)
    alert = scene.alerts[-1][1]
    assert alert.state == "open"
    scene.watch.adopt(measure(alert, at=scene.now, measure="Stellungnahme", by="anna", now=scene.now))
    say(scene, 10, 10)
    assert scene.alerts[-1][1].effects[0].change is None
    say(scene, 20, 10)
    [effect] = scene.alerts[-1][1].effects
    assert effect.low < effect.change < effect.high < 1
    assert effect.before > 2 * effect.after > 0
    assert effect.negative_before is not None
    say(scene, 20, 5)
    assert 0 < scene.alerts[-1][1].effects[0].after < effect.after
