"""Tells what is suddenly said, and which terms rise.

Of each step it needs the terms of its posts. A voice (in one tone) and a story count once an hour or more, so that a
term's count is of independent voices, each with words of its own. What is usual is a count-min sketch of such voices
(Cormode & Muthukrishnan 2005, updated conservatively: Estan & Varghese 2002) halved every week; the terms of the last
hour are kept by name, as many as there is room, those first that surprise most. Each step the highest surprise of a
term - signed root of the Poisson deviance of its voices in the last hour - is read as a return period by the tail of
the series' own.

What everybody says here surprises nobody; that is all the stop-list there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

from streams.alert import RisingTerm
from streams.alerting.counts import HOUR
from streams.alerting.detector import STEPS_A_DAY, WARM_UP, Tails
from streams.alerting.finding import Finding, Said, Step, days
from streams.alerting.heard import Heard, independent
from streams.alerting.surprise import poisson_surprise

CELLS = 256
ROWS = 3
HALVED_AFTER_STEPS, HALVED_AT_VOICES = 7 * STEPS_A_DAY, 60_000.0
KEPT_TERMS = 48
LONGEST_TERM = 40  # bytes
PRIOR_VOICES = 0.5
LEAST_VOICES = 5

LEAST_RISING_VOICES = 3
LEAST_RISING_SIGMA = 2.0


@dataclass(slots=True)
class NewTerms:
    """What has been learned of one series.

    `cells`: three rows of 16-bit counts. `voices`: all that were counted in them. `recent`: voices of a term in each of
    the last 12 steps, each in the place of its number modulo 12; `recent_voices`: of all.
    """

    cells: bytearray = field(default_factory=lambda: bytearray(ROWS * CELLS * 2))
    voices: float = 0.0
    recent: dict[str, list[int]] = field(default_factory=dict)
    recent_voices: list[int] = field(default_factory=lambda: [0] * HOUR)
    tails: Tails = field(default_factory=Tails)
    heard: Heard = field(default_factory=lambda: Heard(age=HOUR, size=400))
    steps: int = 0

    @property
    def learning(self) -> bool:
        """Too young to find anything."""
        return self.steps < WARM_UP

    def update(self, step: Step) -> Finding | None:
        """Judge a finished step, then learn from it."""
        self._count(list(independent(step.posts, self.heard)))
        self.heard.step()
        surprises = self._surprises()
        found = self._finding(surprises) if step.live and not self.learning else None
        self.tails.learn(max(surprises.values(), default=0.0))
        if len(surprises) > KEPT_TERMS:
            ranked = sorted(surprises, key=lambda term: (-surprises[term], term))
            self.recent = {term: self.recent[term] for term in ranked[:KEPT_TERMS]}
        self.steps += 1
        if self.steps % HALVED_AFTER_STEPS == 0 or self.voices > HALVED_AT_VOICES:
            self._halve()
        return found

    def rising(self, posts: Iterable[Said], most: int = 5) -> tuple[RisingTerm, ...]:
        """The terms of these posts that are said more than usual, the most surprising first; counts all copies."""
        mentions: dict[str, int] = {}
        voices: dict[str, set[int]] = {}
        everyone: set[int] = set()
        for said in posts:
            everyone.add(said.author or said.post)
            for term in said.terms:
                mentions[term] = mentions.get(term, 0) + 1
                voices.setdefault(term, set()).add(said.author or said.post)
        found = []
        for term, speakers in voices.items():
            expected = self._share(term) * len(everyone)
            surprise = poisson_surprise(len(speakers), expected)
            if len(speakers) >= LEAST_RISING_VOICES and surprise >= LEAST_RISING_SIGMA:
                found.append((-surprise, term, len(speakers), round(expected, 1)))
        return tuple(
            RisingTerm(term=term, mentions=mentions[term], voices=count, expected=expected)
            for _, term, count, expected in sorted(found)[:most]
        )

    def _surprises(self) -> dict[str, float]:
        """How surprising each term of the last hour is; terms said as often now and before are so alike."""
        cells = memoryview(self.cells).cast("H")
        voices = sum(self.recent_voices)
        everybody = self.voices - voices
        alike: dict[tuple[int, int], float] = {}
        found = {}
        for term, counts in self.recent.items():
            one, two, three = _places(term)
            count, said = key = sum(counts), min(cells[one], cells[two], cells[three])
            if key not in alike:
                alike[key] = poisson_surprise(count, _share(said - count, everybody) * voices)
            found[term] = alike[key]
        return found

    def _finding(self, surprises: dict[str, float]) -> Finding | None:
        """The most surprising term that enough voices say."""
        said = {term: count for term in surprises if (count := sum(self.recent[term])) >= LEAST_VOICES}
        term = max(said, key=lambda one: (surprises[one], one), default="")
        if not term or surprises[term] <= 0:
            return None
        expected = self._share(term) * sum(self.recent_voices)
        return Finding("term", term, days(self.tails.score(surprises[term])), said[term], expected)

    def _share(self, term: str) -> float:
        """The share of voices that usually say it, by what was said until an hour ago."""
        cells = memoryview(self.cells).cast("H")
        one, two, three = _places(term)
        said = min(cells[one], cells[two], cells[three]) - sum(self.recent.get(term, ()))
        return _share(said, self.voices - sum(self.recent_voices))

    def _count(self, posts: list[Said]) -> None:
        place = self.steps % HOUR
        for term in [term for term, counts in self.recent.items() if counts[place]]:
            self.recent[term][place] = 0
            if not any(self.recent[term]):
                del self.recent[term]
        self.recent_voices[place] = len(posts)
        self.voices += len(posts)
        cells = memoryview(self.cells).cast("H")
        for said in posts:
            for term in dict.fromkeys(said.terms):
                if len(term.encode()) <= LONGEST_TERM:
                    self.recent.setdefault(term, [0] * HOUR)[place] += 1
                    places = _places(term)
                    most = min(min(map(cells.__getitem__, places)) + 1, 65_535)
                    for cell in places:
                        cells[cell] = max(cells[cell], most)

    def _halve(self) -> None:
        self.voices = max(self.voices / 2, sum(self.recent_voices))
        cells = memoryview(self.cells).cast("H")
        for place, count in enumerate(cells):
            cells[place] = count // 2


def _share(said: int, voices: float) -> float:
    """The share that so many of so many voices show."""
    return min((PRIOR_VOICES + max(said, 0)) / (2 * PRIOR_VOICES + voices), 1.0)


@lru_cache(maxsize=20_000)
def _places(term: str) -> tuple[int, int, int]:
    """Its cell in each row, from one hash."""
    hashed = crc32(term.encode())
    return hashed % CELLS, CELLS + (hashed >> 8) % CELLS, 2 * CELLS + (hashed >> 16) % CELLS
