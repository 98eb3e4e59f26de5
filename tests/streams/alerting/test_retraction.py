"""What is taken back is shown no more: in the counts, in the memory, in alerts told, also in closed ones."""

from copy import deepcopy
from datetime import timedelta
from functools import cache

import pytest

from streams.alert import Alert
from streams.alerting.episodes import acknowledge
from streams.alerting.watch import Arrived, Watch
from streams.codec import encode
from streams.hit import Retraction
from tests.streams.alerting.scene import BAHN
from tests.streams.alerting.talk import Talk, calm_talk

SECRET = "Das haette ich nie sagen sollen"


@cache
def _stormy() -> Talk:
    talk = calm_talk(days=3.0)
    talk.steps(2, 40.0, negative=0.9)
    talk.give(
        talk.post(author="net:me", author_name="Mia Muster", influence=90.0, quote=SECRET, post="net:mine")
    )
    talk.steps(1, 40.0, negative=0.9)
    return talk


@pytest.fixture
def talk() -> Talk:
    return deepcopy(_stormy())


def take_back(talk: Talk, **what) -> None:
    gone = Retraction(created_at=talk.now, **what)
    talk.watch.absorb([Arrived(next(talk.offsets), int(talk.now.timestamp() * 1000), gone)])
    talk.tick()


def says(record: object) -> bool:
    text = encode(record).decode()
    return SECRET in text or "Mia Muster" in text or "net:me" in text


def newest(talk: Talk) -> dict[str, Alert]:
    return {alert.id: alert for _, alert in talk.alerts}


WHAT = [{"post": "net:mine"}, {"author": "net:me"}]


@pytest.mark.parametrize("what", WHAT)
def test_an_open_alert_is_rewritten_at_once_with_the_same_revision(talk, what):
    before = talk.alerts[-1][1]
    assert says(before)
    take_back(talk, **what)
    after = talk.alerts[-1][1]
    assert not says(after)
    assert (after.id, after.revision, after.history) == (before.id, before.revision, before.history)


@pytest.mark.parametrize("what", WHAT)
def test_nothing_of_it_stays_in_the_memory(talk, what):
    kept = dict(talk.watch.changed())
    assert any(SECRET.encode() in value for value in kept.values())
    take_back(talk, **what)
    kept |= dict(talk.watch.changed())
    assert not any(SECRET.encode() in value or b"Mia" in value for value in kept.values())


@pytest.mark.parametrize("what", WHAT)
def test_a_closed_alert_is_rewritten_too_also_when_another_goes_on(talk, what):
    talk.steps(288, 1.0)
    talk.steps(2, 60.0, negative=0.9)
    closed = [alert for alert in newest(talk).values() if says(alert)]
    assert [alert.state for alert in closed] == ["closed"]
    assert talk.alerts[-1][1].id != closed[0].id
    take_back(talk, **what)
    assert not any(says(alert) for alert in newest(talk).values())


def test_an_alert_of_a_subscription_that_is_gone_is_rewritten_by_whoever_is_left(talk):
    left = Watch(3)
    left.adopt(talk.alerts[-1][1])
    left.absorb([Arrived(1, 0, Retraction(created_at=talk.now, author="net:me"))])
    assert [says(alert) for alert in left.evaluate(talk.now)] == [False]


def test_it_is_still_found_after_a_restart(talk):
    watch = Watch(0)
    watch.restore(talk.watch.changed())
    watch.subscribe(BAHN)
    watch.absorb([Arrived(1, 0, Retraction(created_at=talk.now, author="net:me"))])
    told = watch.evaluate(talk.now + timedelta(seconds=1))
    assert told
    assert not any(says(alert) for alert in told)


def test_a_word_spoken_from_an_older_copy_does_not_bring_it_back(talk):
    before = talk.alerts[-1][1]
    take_back(talk, post="net:mine")
    talk.watch.adopt(acknowledge(before, by="anna", now=talk.now))
    talk.tick()
    assert talk.alerts[-1][1].state == "acknowledged"
    assert not says(talk.alerts[-1][1])


def test_an_edit_counts_no_more_and_is_shown_as_it_reads_now(talk):
    mine = {"author": "net:me", "author_name": "Mia Muster", "influence": 90.0, "post": "net:mine"}
    count = talk.alerts[-1][1].count
    talk.give(talk.post(**mine, quote="Ich nehme es zurück"))
    talk.steps(1, 10.0)
    assert talk.alerts[-1][1].count < count + 30
    quotes = {story.quote for story in talk.alerts[-1][1].top_stories}
    assert "Ich nehme es zurück" in quotes
    assert SECRET not in quotes


def test_those_who_still_match_keep_it(talk):
    take_back(talk, post="net:mine", keep=("db",))
    talk.steps(1, 40.0)
    assert says(talk.alerts[-1][1])


def test_names_and_words_of_calm_days_are_kept_for_an_hour_or_so():
    talk = calm_talk(days=3.0)
    talk.give(talk.post(author="net:me", author_name="Mia Muster", influence=24.9, quote=SECRET))
    kept = dict(talk.watch.changed())
    assert any(SECRET.encode() in value for value in kept.values())
    talk.steps(24, 1.0)
    kept |= dict(talk.watch.changed())
    assert not any(SECRET.encode() in (value or b"") for value in kept.values())
