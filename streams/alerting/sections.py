"""What is known of an alert, in sentences and sections."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from streams.alert import Alert, Effect, Prominent, TopStory
from streams.alerting.detector import MAX_DAYS
from streams.alerting.phrases import MEASURES, SAY, STATES, WHAT
from streams.alerting.speech import counted, moment, number, one_line, percent, zone_or_utc
from streams.notification import Language

SURE_AFTER_DAYS = 14


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a section, and where it leads."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    items: Sequence[Item]


def facts(alert: Alert, language: Language) -> list[str]:
    """What, since when, how unusual, by how many, and how negative it is now and usually."""
    say = SAY[language]
    said = [_span(alert, language)]
    if alert.unusual_days >= MAX_DAYS:
        said.append(say["rarest"])
    elif (days := round(alert.unusual_days)) >= 1:
        said.append(say["daily"] if days == 1 else say["rare"].format(days=days))
    if 0 < alert.learned_days < SURE_AFTER_DAYS:
        said.append(say["learned"].format(days=round(alert.learned_days)))
    if alert.count:
        said.append(say["said_by"].format(**_figures(alert, language)))
    said += _tone(alert, say)
    if alert.severity_parts:
        said.append(say["parts"].format(parts=_parts(alert.severity_parts, language)))
    return said + _people(alert, language)


def sections(alert: Alert, language: Language) -> list[Section]:
    """Texts, people, places, words, measures and their effect, and how much of it all we can have seen."""
    say = SAY[language]
    found = {
        "stories": [_story(one, language) for one in alert.top_stories],
        "actors": [Item(_prominent(one, language)) for one in alert.actors],
        "venues": [Item(_prominent(one, language)) for one in alert.venues],
        "terms": [
            Item(
                say["term"].format(
                    term=one.term,
                    mentions=counted(one.mentions, "mention", language),
                    voices=counted(one.voices, "voice", language),
                    expected=number(one.expected, language),
                )
            )
            for one in alert.terms
        ],
        "playbook": [Item(measure) for measure in measures(alert)],
        "effects": _effects(alert, language),
        "coverage": [Item(line) for line in _coverage(alert, language)],
    }
    return [Section(say[f"{name}_heading"], items) for name, items in found.items() if items]


def overview(alerts: Sequence[Alert], language: Language) -> list[Section]:
    """Each of several alerts in a few lines."""
    found = []
    for alert in alerts:
        worst = max([alert.severity, *(change.severity for change in alert.history)])
        heading = f"{what(alert, language)}, {STATES[language][alert.state]} ({worst}/6)"
        lines = [Item(line) for line in facts(alert, language)[:2]]
        found.append(Section(heading, [*lines, *(_story(one, language) for one in alert.top_stories[:1])]))
    return found


def what(alert: Alert, language: Language) -> str:
    """What is unusual, and where or who, if it is not about all mentions."""
    subject = f" ({one_line(alert.subject)})" if alert.subject else ""
    return WHAT[language][alert.kind] + subject


def measures(alert: Alert) -> Sequence[str]:
    """Those of the playbook for the highest step that the alert has reached."""
    worst = max([alert.severity, *(change.severity for change in alert.history)])
    reached = [step for step in alert.alarm.playbook if step.isdigit() and int(step) <= worst]
    return alert.alarm.playbook[max(reached, key=int)] if reached else ()


def _span(alert: Alert, language: Language) -> str:
    zone = zone_or_utc(alert.alarm.timezone)
    return SAY[language]["span" if alert.closed_at else "since"].format(
        since=moment(alert.since, zone, language),
        until=moment(alert.closed_at or alert.updated_at, zone, language),
        zone=zone,
        expected=number(alert.expected, language),
        **_figures(alert, language),
    )


def _figures(alert: Alert, language: Language) -> dict[str, str]:
    return {
        "mentions": counted(alert.count, "mention", language),
        "voices": counted(alert.voices, "voice", language),
        "stories": counted(alert.stories, "story", language),
    }


def _tone(alert: Alert, say: Mapping[str, str]) -> list[str]:
    if alert.negative_share is None:
        return []
    if alert.negative_usual is None:
        return [say["negative"].format(share=percent(alert.negative_share))]
    usual = percent(alert.negative_usual)
    return [say["negative_usual"].format(share=percent(alert.negative_share), usual=usual)]


def _parts(parts: Mapping[str, int], language: Language) -> str:
    return ", ".join(f"{MEASURES[language].get(name, name)} {step}" for name, step in parts.items())


def _people(alert: Alert, language: Language) -> list[str]:
    """Who did something last, and the last note."""
    zone, say, said = zone_or_utc(alert.alarm.timezone), SAY[language], []
    acts = [change for change in alert.history if change.by]
    if acts and acts[-1].state != "open":
        state, at = STATES[language][acts[-1].state], moment(acts[-1].at, zone, language)
        said.append(say["by"].format(what=state, by=acts[-1].by, at=at))
    notes = [change for change in alert.history if change.note]
    if notes:
        said.append(say["note"].format(by=notes[-1].by or "Resonanz", note=notes[-1].note))
    return said


def _story(story: TopStory, language: Language) -> Item:
    say = SAY[language]
    quote = f"„{story.quote}“" if language == "de" else f"“{story.quote}”"
    who = ", ".join(filter(None, [story.author, story.source, _copies(story, language)]))
    return Item(
        say["story_item"].format(quote=quote if story.quote else say["no_quote"], who=who), _web(story.url)
    )


def _web(url: str | None) -> str | None:
    """An address one may follow without harm."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def _copies(story: TopStory, language: Language) -> str | None:
    if story.mentions < 2:
        return None
    mentions, voices = counted(story.mentions, "mention", language), counted(story.voices, "voice", language)
    return SAY[language]["copies"].format(mentions=mentions, voices=voices)


def _prominent(one: Prominent, language: Language) -> str:
    return SAY[language]["prominent"].format(
        name=one.name,
        mentions=counted(one.mentions, "mention", language),
        negative=one.negative,
        influence=round(one.influence),
    )


def _effects(alert: Alert, language: Language) -> list[Item]:
    say, zone = SAY[language], zone_or_utc(alert.alarm.timezone)
    items = [
        Item(_effect(one, moment(one.at, zone, language), language, lambda v: number(v, language)))
        for one in alert.effects
    ]
    return [*items, Item(say["no_cause"])] if any(one.change is not None for one in alert.effects) else items


def _effect(one: Effect, at: str, language: Language, shown: Callable[[float], str]) -> str:
    say = SAY[language]
    head = {"measure": one.measure, "by": one.by, "at": at}
    if one.change is None or one.low is None or one.high is None:
        return say["early"].format(**head)
    figures = {
        name: shown(getattr(one, name)) for name in ("before", "after", "expected", "change", "low", "high")
    }
    said = say["effect"].format(**head, **figures)
    if one.negative_before is None or one.negative_after is None:
        return said
    tones = {"before": percent(one.negative_before), "after": percent(one.negative_after)}
    return f"{said} {say['effect_tone'].format(**tones)}"


def _coverage(alert: Alert, language: Language) -> list[str]:
    """Which sources are complete, behind or down, and of which nobody knows how far they are read."""
    say, zone = SAY[language], zone_or_utc(alert.alarm.timezone)
    found: dict[str, list[str]] = {"complete": [], "late": [], "down": [], "unknown": []}
    for one in alert.coverage:
        until, state = one.complete_until, "complete" if one.state == "ok" else one.state
        if until is None:
            found["unknown" if state == "complete" else state].append(one.ingestor)
        else:
            found[state].append(say["until"].format(name=one.ingestor, until=moment(until, zone, language)))
    lines = [say[label].format(sources="; ".join(sources)) for label, sources in found.items() if sources]
    return lines or [say["uncovered"]]
