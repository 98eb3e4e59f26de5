"""Quiet hours and the times of digests, on the days the clocks change too."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alerting.hours import digest_begin, digest_end, quiet_hours, silent_until
from streams.subscription import Alarm

NIGHT = Alarm(quiet="22:00-07:00", loud_from=4)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-15T21:59:59+01:00", None),
        ("2026-11-15T22:00:00+01:00", "2026-11-16T07:00:00+01:00"),
        ("2026-11-16T06:59:59+01:00", "2026-11-16T07:00:00+01:00"),
        ("2026-11-16T07:00:00+01:00", None),
        ("2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(now, end):
    assert silent_until(NIGHT, 3, at(now)) == (at(end) if end else None)


def test_quiet_hours_within_a_day():
    lunch = Alarm(quiet="12:00-13:30", timezone="UTC")
    assert silent_until(lunch, 1, at("2026-11-15T12:00:00Z")) == at("2026-11-15T13:30:00Z")
    assert silent_until(lunch, 1, at("2026-11-15T23:00:00Z")) is None


def test_an_hour_that_comes_twice_is_quiet_twice_and_one_that_is_left_out_cuts_nothing():
    early = Alarm(quiet="01:00-02:30")
    assert silent_until(early, 1, at("2026-10-25T02:45:00+02:00")) == at("2026-10-25T02:30:00+01:00")
    assert silent_until(early, 1, at("2026-03-29T01:59:00+01:00")) == at("2026-03-29T03:30:00+02:00")

    late = Alarm(quiet="02:30-04:00")
    assert silent_until(late, 1, at("2026-10-25T02:45:00+02:00")) == at("2026-10-25T04:00:00+01:00")
    assert silent_until(late, 1, at("2026-10-25T02:15:00+01:00")) == at("2026-10-25T04:00:00+01:00")


def test_what_is_severe_is_never_silent():
    assert silent_until(NIGHT, 4, at("2026-11-15T23:00:00+01:00")) is None


MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
MOMENTS = st.integers(1_767_225_600, 1_830_297_600).map(lambda secs: datetime.fromtimestamp(secs, UTC))
ZONES = st.sampled_from(["Europe/Berlin", "Europe/Zurich", "UTC", "America/St_Johns", "Australia/Lord_Howe"])


@given(MINUTES, MINUTES, ZONES, MOMENTS)
def test_what_is_held_back_is_told_within_a_day_and_an_hour(begin, end, zone, now):
    alarm = Alarm(quiet=f"{begin}-{end}", timezone=zone)
    until = silent_until(alarm, 0, now)
    if begin != end and until is not None:
        quiet = quiet_hours(alarm)
        assert quiet is not None
        assert now < until <= now + timedelta(hours=25)
        assert quiet.end_of(until - timedelta(seconds=1)) == until


@given(ZONES, MOMENTS, st.sampled_from(["daily", "weekly"]))
def test_each_moment_lies_in_one_digest(zone, now, digest):
    alarm = Alarm(digest=digest, timezone=zone)
    end = digest_end(alarm, now)
    begin = digest_begin(alarm, end)
    days = 1 if digest == "daily" else 7
    assert end <= now < end + timedelta(days=days, hours=1)
    assert digest_end(alarm, end) == end
    assert digest_end(alarm, end - timedelta(seconds=1)) == begin
    assert abs(end - begin - timedelta(days=days)) <= timedelta(hours=1)


def test_a_weekly_digest_ends_on_monday_morning():
    end = digest_end(Alarm(digest="weekly"), at("2026-11-29T12:00:00+01:00"))
    assert end == at("2026-11-23T08:00:00+01:00")
    assert digest_end(Alarm(digest="weekly"), at("2026-11-30T07:59:00+01:00")) == end
