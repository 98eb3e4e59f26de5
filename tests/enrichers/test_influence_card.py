"""The worked examples of the influence card are what the formula gives."""

from pathlib import Path

import enrichers.influence
from enrichers.influence import influence
from streams.post import Author, Engagement, Venue
from streams.testing.make import mention

CARD = Path(enrichers.influence.__file__).parent / "models" / "influence.md"
NETWORK = Venue(id="v", kind="network")
PRIVATE = Author(id="a", followers=300, verified=False)
PARTS = ("followers", "venue", "engagement", "reposts", "verified")
EXAMPLES = {
    "300 followers, 4 likes, 1 reply": {
        "author": PRIVATE,
        "venue": NETWORK,
        "engagement": Engagement(likes=4, replies=1, shares=0),
    },
    "the same account, nobody told any count": {"author": Author(id="a"), "venue": NETWORK},
    "the same account, 2,000 likes, 300 replies, 500 shares": {
        "author": PRIVATE,
        "venue": NETWORK,
        "engagement": Engagement(likes=2000, replies=300, shares=500),
    },
    "verified reporter, 45,000 followers, 80 likes, 20 replies, 35 shares": {
        "author": Author(id="a", followers=45_000, verified=True),
        "venue": NETWORK,
        "engagement": Engagement(likes=80, replies=20, shares=35),
    },
    "article of a paper with 6 million readers a month": {
        "author": None,
        "venue": Venue(id="v", kind="news", reach=6_000_000),
    },
    "thread in a forum of unknown size, 12 replies": {
        "author": None,
        "venue": Venue(id="v", kind="forum"),
        "engagement": Engagement(likes=0, replies=12, shares=0),
    },
}


def line_of(what: str) -> str:
    answer = influence(mention(**EXAMPLES[what]))
    parts = " | ".join(f"{answer.parts[part]:g}" for part in PARTS)
    return f"| {what} | {parts} | **{answer.score:g}** | {', '.join(answer.imputed) or '–'} |"


def test_every_worked_example_is_what_the_formula_gives():
    rows = [line for line in CARD.read_text(encoding="utf-8").splitlines() if "**" in line]
    assert rows == [line_of(what) for what in EXAMPLES]
