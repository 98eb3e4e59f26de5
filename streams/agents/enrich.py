"""Agent `enrich`: posts in; mentions, and a small hit for each match, out."""

import asyncio
from collections.abc import Collection, Sequence

from streams.agents.hits import hits_of
from streams.codec import DecodeError, decode_post, encode
from streams.components import Enricher
from streams.flow import Step, enrich
from streams.hit import Hit, Retraction
from streams.log.base import Entry, Log, Record
from streams.log.delivery import deliver
from streams.mention import Mention
from streams.outcome import DELIVERED, Delivered, Dropped, Fate, Rejected, Retry, worst
from streams.topics import HITS, MENTIONS, POSTS

NO_LONGER_MATCHES = "no longer matches"


class EnrichAgent:
    """Runs the chain in a thread, so that a slow model never delays a heartbeat."""

    name = "enrich"
    topic = POSTS
    batch_records = 500

    def __init__(
        self,
        chain: Sequence[Enricher],
        log: Log,
        hit_partitions: int,
        no_quotes_from: Collection[str] = (),
    ) -> None:
        self._chain, self._log, self._hit_partitions = chain, log, hit_partitions
        self.no_quotes_from = no_quotes_from
        self._one_at_a_time = asyncio.Lock()  # models are not made for two threads

    async def settle(self, records: Sequence[Record]) -> Sequence[Fate]:
        """Deliver what came out of each record before its fate is told."""
        async with self._one_at_a_time:
            fates, entries, owners = await asyncio.to_thread(self._work, records)
        outcomes: list[list[Delivered | Retry | Rejected]] = [[] for _ in records]
        for owner, outcome in zip(owners, await deliver(self._log, entries), strict=True):
            outcomes[owner].append(outcome)
        return [fate if fate is not None else worst(outcomes[at]) for at, fate in enumerate(fates)]

    async def enrich(self, mentions: Sequence[Mention]) -> list[Step]:
        """What becomes of mentions that somebody else brings, between two batches."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(enrich, mentions, self._chain)

    def _work(self, records: Sequence[Record]) -> tuple[list[Fate | None], list[Entry], list[int]]:
        """The fates that are certain already, the entries to append, and whose record each entry comes from."""
        fates: list[Fate | None] = [None] * len(records)
        mentions: list[Mention] = []
        places: list[int] = []
        for at, record in enumerate(records):
            try:
                mentions.append(Mention.of(decode_post(record.value)))
                places.append(at)
            except DecodeError as error:
                fates[at] = Rejected(str(error))
        entries: list[Entry] = []
        owners: list[int] = []
        for at, mention, step in zip(places, mentions, enrich(mentions, self._chain), strict=True):
            made = outputs(mention, step, self._hit_partitions, self.no_quotes_from)
            entries += made
            owners += [at] * len(made)
            if not made:
                fates[at] = step if not isinstance(step, Mention) else DELIVERED
        return fates, entries, owners


def outputs(
    mention: Mention, step: Step, hit_partitions: int, no_quotes_from: Collection[str] = ()
) -> list[Entry]:
    """What to append for a mention of which `step` became; nothing if its fate is the step itself.

    Deletes always pass. An edit is taken back from those it no longer matches; if it matches nobody any more, a
    retraction replaces it.
    """
    edited = mention.edited_at is not None
    if mention.event != "upsert":
        return [mention_entry(mention), *retractions(mention, (), hit_partitions)]
    if isinstance(step, Mention):
        keep = tuple(match.subscription for match in step.matches)
        taken_back = retractions(mention, keep, hit_partitions) if edited else []
        return [mention_entry(step), *map(hit_entry, hits_of(step, no_quotes_from)), *taken_back]
    if isinstance(step, Dropped) and edited:
        return [mention_entry(_retracted(mention)), *retractions(mention, (), hit_partitions)]
    return []


def mention_entry(mention: Mention) -> Entry:
    """A mention as it is appended."""
    return Entry(MENTIONS, mention.id.encode(), encode(mention))


def _retracted(mention: Mention) -> Mention:
    """The delete of a post that is still there but concerns nobody; keeps nothing personal."""
    return Mention(
        id=mention.id,
        source=mention.source,
        created_at=mention.created_at,
        edited_at=mention.edited_at,
        observed_at=mention.observed_at,
        event="delete",
        mode=mention.mode,
        reason=NO_LONGER_MATCHES,
    )


def hit_entry(hit: Hit) -> Entry:
    """A hit as it is appended."""
    return Entry(HITS, hit.subscription.encode(), encode(hit))


def retractions(mention: Mention, keep: tuple[str, ...], partitions: int) -> list[Entry]:
    """Take a post back, or all of an author who is gone, from all but those in `keep`."""
    gone = mention.author.id if mention.event == "author_delete" and mention.author else None
    post = None if gone else mention.id
    value = encode(Retraction(created_at=mention.created_at, post=post, author=gone, keep=keep))
    return [Entry(HITS, mention.id.encode(), value, partition) for partition in range(partitions)]
