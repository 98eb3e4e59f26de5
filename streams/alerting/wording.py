"""What a notification says, in German or English: a title, facts, and sections; times are those of the subscription."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.alert import Alert
from streams.alerting.phrases import SAY, TITLES
from streams.alerting.sections import Item, Section, facts, overview, sections, what
from streams.alerting.severity import SCALE
from streams.alerting.speech import counted, one_line
from streams.alerting.telling import last_change
from streams.notification import Language, Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The words of a notification. `links`: label and address. `reference`: by which the alert can be asked for."""

    title: str
    facts: Sequence[str]
    sections: Sequence[Section]
    links: Sequence[tuple[str, str]]
    reference: str

    @property
    def text(self) -> str:
        """All but the title, as plain text."""
        blocks = ["\n".join(self.facts)]
        blocks += [
            "\n".join([one.heading, *(f"- {_plain(item)}" for item in one.items)]) for one in self.sections
        ]
        blocks.append("\n".join([*(f"{label}: {url}" for label, url in self.links), self.reference]))
        return "\n\n".join(block for block in blocks if block)


def message_of(notification: Notification) -> Message:
    """The words for a notification, in its language."""
    language, alert = notification.language, notification.alert
    several = notification.occasion in ("missed", "digest")
    links = (("page", notification.page), ("kibana", notification.kibana))
    return Message(
        title=title(notification),
        facts=[] if several else facts(alert, language),
        sections=overview(notification.alerts, language) if several else sections(alert, language),
        links=[(SAY[language][name], url) for name, url in links if url],
        reference="; ".join(_reference(one, language) for one in notification.alerts),
    )


def title(notification: Notification) -> str:
    """One line: whom it concerns and what happened."""
    alert, language, say = notification.alert, notification.language, SAY[notification.language]
    last = last_change(alert)
    values = {
        "name": one_line(alert.name),
        "what": what(alert, language),
        "step": step_of(alert.severity, language),
        "by": one_line(last.by or "?"),
        "alerts": counted(len(notification.alerts), "alert", language),
        "minutes": alert.alarm.escalate_after,
    }
    match notification.occasion:
        case "change":
            return TITLES[language][last.happening].format(**values)
        case other:
            return say[other].format(**values)


def step_of(severity: int, language: Language) -> str:
    """A step of the scale in words."""
    step = SCALE[min(max(severity, 0), len(SCALE) - 1)]
    wind = step.de if language == "de" else step.en
    return SAY[language]["step"].format(severity=step.severity, wind=wind)


def _reference(alert: Alert, language: Language) -> str:
    return SAY[language]["reference"].format(id=alert.id, revision=alert.revision)


def _plain(item: Item) -> str:
    return f"{item.text}\n  {item.url}" if item.url else item.text
