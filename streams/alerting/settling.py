"""The first day of a source: what it brings is new to us, not to the world.

A connector that starts looks exactly like a crisis, and what was read in of the past is often a sample of it. So
for a day a source may only alarm by growing beyond its own pace since it went live, and if that pace is a
multiple of what the past taught, it becomes the new normal.
"""

from collections import Counter
from collections.abc import Sequence

from streams.alerting.counts import BUCKET_SECS, HOUR, bucket_of
from streams.alerting.learning import Learning
from streams.alerting.moment import Moment
from streams.alerting.surprise import growth_surprise, poisson_surprise

SETTLING_SECS = 86_400
WINDOWS_SECS = (10, 30, 300, 1800)
GROWTH_SIGMA = 5.0
LEVEL_SIGMA = 6.0
LEVEL_RATIO = 4.0


def pace_before(times: Sequence[int], since: int, now: int) -> float | None:
    """Posts a bucket before it began to grow; None if nothing grows.

    `times`: when the source's live posts were said; `since`: when it went live; all in seconds of 1970. A window
    is compared with what came before it, once that lasted as long.
    """
    for window in WINDOWS_SECS:
        calm_secs = now - window - since
        if calm_secs < window:
            continue
        before = sum(since <= at <= now - window for at in times)
        recent = sum(at > now - window for at in times)
        if growth_surprise(recent, before, window / (window + calm_secs)) >= GROWTH_SIGMA:
            return before / calm_secs * BUCKET_SECS
    return None


def new_level(live: int, secs: float, expected: float) -> float | None:
    """The level, in posts a bucket, that so many live posts in so many seconds show; None if `expected` may hold."""
    level = live / secs * BUCKET_SECS
    usual = expected * secs / BUCKET_SECS
    return level if level >= LEVEL_RATIO * expected and poisson_surprise(live, usual) >= LEVEL_SIGMA else None


def grown(moment: Moment, learning: Learning) -> bool:
    """Whether the source that says most of the last hour grows by its own measure, while it is new."""
    counts = moment.seen.counts
    posts = counts.between(moment.bucket - HOUR + 1, moment.bucket)
    main, _ = Counter(post.source for post in posts if post.live).most_common(1)[0]
    since = counts.heard_from.get(main, 0)
    if moment.now - since >= SETTLING_SECS:
        return True
    heard = counts.between(bucket_of(since), moment.bucket)
    times = [post.at for post in heard if post.live and post.source == main]
    pace = pace_before(times, since, int(moment.now))
    if pace is not None and pace >= LEVEL_RATIO * moment.detector.expected():
        learning.relevel(moment.bucket, pace)
    return pace is not None


def settle(moment: Moment, learning: Learning, settled: int) -> int:
    """Correct the level, once a bucket in a source's first day, if what comes live contradicts it.

    `settled`: the bucket in which that was last done; the answer is the new one.
    """
    counts = moment.seen.counts
    since = max(counts.heard_from.values(), default=0)
    secs = moment.bucket * BUCKET_SECS - since
    if settled == moment.bucket or not 0 < secs < SETTLING_SECS:
        return moment.bucket
    live = sum(counts.live(bucket) for bucket in range(bucket_of(since), moment.bucket))
    if level := new_level(live, secs, moment.detector.expected()):
        learning.relevel(moment.bucket, level)
    return moment.bucket
