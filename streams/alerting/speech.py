"""Numbers, times and lists as one says them in German and English."""

from datetime import UTC, datetime, tzinfo

from streams.alerting.hours import zone_of
from streams.alerting.phrases import SAY
from streams.errors import UsageError
from streams.notification import Language

FORMS: dict[Language, str] = {"de": "%d.%m.%Y, %H:%M", "en": "%Y-%m-%d %H:%M"}


def zone_or_utc(name: str) -> tzinfo:
    """The time zone, or UTC for one that is not known."""
    try:
        return zone_of(name)
    except UsageError:
        return UTC


def moment(at: datetime, zone: tzinfo, language: Language) -> str:
    """A date and a time of day."""
    return at.astimezone(zone).strftime(FORMS[language])


def number(value: float, language: Language) -> str:
    """With as many digits as mean something."""
    digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if digits else text
    return text.replace(".", ",") if language == "de" else text


def percent(share: float) -> int:
    """A share in percent."""
    return round(share * 100)


def counted(count: int, one: str, language: Language) -> str:
    """So many of what `SAY` names in the singular."""
    many = one[:-1] + "ies" if one.endswith("y") else one + "s"
    return f"{count} {SAY[language][one if count == 1 else many]}"


def one_line(text: str) -> str:
    """The text without breaks."""
    return " ".join(text.split())
