"""Everybody is looked at, those with news first."""

from streams.alerting.agenda import LOOKED_AT_ONCE, Agenda
from tests.streams.alerting.scene import START

NOW = START.timestamp() // 300 * 300
NAMES = {f"s{number}" for number in range(3 * LOOKED_AT_ONCE)}


def look(agenda: Agenda, secs: float) -> list[str]:
    due = agenda.due(secs, NAMES)
    for name in due:
        agenda.done(name, secs)
    return due


def test_all_are_looked_at_once_in_five_minutes_and_not_all_at_once():
    agenda = Agenda()
    looks = [look(agenda, NOW + second) for second in range(5)]
    assert [len(due) for due in looks] == [LOOKED_AT_ONCE] * 3 + [0, 0]
    assert set().union(*looks) == NAMES
    assert len(look(agenda, NOW + 300)) == LOOKED_AT_ONCE


def test_news_is_looked_at_at_once():
    agenda = Agenda()
    agenda.news.add("s599")
    assert "s599" in look(agenda, NOW)
    assert agenda.news == set()


def test_an_open_alert_is_followed_every_second_and_an_enormous_one_less_often():
    agenda = Agenda()
    for second in range(5):
        look(agenda, NOW + second)
    agenda.going_on.update({"s1": 40, "s2": 50_000})
    followed = [look(agenda, NOW + 5 + second) for second in range(10)]
    assert sum("s1" in due for due in followed) == 10
    assert sum("s2" in due for due in followed) == 2


def test_whoever_is_gone_is_not_looked_at():
    agenda = Agenda()
    agenda.news.add("gone")
    agenda.going_on["gone"] = 1
    agenda.forget("gone")
    assert "gone" not in agenda.due(NOW, NAMES)
    assert not agenda.news | agenda.going_on.keys()
