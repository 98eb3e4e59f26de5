"""How much, how unusual and how bad it is, since an episode began."""

from dataclasses import replace

from streams.alert import Covered
from streams.alerting.counts import HOUR, Counted
from streams.alerting.detector import STEPS_A_DAY
from streams.alerting.episodes import Figures
from streams.alerting.finding import Finding
from streams.alerting.moment import Moment
from streams.alerting.severity import Measures, Severity, severity
from streams.alerting.signals import Listening, said
from streams.alerting.tally import NEWS, Tally, tally

UNUSUAL_DAYS = 1.0
"""What a detector finds once a day or more often is calm."""


def live_since(moment: Moment, first: int) -> list[Counted]:
    """The live posts since that bucket began."""
    return [post for post in moment.seen.counts.between(first, moment.bucket) if post.live]


def figures_of(
    moment: Moment, posts: list[Counted], first: int, listening: Listening, coverage: tuple[Covered, ...]
) -> Figures:
    """What an alert about volume says of these posts, since that bucket; how bad it is in the last hour."""
    since = tally(posts)
    step, parts = measured(moment, moment.hour())
    hour = live_since(moment, moment.bucket - HOUR + 1)
    return Figures(
        severity=max(step, 1),
        severity_parts=parts,
        count=sum(map(moment.seen.counts.live, range(first, moment.bucket + 1))),
        expected=round(moment.expected_since(first), 1),
        voices=since.voices,
        stories=since.stories,
        negative_share=since.negative_share,
        negative_usual=round(listening.signals.sentiment.usual, 3) if _knows_tone(listening) else None,
        unusual_days=round(moment.unusual_days(), 1),
        learned_days=round(moment.detector.steps / STEPS_A_DAY, 1),
        terms=listening.signals.term.rising(said(post) for post in hour),
        coverage=coverage,
        calm=moment.calm(),
    )


def measured(moment: Moment, hour: Tally) -> Severity:
    """Where the last hour stands on the scale; papers are asked for only where they are listened to."""
    counts = moment.seen.counts
    return severity(
        Measures(
            voices=hour.voices,
            negative_share=hour.negative_share,
            venues=hour.venues,
            kinds=hour.kinds or None,
            news=hour.news if NEWS in counts.kinds else None,
            influence=hour.influence,
            growth=hour.mentions / max(moment.expected(HOUR), 1.0),
        )
    )


def as_found(figures: Figures, finding: Finding | None) -> Figures:
    """The figures of an alert about tone, terms, actors or places, given what its detector finds now."""
    unusual = finding.unusual_days if finding else 0.0
    return replace(figures, unusual_days=round(unusual, 1), calm=unusual < UNUSUAL_DAYS)


def as_silence(figures: Figures, finding: Finding | None, posts: int) -> Figures:
    """The figures of an alert that nothing is said, given what has been since; it is off the scale of storms."""
    return replace(
        figures,
        severity=1,
        severity_parts={},
        count=posts,
        expected=round(finding.expected, 1) if finding else figures.expected,
        unusual_days=round(finding.unusual_days, 1) if finding else 0.0,
        calm=posts > 0,
    )


def _knows_tone(listening: Listening) -> bool:
    return not listening.signals.sentiment.learning
