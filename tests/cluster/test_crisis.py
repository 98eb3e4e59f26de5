"""A whole crisis, from the first outrage to the all-clear, told once to real servers - also when the worker dies."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest

from tests.cluster.replay import CALM_DAYS, COURSE, PAST_DAYS, Played, Story, play

KILLS = 3


@pytest.fixture(scope="module")
def story() -> Story:
    return Story(datetime.now(UTC), seed=5)


@pytest.fixture(scope="module")
def undisturbed(story, tmp_path_factory):
    """The replay as it should be."""
    return asyncio.run(play(tmp_path_factory.mktemp("undisturbed"), story, {}))


def happenings(played: Played) -> list[str]:
    """What the webhooks said happened, without repeats."""
    said = [body["type"].removeprefix("alert.") for _, body in played.hooks]
    return [one for at, one in enumerate(said) if at == 0 or one != said[at - 1]]


def thread_of(mail: Message) -> str:
    assert mail["In-Reply-To"] == mail["References"]
    return mail["References"]


def test_the_story_is_long_enough(story):
    assert len(story) >= 5000
    assert story.steps[-1][0] - story.past[0].created_at >= timedelta(days=PAST_DAYS + CALM_DAYS)


def test_it_opens_worsens_eases_and_gets_the_all_clear(undisturbed, story):
    (alert,) = undisturbed.alerts
    assert happenings(undisturbed) == ["opened", "worsened", "eased", "closed"]
    assert [change.severity for change in alert.history] == [2, 3, 2, 0]
    assert timedelta(0) < alert.since - story.crisis_begins <= timedelta(hours=1)
    assert alert.closed_at
    assert story.steps[-1][0] - alert.closed_at <= timedelta(minutes=30)
    assert alert.count > 3000 > 50 * alert.expected
    assert alert.voices > 2000
    assert undisturbed.shown == {alert.id: "closed"}


def test_it_is_one_thread_of_mails_and_one_verified_webhook_a_change(undisturbed):
    (alert,) = undisturbed.alerts
    assert len({thread_of(mail) for mail in undisturbed.mails}) == 1
    ids = [id for id, _ in undisturbed.hooks]
    assert len(ids) == len(set(ids)) == len(undisturbed.mails) >= 4
    told = [one for _, body in undisturbed.hooks for one in body["data"]["alerts"]]
    assert {one["id"] for one in told} == {alert.id}
    assert [one["revision"] for one in told] == list(range(1, alert.revision + 1))
    assert len(undisturbed.notes) == 2 * alert.revision


async def test_killed_three_times_the_same_is_told_once(undisturbed, story, tmp_path):
    chance = random.Random(3)
    steps = chance.sample(range(len(story.steps) - len(COURSE), len(story.steps) - 5), KILLS)
    disturbed = await play(tmp_path, story, {step: chance.uniform(0.0, 0.4) for step in steps})
    (alert,), (expected,) = disturbed.alerts, undisturbed.alerts
    assert (alert.id, alert.since, alert.state) == (expected.id, expected.since, "closed")
    assert alert.closed_at == expected.closed_at
    assert (alert.count, alert.voices, alert.stories) == (expected.count, expected.voices, expected.stories)
    assert happenings(disturbed) == happenings(undisturbed)
    for told in ([id for id, _ in disturbed.hooks], [mail["Message-ID"] for mail in disturbed.mails]):
        assert len(told) == len(set(told))
    assert len({thread_of(mail) for mail in disturbed.mails}) == 1
