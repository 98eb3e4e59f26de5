"""A source that needs no network: two weeks of posts about an invented railway, then a crisis of it, live."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final, cast

from ingestors.sample_schedule import Schedule
from ingestors.sample_texts import Texts
from streams.clock import Clock, system_clock
from streams.components import Page
from streams.errors import ConfigError
from streams.post import Json, Post

PAGE_POSTS: Final = 200
TICK: Final = timedelta(milliseconds=250)
LONG_AGO: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleConfig:
    """What is played.

    `posts_per_sec`: live posts in calm times; twenty times as many in the crisis.
    `crisis_after_secs`: seconds from the start to the crisis, which lasts a minute.
    `seed`: another number, other posts. `history_days`: days of posts before the start, with mode backfill.
    """

    posts_per_sec: float = 2.0
    crisis_after_secs: float = 20.0
    seed: int = 1
    history_days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """The cursor: when this performance started (ms since 1970), its days of history, and the posts told."""

    started: int
    history_days: int
    told: int = 0


class Sample:
    """Tell a history, then posts as time goes by: the same for the same seed and start.

    Output      pages of at most 200 posts, oldest first; texts of `sample_posts.md` (licence there), authors invented.
    Resume      without repeating the history. Who comes back after more than an hour sees a new performance,
                without a history, in place of all that nobody listened to.
    """

    name: ClassVar[str] = "sample"
    Config: ClassVar[type] = SampleConfig

    def __init__(self, config: SampleConfig, clock: Clock = system_clock) -> None:
        if config.posts_per_sec <= 0 or config.history_days < 0:
            raise ConfigError(
                "posts_per_sec and history_days count posts and days; write `posts_per_sec = 2.0`"
            )
        self._config = config
        self._clock = clock
        self._texts: Texts | None = None

    async def open(self) -> None:
        """Read the texts."""
        self._texts = Texts(self._config.seed)

    async def close(self) -> None:
        """Forget the texts."""
        self._texts = None

    async def pages(self, cursor: Json) -> AsyncIterator[Page]:
        """What has been said since; see `streams.components.Ingestor`."""
        now = self._clock()
        chapter = self._chapter(cursor, now)
        schedule = self._schedule(chapter)
        if chapter.told >= len(schedule.history) and now - schedule.time_of(chapter.told) > LONG_AGO:
            chapter = Chapter(started=_ms(now), history_days=0)
            schedule = self._schedule(chapter)
        due = schedule.count_until(now)
        for start in range(chapter.told, due, PAGE_POSTS):
            end = min(start + PAGE_POSTS, due)
            posts = [self._post(chapter, schedule, number) for number in range(start, end)]
            yield Page(posts=posts, cursor=_cursor(chapter, end), complete_until=posts[-1].created_at)
        wait_until = max(now + TICK, schedule.time_of(due))
        yield Page(posts=(), cursor=_cursor(chapter, due), not_before=wait_until, complete_until=now)

    def _chapter(self, cursor: Json, now: datetime) -> Chapter:
        if cursor is None:
            return Chapter(started=_ms(now), history_days=self._config.history_days)
        return Chapter(**cast("dict[str, int]", cursor))

    def _schedule(self, chapter: Chapter) -> Schedule:
        return Schedule(
            datetime.fromtimestamp(chapter.started / 1000, UTC),
            history_days=chapter.history_days,
            rate=self._config.posts_per_sec,
            crisis_after=self._config.crisis_after_secs,
            seed=self._config.seed,
        )

    def _post(self, chapter: Chapter, schedule: Schedule, number: int) -> Post:
        if self._texts is None:
            raise RuntimeError("open() comes first")
        phase = schedule.phase_of(number)
        back = self._texts.reply_distance(number)
        parts = self._texts.parts(number, phase)
        if back is not None and back <= number and parts["kind"] == "post" and phase == "crisis":
            parts |= {"kind": "comment", "parent_id": _id(chapter, number - back)}
        said_at = schedule.time_of(number)
        return Post(
            id=_id(chapter, number),
            source=self.name,
            created_at=said_at,
            observed_at=None if phase == "history" else said_at,
            mode="backfill" if phase == "history" else "live",
            url=f"https://example.org/sample/{chapter.started:x}/{number}",
            **parts,
        )


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _id(chapter: Chapter, number: int) -> str:
    return f"sample:{chapter.started:x}-{number}"


def _cursor(chapter: Chapter, told: int) -> Json:
    return {"started": chapter.started, "history_days": chapter.history_days, "told": told}
