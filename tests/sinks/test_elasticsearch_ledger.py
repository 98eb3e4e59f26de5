"""The ledger's rules, with every interleaving of writers that hypothesis thinks of: no server needed."""

import json
import random
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.elasticsearch.bulk import Operation
from sinks.elasticsearch.ledger import HUSK, Change, Entry, Known, claim, claiming, key_of, rank, writing

MONTHS = ("m-1", "m-2", "m-3")


@dataclass
class Server:
    """As much of the real one as the rules rely on: sequence numbers, external versions, forgotten nothing."""

    ledger: Known | None = None
    copies: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def claim(self, change: Change, known: Known | None, entry: Entry) -> bool:
        header = json.loads(claiming("ledger", change.key, entry, known).action)
        free = (
            self.ledger is None
            if "create" in header
            else (self.ledger is not None and header["index"]["if_seq_no"] == self.ledger.seq_no)
        )
        if free:
            self.ledger = Known(entry, known.seq_no + 1 if known else 0, 1)
        return free

    def write(self, operation: Operation) -> None:
        header = json.loads(operation.action)["index"]
        there = self.copies.get(header["_index"], (-1, b""))[0]
        if header["version"] > there or (
            header["version_type"] == "external_gte" and header["version"] == there
        ):
            self.copies[header["_index"]] = (header["version"], operation.source or b"")

    def visible(self) -> dict[str, bytes]:
        return {place: body for place, (_, body) in self.copies.items() if body != HUSK}


def worker(server: Server, change: Change):
    """One writer, that may be stopped for any time wherever it waits for the server."""
    while True:
        known = server.ledger
        yield
        entry = claim(change, known, now_ms=1)
        if entry is None:
            entry = known.entry if known else None
            break
        if server.claim(change, known, entry):
            break
        yield
    yield
    for operation in writing(change, entry) if entry else []:
        server.write(operation)
        yield


def change(version: int, place: str | None) -> Change:
    return Change("key", "id", version, place, f"{version} {place}".encode() if place else HUSK)


changes = st.builds(change, st.integers(0, 5), st.sampled_from([*MONTHS, None]))


@settings(max_examples=500)
@given(st.lists(changes, min_size=1, max_size=5), st.integers(0, 2**32))
def test_the_newest_wins_however_writers_are_interleaved_or_die(given_: list[Change], seed: int) -> None:
    server, chosen = Server(), random.Random(seed)
    running = [(worker(server, each), each) for each in given_]
    while running:
        at = chosen.randrange(len(running))
        writer, record = running[at]
        fate = chosen.randrange(12)
        if fate == 0:  # dies; its record comes again
            running[at] = worker(server, record), record
        elif fate == 1:  # is taken for dead; its record comes again, and both go on
            running.append((worker(server, record), record))
        elif next(writer, "end") == "end":
            del running[at]
    newest = max(given_, key=rank)
    visible = server.visible()
    assert len(visible) == (0 if newest.place is None else 1)
    assert all(body.startswith(f"{newest.edition} ".encode()) for body in visible.values())


@given(st.lists(changes, min_size=1, max_size=6))
def test_repeating_all_changes_nothing(given_: list[Change]) -> None:
    server = Server()
    for each in given_:
        [*worker(server, each)]
    before = dict(server.copies)
    for each in given_[::-1]:
        [*worker(server, each)]
    assert server.copies == before


def test_an_author_and_a_post_of_one_id_are_two_things() -> None:
    assert key_of("author", "a") != key_of("post", "a")


def test_a_key_does_not_tell_the_id() -> None:
    assert "maria" not in key_of("author", "mastodon:maria")
