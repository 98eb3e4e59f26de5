"""When one may be disturbed: quiet hours, and when digests are told, in the time zone of the subscription.

Wall-clock times that a change of the clocks repeats or leaves out are read so that quiet hours never become shorter
than written.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from streams.errors import UsageError
from streams.subscription import Alarm

DIGEST_AT = time(8)
MONDAY = 0
WRITTEN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` to `end` of every day, or into the next one if it ends before it begins."""

    begin: time
    end: time
    zone: ZoneInfo

    def end_of(self, at: datetime) -> datetime | None:
        """When the quiet hours end in which that moment lies; None outside them."""
        today = at.astimezone(self.zone).date()
        overnight = timedelta(days=int(self.end < self.begin))
        for day in (today - timedelta(days=1), today):
            begin = min(self._moments(day, self.begin))
            end = max(self._moments(day + overnight, self.end))
            if begin <= at < end:
                return end
        return None

    def _moments(self, day: date, wall: time) -> list[datetime]:
        """One, or on the days the clocks change perhaps two."""
        local = datetime.combine(day, wall, self.zone)
        return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


def zone_of(name: str) -> ZoneInfo:
    """A time zone. Raises UsageError that says what to write."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f'timezone: {name!r:.60} is not known; write `timezone = "Europe/Berlin"`, as in the tz database'
        ) from None


def quiet_hours(alarm: Alarm) -> QuietHours | None:
    """The quiet hours; None without any. Raises UsageError that says what to write."""
    if alarm.quiet is None:
        return None
    parts = WRITTEN.fullmatch(alarm.quiet)
    if not parts or parts[1] + parts[2] == parts[3] + parts[4]:
        raise UsageError(
            f'quiet: {alarm.quiet!r:.40} is no span of hours and minutes; write `quiet = "22:00-07:00"`'
        )
    begin, end = time(int(parts[1]), int(parts[2])), time(int(parts[3]), int(parts[4]))
    return QuietHours(begin, end, zone_of(alarm.timezone))


def silent_until(alarm: Alarm, severity: int, at: datetime) -> datetime | None:
    """Until when something of this severity, which happens then, is not told; None: it is told at once.

    Quiet hours that nobody can read keep nothing back.
    """
    try:
        quiet = quiet_hours(alarm) if severity < alarm.loud_from else None
    except UsageError:
        return None
    return quiet.end_of(at) if quiet else None


def digest_end(alarm: Alarm, now: datetime) -> datetime:
    """The last moment up to now at which a digest is told: 08:00, of every day or of Mondays.

    Raises UsageError on an unknown time zone.
    """
    zone = zone_of(alarm.timezone)
    day = now.astimezone(zone).date()
    if datetime.combine(day, DIGEST_AT, zone) > now:
        day -= timedelta(days=1)
    if alarm.digest == "weekly":
        day -= timedelta(days=(day.weekday() - MONDAY) % 7)
    return datetime.combine(day, DIGEST_AT, zone).astimezone(UTC)


def digest_begin(alarm: Alarm, end: datetime) -> datetime:
    """When the day or the week begins that a digest tells of, which is when the one before ended."""
    return digest_end(alarm, end - timedelta(seconds=1))
