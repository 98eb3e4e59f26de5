"""How many posts, by how many voices, in how many stories and places, how negative, how far they carry."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from streams.alerting.counts import KINDS, NEGATIVE, Counted, Counts

NEWS: Final = KINDS.index("news")
FEW_VOICES: Final = 5


class Tally(NamedTuple):
    """Live posts of a span of time.

    `loudest`: posts of the voice with most. `said`: mentions without copies: a story counts once, and once more for
    each voice that tells it beyond the first `FEW_VOICES`. `toned`: posts of known tone. `kinds`: kinds of venue,
    `news`: venues that are papers; both 0 if no kind is known. `influence`: of the post that carries furthest, None if
    unknown.
    """

    mentions: int = 0
    voices: int = 0
    stories: int = 0
    venues: int = 0
    negative: int = 0
    toned: int = 0
    reach: int = 0
    loudest: int = 0
    said: int = 0
    kinds: int = 0
    news: int = 0
    influence: float | None = None

    @property
    def negative_share(self) -> float | None:
        """Of the posts of known tone; None if there are none."""
        return self.negative / self.toned if self.toned else None


def tally_of(counts: Counts, first: int, last: int) -> Tally:
    """Count the live posts of these buckets, both included."""
    return tally(post for post in counts.between(first, last) if post.live)


def tally(posts: Iterable[Counted]) -> Tally:
    """Count posts, and who said what, where. A post of an unknown author is a voice of its own, as is a story."""
    voices: Counter[int] = Counter()
    tellers: defaultdict[int, set[int]] = defaultdict(set)
    venues: dict[int, int] = {}
    mentions = negative = toned = reach = 0
    influence = -1.0
    for post in posts:
        mentions += 1
        voices[post.author or post.post] += 1
        tellers[post.story or post.post].add(post.author or post.post)
        venues[post.venue] = post.kind
        negative += post.tone == NEGATIVE
        toned += post.tone > 0
        reach += post.reach
        influence = max(influence, post.influence)
    kinds = list(venues.values())
    return Tally(
        mentions=mentions,
        voices=len(voices),
        stories=len(tellers),
        venues=len(venues),
        negative=negative,
        toned=toned,
        reach=reach,
        loudest=max(voices.values(), default=0),
        said=sum(max(len(of_one) - FEW_VOICES, 0) + 1 for of_one in tellers.values()),
        kinds=len({kind for kind in kinds if kind}),
        news=kinds.count(NEWS),
        influence=influence if influence >= 0 else None,
    )
