"""Agent `index`: mentions into the index, where they can be searched."""

from collections.abc import Sequence

from streams.codec import DecodeError, decode_mention
from streams.components import Index
from streams.log.base import Record
from streams.mention import Mention
from streams.outcome import DELIVERED, Fate, Rejected
from streams.topics import MENTIONS


class IndexAgent:
    """Hands batches to the index; what it answers is the fate."""

    name = "index"
    topic = MENTIONS
    batch_records = 2000  # a commit of the embedded index costs the same for ten as for a thousand

    def __init__(self, index: Index) -> None:
        self._index = index

    async def settle(self, records: Sequence[Record]) -> Sequence[Fate]:
        """The index's answer for each record; what is no mention is rejected."""
        fates: list[Fate] = [DELIVERED] * len(records)
        mentions: list[Mention] = []
        places: list[int] = []
        for at, record in enumerate(records):
            try:
                mentions.append(decode_mention(record.value))
                places.append(at)
            except DecodeError as error:
                fates[at] = Rejected(str(error))
        for at, outcome in zip(places, await self._index.deliver(mentions), strict=True):
            fates[at] = outcome
        return fates
