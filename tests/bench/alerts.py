"""What it costs to watch ten thousand subscriptions: five minutes of all, their memory read back, a spike told."""

import random
import resource
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count

from streams.alerting import memory
from streams.alerting.watch import Arrived, Watch
from streams.coverage import Coverage
from streams.hit import Hit
from streams.subscription import Alarm, Subscription

START = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)
SUBSCRIPTIONS = 10_000
DAYS = 3
POSTS = 150
ROUNDS = 4
WORDS = [f"wort{number}" for number in range(5_000)]
AS_OFTEN = list(accumulate(1 / (rank + 3) for rank in range(len(WORDS))))
"""Zipf's law."""


def hit(number: int, at: datetime, subscription: str, chance: random.Random) -> Hit:
    """An invented hit, with all that is counted and shown."""
    return Hit(
        subscription=subscription,
        post=f"bench:{number}",
        created_at=at,
        source="bench",
        ingestor="bench",
        author=f"bench:a{chance.randrange(3000)}",
        author_name="Alex Beispiel",
        venue=f"bench:v{chance.randrange(30)}",
        venue_kind="network",
        story=f"s{number}",
        tone=chance.choice(["negative", "neutral", "neutral", "positive"]),
        influence=chance.uniform(0, 40),
        terms=tuple(chance.choices(WORDS, cum_weights=AS_OFTEN, k=6)),
        quote="Das ist ein erfundener Satz, so lang wie viele, der mit einem Alarm gezeigt werden kann. " * 2,
    )


def subscription(name: str) -> Subscription:
    return Subscription(id=name, query="bahn", alarm=Alarm(notify=("log:",)))


def learned() -> list[memory.StateEntry]:
    """The memory of one subscription that is past its first days."""
    watch, chance = Watch(0), random.Random(1)
    watch.subscribe(subscription("s"))
    times = sorted(chance.uniform(0, DAYS * 86_400) for _ in range(POSTS))
    posts = [hit(n, START - timedelta(seconds=DAYS * 86_400 - at), "s", chance) for n, at in enumerate(times)]
    kept: dict[bytes, bytes | None] = {}
    for number, post in enumerate(posts):
        watch.absorb([Arrived(number, int(post.created_at.timestamp() * 1000), post)])
        watch.evaluate(post.created_at)
        kept |= dict(watch.changed())
    return list(kept.items())


def copies(entries: list[memory.StateEntry]) -> list[memory.StateEntry]:
    """The same memory for every subscription."""
    parts = [(memory.split(entry)[2], value) for entry, value in entries if value is not None]
    return [
        (memory.key(0, f"s{number}", what), value) for number in range(SUBSCRIPTIONS) for what, value in parts
    ]


def looks(watch: Watch, now: datetime) -> float:
    """CPU seconds until every subscription was looked at."""
    begun = time.process_time()
    while True:
        watch.evaluate(now)
        if not watch.waiting:
            return time.process_time() - begun


def storm(entries: list[memory.StateEntry], secs: int = 30, a_second: int = 1000) -> None:
    """A storm of so many posts a second about one subscription: when it is told, and what each second of it costs."""
    watch, chance, offsets = Watch(0), random.Random(3), count()
    watch.restore(entries)
    watch.subscribe(subscription("s"))
    watch.evaluate(START)
    costs, told = [], None
    for second in range(1, secs + 1):
        now = START + timedelta(seconds=second)
        at_ms = int(now.timestamp() * 1000)
        hits = [hit(10**7 + second * a_second + n, now, "s", chance) for n in range(a_second)]
        arrived = [Arrived(next(offsets), at_ms, one) for one in hits]
        begun = time.process_time()
        watch.absorb(arrived)
        alerts = watch.evaluate(now)
        watch.changed()
        costs.append(time.process_time() - begun)
        told = told or (second if alerts else None)
    print(
        f"a storm of {a_second} posts a second: told in second {told},"
        f" {sum(costs) / secs:.2f} s CPU a second to count, judge and save, {max(costs):.2f} s at most"
    )


def main() -> None:
    entries = learned()
    for entry, value in entries:
        print(f"memory of one subscription: {memory.split(entry)[2]:10} {len(value or b''):6} bytes")
    saved = copies(entries)
    watch = Watch(0)
    begun = time.process_time()
    watch.restore(saved)
    print(f"{SUBSCRIPTIONS} subscriptions restored: {time.process_time() - begun:.1f} s CPU")
    for number in range(SUBSCRIPTIONS):
        watch.subscribe(subscription(f"s{number}"))
    chance, numbers, offset = random.Random(2), iter(range(10**6, 10**9)), 0
    print(f"  looked at for the first time: {looks(watch, START):.1f} s CPU")
    for bucket in range(1, ROUNDS + 1):
        now = START + timedelta(minutes=5 * bucket)
        watch.cover(Coverage(ingestor="bench", complete_until=now, at=now))
        heard = chance.sample(range(SUBSCRIPTIONS), SUBSCRIPTIONS * POSTS // (DAYS * 288))
        hits = [hit(next(numbers), now - timedelta(seconds=9), f"s{n}", chance) for n in heard]
        at_ms = int(now.timestamp() * 1000)
        arrived = [Arrived(offset + n, at_ms, one) for n, one in enumerate(hits)]
        offset += len(hits)
        begun = time.process_time()
        watch.absorb(arrived)
        took = time.process_time() - begun
        later = looks(watch, now + timedelta(seconds=1))
        begun = time.process_time()
        size = sum(len(value or b"") for _, value in watch.changed())
        print(
            f"five minutes of all, {len(hits)} posts: {took:.2f} s CPU to count, {later:.2f} s to judge,"
            f" {time.process_time() - begun:.2f} s to save {size / 1e6:.0f} MB"
        )
    storm(entries)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak_mib:.0f} MiB")


if __name__ == "__main__":
    main()
