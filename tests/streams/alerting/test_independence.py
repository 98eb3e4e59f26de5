"""Copies are no crisis, and many voices are: on a subscription that was watched for days."""

from datetime import timedelta

import pytest

from streams.alerting.learning import Learning
from tests.streams.alerting.scene import Scene, hit, watched_for_days


@pytest.fixture
def scene() -> Scene:
    return watched_for_days()


def told(scene: Scene, posts: int, voices: int, minutes: int, **changes) -> set[str]:
    """The alerts about so many posts by so many voices within so many minutes."""
    for number in range(posts):
        scene.now += timedelta(minutes=minutes) / posts
        scene.give(hit(next(scene.numbers), scene.now, author=f"v{number % voices}", **changes))
        scene.tick()
    return {alert.id for _, alert in scene.alerts if alert.kind == "volume"}


def test_five_hundred_copies_of_one_agency_story_by_five_authors_raise_nothing(scene):
    assert told(scene, posts=500, voices=5, minutes=30, story="agency") == set()


def test_nor_do_they_where_four_others_speak_in_the_same_hour(scene):
    told(scene, posts=4, voices=4, minutes=20)
    assert told(scene, posts=500, voices=5, minutes=30, story="agency") == set()


def test_sixty_independent_angry_voices_raise_an_alert(scene):
    assert len(told(scene, posts=60, voices=60, minutes=30, tone="negative")) == 1


def test_sixty_voices_that_share_one_story_do_as_well(scene):
    assert len(told(scene, posts=60, voices=60, minutes=30, story="agency")) == 1


def test_copies_of_the_past_are_no_highs():
    def learned(voices: int) -> Learning:
        scene = Scene()
        scene.backfill(700, days=14)
        for day in range(2, 13):
            begin = scene.now - timedelta(days=day)
            many = (
                hit(next(scene.numbers), begin, author=f"c{n % voices}", story="agency", mode="backfill")
                for n in range(40)
            )
            scene.give(*many)
        scene.give(hit(next(scene.numbers), scene.now))
        scene.tick()
        return scene.watch.learned("db")

    assert any(high.score > 1 for high in learned(voices=40).highs.kept)
    assert not any(high.score > 1 for high in learned(voices=5).highs.kept)
