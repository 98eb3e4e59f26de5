"""What is known of each post id: its newest edition and every index that may hold a copy. Pure.

The ledger is an index of its own, read by realtime get and changed only against the sequence number that was
read. See `streams/decisions/0010-tombstones.md` for why that is enough.
"""

from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec

from sinks.elasticsearch.bulk import Operation, operation

HUSK = b'{"deleted":true}'


class Change(NamedTuple):
    """A post as it must be from `edition` on: in the index `place`, or nowhere (None)."""

    key: str
    id: str
    edition: int
    place: str | None = None
    body: bytes = HUSK


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the ledger says. `former`: other indices a copy was meant for. `deleted_at`: in ms, if it is gone."""

    edition: int
    place: str | None = None
    former: tuple[str, ...] = ()
    deleted_at: int | None = None


class Known(NamedTuple):
    """An entry as it was read; a write against another sequence number is refused."""

    entry: Entry
    seq_no: int
    primary_term: int


def key_of(kind: Literal["post", "author"], id: str) -> str:
    """Where the ledger keeps a post or an author. A hash: an author who is gone leaves no name behind."""
    return blake2b(id.encode(), digest_size=16, person=kind.encode()).hexdigest()


def rank(state: Change | Entry) -> tuple[int, bool]:
    """Which of two states wins: the newer, and of one age the deletion."""
    return state.edition, state.place is None


def claim(change: Change, known: Known | None, now_ms: int) -> Entry | None:
    """The entry to write before the change; None if what is known is as new."""
    if known and rank(known.entry) >= rank(change):
        return None
    gone = now_ms if change.place is None else None
    if known is None:
        return Entry(change.edition, change.place, deleted_at=gone)
    held = {known.entry.place, *known.entry.former} - {None, change.place}
    return Entry(change.edition, change.place, tuple(sorted(filter(None, held))), gone)


def claiming(ledger: str, key: str, entry: Entry, known: Known | None) -> Operation:
    """The operation that writes an entry, unless another writer was faster."""
    body = msgspec.json.encode(entry)
    if known is None:
        return operation("create", body, index=ledger, id=key)
    return operation("index", body, index=ledger, id=key,
                     if_seq_no=known.seq_no, if_primary_term=known.primary_term)  # fmt: skip


def writing(change: Change, entry: Entry) -> list[Operation]:
    """What makes the indices agree with the entry; nothing if a newer change claimed it."""
    if rank(entry) > rank(change):
        return []
    husks = [
        operation(
            "index", HUSK, index=place, id=change.id, version=entry.edition, version_type="external_gte"
        )
        for place in entry.former
    ]
    if entry.place is None:
        return husks
    return [
        *husks,
        operation("index", change.body, index=entry.place, id=change.id,
                  version=entry.edition, version_type="external"),
    ]  # fmt: skip
