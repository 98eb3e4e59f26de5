"""One subscription under watch: what it has heard, what is normal for it, and the alert that goes on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from math import log10

from streams.alert import Alert, Covered
from streams.alerting.budget import days_between
from streams.alerting.counts import BUCKET_SECS, Counts, bucket_of, when
from streams.alerting.detector import ALARM_DAYS, STEPS_A_DAY
from streams.alerting.effect import effects_now
from streams.alerting.episodes import Episode, Figures, follow, open_episode
from streams.alerting.learning import Learning
from streams.alerting.moment import HOUR, QUARTER, Moment
from streams.alerting.settling import LEVEL_RATIO, SETTLING_SECS, new_level, pace_before
from streams.alerting.severity import severity
from streams.subscription import Subscription

LEAST_VOICES = 5
SHOWN_POSTS = 10
KEPT_EXAMPLES = 40


@dataclass(frozen=True, slots=True)
class Example:
    """A post that may be shown with an alert: when it was said, how far it carries (0 to 100), its id."""

    at: int
    influence: float
    post: str
    story: int = 0


class Track:
    """The memory of one subscription; times are seconds of 1970.

    `examples`: the most influential live posts of the episode, or of the last minutes. `settled`: the last bucket
    in which the level was compared with what comes live, `measured`: in which the effects were. `changed`:
    since it was last saved.
    """

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.learning = Learning()
        self.episode: Episode | None = None
        self.examples: list[Example] = []
        self.settled = 0
        self.measured = 0
        self.changed = False

    @property
    def going_on(self) -> bool:
        """Whether there is an alert that is not closed."""
        return self.episode is not None and self.episode.alert.state != "closed"

    def show(self, example: Example) -> None:
        """Keep a post as an example, if it carries further than others of the episode, or of these minutes."""
        since = example.at - QUARTER * BUCKET_SECS
        if self.episode and self.going_on:
            since = min(since, int(self.episode.alert.since.timestamp()))
        recent = [one for one in self.examples if one.at >= since]
        ranked = sorted([*recent, example], key=lambda one: (-one.influence, -one.at))
        self.examples = ranked[:KEPT_EXAMPLES]

    def evaluate(
        self, subscription: Subscription, now: float, coverage: tuple[Covered, ...] = ()
    ) -> Alert | None:
        """The alert if it has changed. Only live posts alarm; only what goes on at this moment does."""
        if not self.counts.heard_from and not self.going_on:
            return None
        before = self.episode
        detector = self.learning.advance(self.counts, bucket_of(now))
        moment = Moment(self.counts, detector, self.learning.last, now)
        if self.episode and self.going_on:
            first = bucket_of(self.episode.alert.since.timestamp())
            self.episode = follow(self.episode, self._figures(moment, first, coverage), when(now))
        else:
            self._settle(moment)
            self._alarm(subscription, moment, coverage)
        self._measure(moment)
        self.changed = self.changed or self.episode is not before
        alert = self.episode.alert if self.episode else None
        return alert if before is None or alert is not before.alert else None

    def _measure(self, moment: Moment) -> None:
        """What has followed the measures that were taken, once a bucket."""
        if self.episode and self.episode.alert.effects and self.measured != moment.bucket:
            self.measured, alert = moment.bucket, self.episode.alert
            effects = effects_now(alert, moment.step, when(moment.now))
            if effects != alert.effects:
                self.episode = replace(self.episode, alert=replace(alert, effects=effects))

    def _alarm(self, subscription: Subscription, moment: Moment, coverage: tuple[Covered, ...]) -> None:
        """Open an episode: rare enough, by enough voices, not one account alone, nor a source that started."""
        days, score = days_between(subscription.alarm.at_most), moment.score()
        if moment.detector.learning or score.score < log10(days / ALARM_DAYS):
            return
        if moment.hour().voices < LEAST_VOICES or not moment.unusual() or not self._grown(moment):
            return
        figures = self._figures(moment, moment.begin(), coverage)
        figures = replace(figures, unusual_days=max(figures.unusual_days, days))
        since = when(moment.begin() * BUCKET_SECS)
        if self._cooled_down(since, moment.now, figures):
            self.episode = open_episode(subscription, since, figures, when(moment.now))

    def _grown(self, moment: Moment) -> bool:
        """Whether the source that says most of it grows by its own measure, while it is new."""
        posts = self.counts.between(moment.bucket - HOUR + 1, moment.bucket)
        main, _ = Counter(post.source for post in posts if post.live).most_common(1)[0]
        since = self.counts.heard_from.get(main, 0)
        if moment.now - since >= SETTLING_SECS:
            return True
        heard = self.counts.between(bucket_of(since), moment.bucket)
        times = [post.at for post in heard if post.live and post.source == main]
        pace = pace_before(times, since, int(moment.now))
        if pace is not None and pace >= LEVEL_RATIO * moment.detector.expected():
            self.learning.relevel(moment.bucket, pace)
        return pace is not None

    def _settle(self, moment: Moment) -> None:
        """Correct the level, once a bucket in a source's first day, if what comes live contradicts it."""
        if self.settled == moment.bucket:
            return
        self.settled = moment.bucket
        since = max(self.counts.heard_from.values(), default=0)
        secs = moment.bucket * BUCKET_SECS - since
        if not 0 < secs < SETTLING_SECS:
            return
        live = sum(self.counts.live(bucket) for bucket in range(bucket_of(since), moment.bucket))
        if level := new_level(live, secs, moment.detector.expected()):
            self.learning.relevel(moment.bucket, level)

    def _cooled_down(self, since: datetime, now: float, figures: Figures) -> bool:
        """A day after the last episode began, or when it comes back worse; never the same one again."""
        if self.episode is None:
            return True
        last = self.episode.alert
        if since <= last.since:
            return False
        worst = max((change.severity for change in last.history), default=0)
        day_over = now - last.since.timestamp() >= STEPS_A_DAY * BUCKET_SECS
        return day_over or figures.severity > worst

    def _figures(self, moment: Moment, first: int, coverage: tuple[Covered, ...]) -> Figures:
        """What the alert says since it began; how bad it is in the last hour."""
        since, hour = self.counts.tally(first, moment.bucket), moment.hour()
        growth = hour.mentions / max(moment.expected(HOUR), 1.0)
        return Figures(
            severity=max(severity(hour.voices, hour.negative_share, hour.venues, growth), 1),
            count=since.mentions,
            expected=round(moment.expected_since(first), 1),
            voices=since.voices,
            stories=since.stories,
            negative_share=since.negative_share,
            unusual_days=round(moment.score().unusual_days, 1),
            posts=_telling(self.examples, first * BUCKET_SECS),
            coverage=coverage,
            calm=moment.calm(),
        )


def _telling(examples: Iterable[Example], since: int) -> tuple[str, ...]:
    """The posts that carry furthest, one a story."""
    by_story: dict[int | str, Example] = {}
    for example in sorted(examples, key=lambda one: -one.influence):
        if example.at >= since:
            by_story.setdefault(example.story or example.post, example)
    return tuple(example.post for example in list(by_story.values())[:SHOWN_POSTS])
