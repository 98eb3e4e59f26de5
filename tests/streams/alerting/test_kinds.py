"""Several kinds of alarm: each is told once, and what belongs to one event is one alert."""

from dataclasses import replace

import pytest

from streams.alerting.counts import hash_of
from streams.alerting.finding import Finding
from streams.subscription import Alarm
from tests.streams.alerting.scene import BAHN, Scene
from tests.streams.alerting.talk import STEP, Talk, calm_talk

OFTEN = replace(BAHN, alarm=Alarm(at_most="1 a day"))


@pytest.fixture
def talk() -> Talk:
    talk = calm_talk()
    assert talk.alerts == []
    talk.watch.subscribe(OFTEN)
    return talk


def last(scene: Scene):
    return scene.alerts[-1][1]


def test_the_mood_turns_and_is_told_once_though_no_more_is_said(talk):
    talk.steps(60, 1.0, negative=0.9)
    assert talk.kinds() == ["sentiment"]
    assert len({alert.id for _, alert in talk.alerts}) == 1
    assert last(talk).id.startswith("db-sentiment-")
    assert last(talk).negative_share > 2 * last(talk).negative_usual > 0
    talk.steps(120, 1.0, negative=0.1)
    assert last(talk).state == "closed"


def test_a_kind_not_chosen_is_not_told(talk):
    talk.watch.subscribe(replace(BAHN, alarm=Alarm(at_most="1 a day", kinds=("volume", "silence"))))
    talk.steps(60, 1.0, negative=0.9)
    assert talk.alerts == []


def test_somebody_of_weight_who_joins_is_named_and_the_id_holds_no_name(talk):
    talk.give(talk.post(author="net:star", author_name="Dr. Star", influence=88.0))
    talk.steps(6, 1.0)
    alert = last(talk)
    assert (alert.kind, alert.subject, alert.state) == ("actor", "Dr. Star", "open")
    assert alert.id.endswith(f"-{hash_of('net:star', 32):08x}")
    assert alert.actors[0].name == "Dr. Star"
    talk.steps(90, 1.0)
    assert last(talk).state == "closed"


def test_a_word_that_many_say_at_once_is_told_with_the_word(talk):
    talk.steps(12, 1.0, terms=("rueckruf",))
    assert talk.kinds() == ["term"]
    assert last(talk).subject == "rueckruf"
    assert "rueckruf" in {term.term for term in last(talk).terms}


def test_what_is_found_while_a_storm_goes_on_is_no_alert_of_its_own_but_makes_it_worse(talk):
    talk.steps(3, 60.0, negative=0.95, terms=("rueckruf",))
    assert talk.kinds() == ["volume"]
    mild = last(talk).severity
    talk.give(talk.post(author="net:star", author_name="Dr. Star", influence=88.0))
    talk.steps(12, 60.0, negative=0.95, terms=("rueckruf",), venue="paper", venue_kind="news")
    talk.steps(60, 1.0)
    assert talk.kinds() == ["volume"]
    assert max(alert.severity for _, alert in talk.alerts) > mild
    worst = max((alert for _, alert in talk.alerts), key=lambda alert: alert.severity)
    assert "Dr. Star" in {actor.name for actor in worst.actors}
    assert "rueckruf" in {term.term for term in worst.terms}
    assert worst.severity_parts["influence"] == 6
    assert last(talk).state == "closed"


def test_volume_is_told_though_the_mood_was(talk):
    talk.steps(60, 1.0, negative=0.9)
    talk.steps(3, 60.0, negative=0.9)
    assert talk.kinds() == ["sentiment", "volume"]


def test_silence_is_told_and_ends_with_the_next_post():
    talk = calm_talk(mean=3.0)
    talk.watch.subscribe(OFTEN)
    talk.steps(60, 0.0)
    silent = last(talk)
    assert talk.kinds() == ["silence"]
    assert (silent.state, silent.severity, silent.count) == ("open", 1, 0)
    assert silent.expected > 20
    talk.steps(1, 9.0)
    assert last(talk).state == "closed"
    assert len({alert.id for _, alert in talk.alerts}) == 1


def test_a_source_that_is_down_is_not_silent():
    talk = calm_talk(mean=3.0)
    talk.watch.subscribe(OFTEN)
    talk.down = True
    talk.steps(100, 0.0)
    assert talk.alerts == []


def test_what_the_agents_have_not_come_to_is_not_silence():
    talk = calm_talk(mean=3.0)
    talk.watch.subscribe(OFTEN)
    for _ in range(100):
        talk.now += STEP
        talk.read()
        assert talk.watch.evaluate(talk.now, up_to_date=False) == []


def test_after_a_restart_the_same_alerts_go_on_and_none_is_new(talk):
    kept = dict(talk.watch.changed())
    for _ in range(20):
        talk.steps(3, 1.0, negative=0.9)
        kept |= dict(talk.watch.changed())
    before = {alert.id for _, alert in talk.alerts}
    talk.watch = type(talk.watch)(0)
    assert talk.watch.restore(kept.items()) == []
    talk.watch.subscribe(OFTEN)
    talk.steps(20, 1.0, negative=0.9)
    assert before == {alert.id for _, alert in talk.alerts}


def test_a_finding_about_somebody_nobody_can_name_is_not_told(talk):
    track = talk.watch._tracks["db"]
    finding = Finding("actor", 12345, 3650.0, 90.0, 20.0)
    track.listening.advance = lambda *_: [(0, finding)]
    talk.steps(2, 1.0)
    assert talk.alerts == []
