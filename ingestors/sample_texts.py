"""What the posts of the sample say, and who says it; all of it invented or pseudonymised (`sample_posts.md`)."""

import random
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

import msgspec

from ingestors.sample_schedule import Phase
from streams.post import Author, Engagement, Kind, Rating, Venue

KINDS: Final[Mapping[str, Kind]] = {
    "blog": "article",
    "news": "article",
    "portal": "review",
    "page": "comment",
}
RAILWAY_IN_CALM: Final = 1 / 400
"""In calm live hours hardly anybody speaks of the railway, as in the history: so its baseline holds."""
CRISIS_SHARE: Final = 0.95


class Texts:
    """The texts of `sample_posts.json`; the n-th utterance follows from the seed and n."""

    def __init__(self, seed: int) -> None:
        read: dict[str, Any] = msgspec.json.decode(
            files("ingestors").joinpath("sample_posts.json").read_bytes()
        )
        self._seed = seed
        self._read = read
        self._venues = {name: msgspec.convert(venue, Venue) for name, venue in read["venues"].items()}
        self._elsewhere = [said for said in read["chatter"] if "bahn" not in said["text"].lower()]

    def parts(self, number: int, phase: Phase) -> dict[str, Any]:
        """The fields of the n-th post that do not depend on when it was said."""
        chance = random.Random(f"{self._seed}/{number}")  # noqa: S311 - invented posts
        said, varied = self._choose(chance, phase)
        author = self._official() if said.get("official") else self._person(chance)
        venue = said.get("venue", "network")
        editorial = venue == "news"
        return {
            "text": self._filled(
                chance, said["text"], varied=varied and venue == "network" and not said.get("official")
            ),
            "title": said.get("title"),
            "kind": KINDS.get(venue, "post"),
            "venue": self._venues[venue],
            "author": None if editorial else author,
            "rating": Rating(value=said["stars"]) if "stars" in said else None,
            "engagement": _engagement(chance, (author.followers or 0) if not editorial else 5_000),
            "language_hint": "de",
        }

    def reply_distance(self, number: int) -> int | None:
        """How many posts back the one lies that this one answers; None if it answers none."""
        chance = random.Random(f"{self._seed}/{number}/reply")  # noqa: S311 - invented posts
        return chance.randint(1, 20) if chance.random() < 0.15 else None

    def _choose(self, chance: random.Random, phase: Phase) -> tuple[dict[str, Any], bool]:
        """What is said, and whether in somebody's own words."""
        if phase == "crisis" and chance.random() < CRISIS_SHARE:
            return chance.choice(self._read["crisis"]), True
        if phase == "history":
            group = chance.choices(("everyday", "railway", "chatter"), (5, 3, 2))[0]
            return chance.choice(self._read[group]), False
        if chance.random() < RAILWAY_IN_CALM:
            return chance.choice(self._read["everyday"]), False
        return chance.choice(self._elsewhere), False

    def _filled(self, chance: random.Random, text: str, *, varied: bool) -> str:
        filled = text.format(
            ort=chance.choice(self._read["places"]),
            linie=chance.choice(self._read["lines"]),
            min=chance.randrange(20, 180, 5),
        )
        if not varied:
            return filled
        return f"{chance.choice(self._read['before'])}{filled}{chance.choice(self._read['after'])}"

    def _person(self, chance: random.Random) -> Author:
        given, family = chance.choice(self._read["given"]), chance.choice(self._read["family"])
        own = random.Random(f"{given} {family}")  # noqa: S311 - invented authors
        handle = f"{given}{own.randrange(10, 99)}_{family[:4]}".lower()
        return Author(
            id=f"sample:{handle}",
            name=f"{given} {family}",
            handle=handle,
            followers=int(own.lognormvariate(5, 1.5)),
            following=int(own.lognormvariate(5, 0.7)),
            posts=int(own.lognormvariate(6, 1.2)),
            verified=own.random() < 0.03,
        )

    def _official(self) -> Author:
        page = self._venues["page"]
        return Author(id=page.id, name=page.name, handle="lindentalbahn", followers=page.reach, verified=True)


def _engagement(chance: random.Random, audience: int) -> Engagement:
    likes = int(audience * chance.random() ** 3 * 0.05)
    return Engagement(likes=likes, replies=likes // 8, shares=likes // 5)
