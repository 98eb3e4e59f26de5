"""Twenty thousand records of posts.v1 with everything that can be wrong, and what must come of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from streams.codec import encode
from streams.log.base import Entry
from streams.post import Author, Post, Venue
from streams.topics import POSTS

TEXTS = (
    "Die Bahn ist schon wieder zu spät",
    "Warte seit einer Stunde auf den Zug nach Köln",
    "Bahnstreik ab Montag, na danke",
    "Heute pünktlich in Hamburg, Lob an die Bahn",
)
ELSEWHERE = "Der Kaffee im Büro schmeckt heute ausgezeichnet"
HUGE = 5_000_000
SUBSCRIPTION = """
[[subscription]]
id = "bahn"
query = 'bahn~ OR zug~'

[subscription.alarm]
notify = ["{notify}"]
"""


@dataclass
class Crowd:
    """`entries` in the order of the log; `expected`: the newest version of each id that must be found; `poison`:
    the keys of what must be buried."""

    entries: list[Entry] = field(default_factory=list)
    expected: dict[str, int] = field(default_factory=dict)
    poison: set[bytes] = field(default_factory=set)

    def add(self, post: Post) -> None:
        self.entries.append(Entry(POSTS, post.id.encode(), encode(post)))


def crowd(records: int, poison: int, seed: int, now: datetime) -> Crowd:
    """Two weeks of history, calm hours, and a burst; a third repeats, edits, deletes or concerns nobody."""
    chance, made = random.Random(seed), Crowd()
    newest: dict[str, Post] = {}
    bad = set(chance.sample(range(records), poison))
    for number in range(records):
        if number in bad:
            made.entries.append(_poison(number, chance))
            made.poison.add(made.entries[-1].key)
            continue
        post = _post(number, records, chance, newest, now)
        made.add(post)
        if post.id not in newest or post.version > newest[post.id].version:
            newest[post.id] = post
    made.expected = {id: p.version for id, p in newest.items() if p.event == "upsert" and p.text != ELSEWHERE}
    return made


def _post(number: int, records: int, chance: random.Random, newest: dict[str, Post], now: datetime) -> Post:
    dice = chance.random()
    if newest and dice < 0.3:
        return _again(newest[chance.choice(list(newest)[-500:])], dice, chance)
    live = number > records * 0.6
    calm = timedelta(hours=2) if number < records * 0.62 else timedelta(minutes=2)
    at = now - (calm if live else timedelta(days=14)) * chance.random()
    return Post(
        id=f"crowd:{number}",
        source="crowd",
        mode="live" if live else "backfill",
        created_at=at,
        observed_at=at + timedelta(seconds=1),
        text=chance.choice(TEXTS) if dice < 0.9 else ELSEWHERE,
        author=Author(id=f"crowd:author-{chance.randrange(3000)}", followers=chance.randrange(1000)),
        venue=Venue(id="crowd:net", kind="network"),
    )


def _again(post: Post, dice: float, chance: random.Random) -> Post:
    """The same post once more: as it was, edited, edited away, deleted, or an older version that comes late."""
    changes: dict[str, object] = {}
    when = (post.observed_at or post.created_at) + timedelta(seconds=chance.randrange(1, 60))
    if dice < 0.1:
        changes = {"edited_at": when, "observed_at": when, "text": chance.choice((*TEXTS, ELSEWHERE))}
    elif dice < 0.15:
        changes = {"event": "delete", "observed_at": when, "text": ""}
    elif dice < 0.2:
        changes = {"observed_at": post.created_at - timedelta(seconds=1), "edited_at": None}
    fields = {name: getattr(post, name) for name in Post.__dataclass_fields__}
    return Post(**{**fields, **changes})


def _poison(number: int, chance: random.Random) -> Entry:
    key = b"poison-%d" % number
    start = b'{"id":"%s","source":"crowd","created_at":"2026-11-01T10:00:00Z","text":"' % key
    values: Sequence[bytes] = (
        b"\xff\x00 no JSON",
        start + b"cut off",
        start + b'\\ud800"}',
        start.replace(b'"source":"crowd"', b'"source":7') + b'x"}',
        start.replace(b"2026-11-01T10:00:00Z", b"gestern") + b'x"}',
    )
    value = start + b"x" * HUGE + b'"}' if number % 20 == 0 else chance.choice(values)
    return Entry(POSTS, key, value)


def recently() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
