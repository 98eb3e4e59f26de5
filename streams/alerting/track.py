"""One subscription under watch: what it has heard, what is normal for it, and the alerts that go on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from streams.alert import Alert, Covered
from streams.alerting.alarms import Candidate, candidates, cooled_down, is_news
from streams.alerting.budget import rare_days
from streams.alerting.counts import BUCKET_SECS, HOUR, Counted, Counts, bucket_of, hash_of, when
from streams.alerting.effect import effects_now
from streams.alerting.episodes import Episode, Figures, follow, open_episode, showing
from streams.alerting.facts import EXAMPLES_OF_ONE, KEPT_EXAMPLES, KEPT_SECS, Example, facts, ranked
from streams.alerting.figures import as_found, as_silence, figures_of, live_since
from streams.alerting.learning import Learning
from streams.alerting.moment import Moment
from streams.alerting.retraction import Gone, kept
from streams.alerting.settling import grown, settle
from streams.alerting.signals import Listening, Whole
from streams.alerting.sources import Seen
from streams.alerting.voices import LEAST_VOICES
from streams.subscription import AlarmKind, Subscription

TERMS_KEPT_BUCKETS = 26


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the sources are read: `coverage` as an alert says it, and by the hash of an ingestor the rest.

    `missing`: since which second; `whole`: up to which second it is read, if that is known; `names`: what it is called.
    """

    coverage: tuple[Covered, ...] = ()
    missing: Mapping[int, int] = field(default_factory=dict)
    whole: Whole = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)


class Track:
    """The memory of one subscription; times are seconds of 1970.

    `episodes`: of each kind the last. `examples`: the posts that carry furthest, of the episode or the last half
    hour. `settled`: the last bucket in which the level was compared with what comes live, `measured`: in which the
    effects were. `changed`, `shown_changed`: the rest, or the examples, since it was last saved.
    """

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.seen = Seen(counts)
        self.learning = Learning()
        self.listening = Listening()
        self.episodes: dict[AlarmKind, Episode] = {}
        self.examples: list[Example] = []
        self.settled = 0
        self.measured = 0
        self.changed = False
        self.shown_changed = False
        self._expired = 0

    @property
    def going_on(self) -> bool:
        """Whether there is an alert that is not closed."""
        return any(episode.going_on for episode in self.episodes.values())

    def show(self, example: Example) -> None:
        """Keep a post as an example if it carries further than others of these minutes, or of its story or author."""
        self.forget_examples(example.at)
        for others, most in (
            ([one for one in self.examples if one.story == example.story != 0], 1),
            ([one for one in self.examples if one.voice == example.voice != 0], EXAMPLES_OF_ONE),
            (self.examples, KEPT_EXAMPLES),
        ):
            if len(others) >= most:
                if example.influence < others[-1].influence:
                    return
                self.examples = [one for one in self.examples if one is not others[-1]]
        self.examples = ranked([*self.examples, example])
        self.shown_changed = True

    def show_again(self, example: Example) -> None:
        """A post arrived once more, perhaps edited: what is shown of it is what it says now."""
        later = [example if one.post == example.post else one for one in self.examples]
        if later != self.examples:
            self.examples, self.shown_changed = ranked(later), True

    def forget_examples(self, now: float) -> None:
        """Names and words are kept for half an hour or, while episodes go on, since the first of them began."""
        begun = [one.alert.since.timestamp() for one in self.episodes.values() if one.going_on]
        since = min(begun, default=now - KEPT_SECS)
        kept = [one for one in self.examples if one.at >= since]
        if len(kept) < len(self.examples):
            self.examples, self.shown_changed = kept, True

    def take_back(self, gone: Gone) -> int:
        """Uncount what is gone, and show it no more; how many posts that were."""
        counts = self.counts
        if gone.author is None and not any(post in counts for post in gone.posts):
            return 0
        posts = gone.posts.union(counts.posts_of(hash_of(gone.author)) if gone.author else ())
        taken = sum(counts.take_back(post) for post in posts)
        if taken:
            self.examples = kept(self.examples, Gone(posts, gone.author))
            self.changed = self.shown_changed = True
        return taken

    def stale(self, bucket: int) -> bool:
        """Whether to look at it takes a tenth of a second."""
        return self.learning.stale(self.counts, bucket)

    def steps_behind(self, bucket: int) -> int:
        """Steps that the detectors beside that of volume have to catch up with."""
        return max(self.listening.behind(self.counts, bucket), 0)

    def expire(self, now: float) -> None:
        """Forget what is too old, once an hour."""
        hour = bucket_of(now) // HOUR
        if hour != self._expired:
            self._expired = hour
            self.counts.expire(bucket_of(now))
            self.forget_examples(now)

    def evaluate(
        self, subscription: Subscription, now: float, reading: Reading, most_steps: int
    ) -> list[Alert]:
        """The alerts that have changed. Only live posts alarm; only what goes on at this moment does.

        `most_steps`: how many the detectors beside that of volume may take now.
        """
        if not self.counts.heard_from and not self.going_on:
            return []
        before = dict(self.episodes)
        moment = self._moment(now, reading)
        found = self.listening.advance(self.counts, moment.bucket, reading.whole, most_steps)
        self._follow(moment, reading.coverage)
        if not self._goes_on("volume"):
            self.settled = settle(moment, self.learning, self.settled)
            if candidate := self._volume(subscription, moment):
                self._tell(candidate, subscription, moment, reading.coverage)
        for candidate in candidates(found, subscription.alarm, self.counts, self.examples, reading.names):
            self._tell(candidate, subscription, moment, reading.coverage)
        self._measure(moment)
        self.counts.forget_terms(moment.bucket - TERMS_KEPT_BUCKETS)
        later = {kind: one for kind, one in self.episodes.items() if one is not before.get(kind)}
        self.changed = self.changed or bool(later)
        told = {kind: one.alert for kind, one in before.items()}
        return [one.alert for kind, one in later.items() if one.alert is not told.get(kind)]

    def _measure(self, moment: Moment) -> None:
        """What has followed the measures that were taken, once a bucket."""
        if self.measured == moment.bucket:
            return
        self.measured = moment.bucket
        for kind, episode in self.episodes.items():
            if effects := episode.alert.effects:
                later = effects_now(episode.alert, moment.step, when(moment.now))
                if later != effects:
                    self.episodes[kind] = replace(episode, alert=replace(episode.alert, effects=later))

    def _moment(self, now: float, reading: Reading) -> Moment:
        """What is known of this second, after learning what came before it."""
        bucket = bucket_of(now)
        self.seen.look(reading.missing, bucket // HOUR)
        if self.counts.touched is not None and self.counts.touched <= self.learning.through:
            self.listening.learn_anew(bucket)
        detector = self.learning.advance(self.seen, bucket)
        return Moment(self.seen, detector, self.learning.last, now, self.learning.days)

    def _goes_on(self, kind: AlarmKind) -> bool:
        return kind in self.episodes and self.episodes[kind].going_on

    def _follow(self, moment: Moment, coverage: tuple[Covered, ...]) -> None:
        for kind, episode in self.episodes.items():
            if episode.going_on:
                alert = episode.alert
                figures, posts = self._figures(kind, alert.subject, alert.since, moment, coverage)
                later = follow(episode, figures, when(moment.now))
                self.episodes[kind] = self._showing(later, posts) if later.alert is not alert else later

    def _volume(self, subscription: Subscription, moment: Moment) -> Candidate | None:
        """Rare enough, by enough voices, not one account alone, nor a source that started."""
        if "volume" not in subscription.alarm.kinds or moment.detector.learning:
            return None
        days = rare_days(subscription.alarm, "volume")
        if moment.live_in_hour() < LEAST_VOICES or moment.unusual_days() < days:
            return None
        if not moment.independent() or not grown(moment, self.learning):
            return None
        return Candidate("volume", moment.unusual_days(), when(moment.begin() * BUCKET_SECS))

    def _tell(
        self,
        candidate: Candidate,
        subscription: Subscription,
        moment: Moment,
        coverage: tuple[Covered, ...],
    ) -> None:
        """Open an episode, unless an alert tells of it already."""
        kind, now = candidate.kind, when(moment.now)
        if not is_news(kind, candidate.since, self.episodes, now):
            return
        about = candidate.subject.name if candidate.subject else None
        figures, posts = self._figures(kind, about, candidate.since, moment, coverage)
        figures = replace(figures, unusual_days=max(figures.unusual_days, candidate.unusual_days), calm=False)
        last = self.episodes.get(kind)
        if cooled_down(last.alert if last else None, now, figures):
            opened = open_episode(
                subscription, candidate.since, figures, now, kind=kind, subject=candidate.subject
            )
            self.episodes[kind] = self._showing(opened, posts)

    def _figures(
        self,
        kind: AlarmKind,
        subject: str | None,
        since: datetime,
        moment: Moment,
        coverage: tuple[Covered, ...],
    ) -> tuple[Figures, list[Counted]]:
        """What is known of an episode since it began, and the posts it is about."""
        first = bucket_of(since.timestamp())
        posts = live_since(moment, first)
        if kind == "silence" and subject:
            posts = [post for post in posts if post.ingestor == hash_of(subject, 32)]
        figures = figures_of(moment, posts, first, self.listening, coverage)
        finding = self.listening.finds(kind, subject)
        if kind == "silence":
            return as_silence(figures, finding, len(posts)), posts
        return (figures if kind == "volume" else as_found(figures, finding)), posts

    def _showing(self, episode: Episode, posts: list[Counted]) -> Episode:
        since = episode.alert.since.timestamp()
        return showing(episode, facts([one for one in self.examples if one.at >= since], posts))
