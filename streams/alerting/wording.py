"""What an alert says, in German or English: a title, and a few lines. Times are UTC."""

from datetime import datetime

from streams.alert import Alert
from streams.alerting.detector import MAX_DAYS
from streams.alerting.severity import SCALE
from streams.alerting.telling import Happening, happening_of
from streams.notification import Language

TITLES: dict[Language, dict[Happening, str]] = {
    "de": {
        "opened": "{name}: ungewöhnlich viele Erwähnungen ({step})",
        "worsened": "{name}: verschärft ({step})",
        "eased": "{name}: abgeschwächt ({step})",
        "acknowledged": "{name}: übernommen von {by}",
        "snoozed": "{name}: stumm geschaltet von {by}",
        "reopened": "{name}: hält an ({step})",
        "closed": "{name}: Entwarnung",
        "noted": "{name}: Notiz von {by}",
    },
    "en": {
        "opened": "{name}: unusually many mentions ({step})",
        "worsened": "{name}: worse ({step})",
        "eased": "{name}: easing ({step})",
        "acknowledged": "{name}: taken care of by {by}",
        "snoozed": "{name}: muted by {by}",
        "reopened": "{name}: still going on ({step})",
        "closed": "{name}: all clear",
        "noted": "{name}: note by {by}",
    },
}
LINES: dict[Language, dict[str, str]] = {
    "de": {
        "step": "Stufe {severity} von 6: {wind}",
        "since": "Seit {since} UTC: {count} Erwähnungen, üblich wären {expected}.",
        "rare": "Das kommt etwa einmal in {days} Tagen vor.",
        "rarest": "Das kommt seltener als einmal in 10 Jahren vor.",
        "voices": "{voices} Stimmen und {stories} verschiedene Texte in {count} Erwähnungen.",
        "negative": "Davon negativ, soweit die Tonlage bekannt ist: {share} %.",
        "covered": "Vollständig gelesen: {sources}.",
        "until": "{name} bis {until} UTC",
        "unknown": "{name} unbekannt",
        "uncovered": "Ob alle Quellen vollständig gelesen sind, ist nicht bekannt.",
        "note": "Notiz: {note}",
    },
    "en": {
        "step": "level {severity} of 6: {wind}",
        "since": "Since {since} UTC: {count} mentions, where {expected} would be usual.",
        "rare": "That happens about once in {days} days.",
        "rarest": "That happens less than once in 10 years.",
        "voices": "{voices} voices and {stories} distinct texts in {count} mentions.",
        "negative": "Negative, where the tone is known: {share} %.",
        "covered": "Completely read: {sources}.",
        "until": "{name} until {until} UTC",
        "unknown": "{name} unknown",
        "uncovered": "Whether all sources are completely read is not known.",
        "note": "Note: {note}",
    },
}
DATES: dict[Language, str] = {"de": "%d.%m.%Y, %H:%M", "en": "%Y-%m-%d %H:%M"}


def title(alert: Alert, language: Language) -> str:
    """One line: whom it concerns and what happened."""
    last = alert.history[-1] if alert.history else None
    by = (last.by if last else None) or "?"
    form = TITLES[language][happening_of(alert)]
    return form.format(
        name=" ".join(alert.name.split()), step=_step(alert, language), by=" ".join(by.split())
    )


def lines(alert: Alert, language: Language) -> list[str]:
    """What, since when, how unusual, by how many, how negative, and how much of it we can have seen."""
    say = LINES[language]
    figures = {"count": alert.count, "voices": alert.voices, "stories": alert.stories}
    usual = _number(alert.expected, language)
    said = [say["since"].format(since=_date(alert.since, language), expected=usual, **figures)]
    if alert.unusual_days >= MAX_DAYS:
        said.append(say["rarest"])
    elif alert.unusual_days >= 1:
        said.append(say["rare"].format(days=round(alert.unusual_days)))
    said.append(say["voices"].format(**figures))
    if alert.negative_share is not None:
        said.append(say["negative"].format(share=round(alert.negative_share * 100)))
    said.append(_coverage(alert, language))
    if alert.history and alert.history[-1].note:
        said.append(say["note"].format(note=alert.history[-1].note))
    return said


def _step(alert: Alert, language: Language) -> str:
    step = SCALE[min(max(alert.severity, 0), len(SCALE) - 1)]
    wind = step.de if language == "de" else step.en
    return LINES[language]["step"].format(severity=step.severity, wind=wind)


def _coverage(alert: Alert, language: Language) -> str:
    say = LINES[language]
    sources = [
        say["until"].format(name=one.ingestor, until=_date(one.complete_until, language))
        if one.complete_until
        else say["unknown"].format(name=one.ingestor)
        for one in alert.coverage
    ]
    return say["covered"].format(sources="; ".join(sources)) if sources else say["uncovered"]


def _date(at: datetime, language: Language) -> str:
    return at.strftime(DATES[language])


def _number(value: float, language: Language) -> str:
    text = f"{value:.0f}" if value >= 10 else f"{value:.1f}"
    return text.replace(".", ",") if language == "de" else text
