"""The detectors beside that of volume are kept up with what is counted, also with history that comes late."""

from tests.streams.alerting.scene import Scene
from tests.streams.alerting.talk import calm_talk


def test_history_that_was_read_in_teaches_all_detectors_bit_by_bit():
    scene = Scene()
    scene.backfill(600, days=14)
    scene.live(1, a_second=1)
    track = scene.watch._tracks["db"]
    assert track.steps_behind(int(scene.now.timestamp()) // 300) > 288
    scene.live(16, a_second=1)
    assert track.steps_behind(int(scene.now.timestamp()) // 300) == 0
    signals = track.listening.signals
    assert not any(one.learning for one in (signals.sentiment, signals.actor, signals.term, signals.silence))


def test_history_read_in_later_teaches_all_but_the_words_that_are_known_already():
    talk = calm_talk(days=3.0)
    track = talk.watch._tracks["db"]
    words, mood = track.listening.signals.term, track.listening.signals.sentiment
    talk.backfill(50, days=6)
    talk.steps(10, 1.0)
    signals = track.listening.signals
    assert signals.term is words
    assert signals.sentiment is not mood
    assert signals.sentiment.steps > mood.steps + 500
    assert signals.through["term"] == signals.through["sentiment"]
    assert talk.alerts == []


def test_terms_are_forgotten_after_some_hours_and_are_there_until_then():
    talk = calm_talk(days=3.0)
    said = [post for post in talk.watch._tracks["db"].counts.known() if post.terms]
    newest = max(post.bucket for post in said)
    assert 12 <= newest - min(post.bucket for post in said) <= 30
