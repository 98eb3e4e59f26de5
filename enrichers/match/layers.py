"""The candidate stage: many queries searched for in one pass over a batch, while queries come and go.

Queries lie in layers, each with an automaton that never changes: a few large ones and a few small recent ones.
Small layers are built at once, since that takes milliseconds; the large ones are built anew in a thread and
exchanged when they are ready. Removed queries stay in their layer, unheeded, until then.
"""

import gc
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from enrichers.match.compiled import Compiled
from enrichers.match.scan import Scanned
from enrichers.match.triggers import members
from streams.folding import SHORT
from streams.post import Post

SMALL = 200
LARGE = 10_000
"""So many queries make a small layer, and a full one: building its automaton keeps others waiting for some 40 ms."""

PREFIX = 8
"""So many bytes of a trigger are searched for, the rest is compared: more would make the automaton larger."""

MAX_KNOWN = 50_000
"""So many pairs of a trigger and the word around it are remembered by a layer."""


ANY = b""
"""Stands for a word too long to be cut out for each hit in it: whatever is found there is a candidate."""


class Target(NamedTuple):
    """A trigger, whom it calls up, and whom only within a word that has one of these lemmas among its members."""

    pattern: bytes
    sure: list[Compiled]
    keyed: list[tuple[frozenset[str], Compiled]]


class Layer:
    """Queries that are searched for together."""

    def __init__(self, queries: Iterable[Compiled]) -> None:
        self.queries = tuple(queries)
        targets: dict[bytes, dict[bytes, Target]] = defaultdict(dict)
        for query in self.queries:
            for pattern, keys in query.trigger:
                target = targets[pattern[:PREFIX]].setdefault(pattern, Target(pattern, [], []))
                if keys is None:
                    target.sure.append(query)
                else:
                    target.keyed.append((keys, query))
        self._targets = [tuple(each.values()) for each in targets.values()]
        self._automaton = BytesAhoCorasick(list(targets), implementation=Implementation.DFA)
        self._known: dict[tuple[bytes, bytes], list[Compiled]] = {}

    def search(self, scanned: Scanned, found: dict[int, set[Compiled]]) -> None:
        """Add to `found` the queries whose trigger is in a post, by the post's number."""
        data, known = scanned.data, self._known
        for prefix, start, _ in self._automaton.find_matches_as_indexes(data, overlapping=True):
            for target in self._targets[prefix]:
                pattern, queries, keyed = target
                if not data.startswith(pattern, start):
                    continue
                if keyed:
                    word = _around(data, start, start + len(pattern))
                    called_up = known.get((pattern, word))
                    queries = self._called_up(target, word) if called_up is None else called_up
                if queries:
                    found[scanned.owner(start)].update(queries)

    def _called_up(self, target: Target, word: bytes) -> list[Compiled]:
        """The queries that a trigger within this word calls up."""
        family = members(word)
        called = [query for keys, query in target.keyed if word is ANY or not keys.isdisjoint(family)]
        if len(self._known) >= MAX_KNOWN:
            self._known = {}
        self._known[target.pattern, word] = queries = target.sure + called
        return queries


def _around(data: bytes, start: int, end: int) -> bytes:
    """The word around a place."""
    before = data.rfind(b" ", start - SHORT if start > SHORT else 0, start + 1)
    after = data.find(b" ", end - 1, end + SHORT)
    return data[before + 1 : after] if before >= 0 and after >= 0 else ANY


class Layers:
    """All queries, by the id of their subscription."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queries: dict[str, Compiled] = {}
        self._layers: tuple[Layer, ...] = ()
        self._recent: dict[str, Compiled] = {}
        self._recent_layer: Layer | None = None
        self._always: Mapping[str, Compiled] = {}
        self._also: frozenset[str] = frozenset()
        self._dead = 0
        self._count = 0
        self._builder: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._queries)

    def add(self, query: Compiled) -> None:
        """Add a query, or replace the one of that id."""
        with self._lock:
            self._drop(query.id)
            self._queries[query.id] = query
            self._count += 1
            query.number = self._count
            self._also |= query.fields
            if not query.trigger:
                self._always = {**self._always, query.id: query}
                return
            self._recent[query.id] = query
            self._recent_layer = None
            if len(self._recent) >= SMALL:
                self._layers = (*self._layers, Layer(self._recent.values()))
                self._recent = {}
            self._tidy()

    def remove(self, id: str) -> None:
        """Remove a query; none of that id is fine."""
        with self._lock:
            self._drop(id)
            self._tidy()

    def _drop(self, id: str) -> None:
        old = self._queries.pop(id, None)
        if old is None:
            return
        old.alive = False
        if not old.trigger:
            self._always = {key: query for key, query in self._always.items() if key != id}
        elif self._recent.pop(id, None):
            self._recent_layer = None
        else:
            self._dead += 1

    def _tidy(self) -> None:
        """Merge, in a thread, the layers that are not full; or all of them when too much is dead."""
        littered = self._dead > max(SMALL, len(self._queries) // 4)
        merged = [layer for layer in self._layers if littered or len(layer.queries) < LARGE]
        if (littered or len(merged) > 1) and (self._builder is None or not self._builder.is_alive()):
            self._builder = threading.Thread(target=self._merge, args=(merged,), daemon=True)
            self._builder.start()

    def _merge(self, merged: Sequence[Layer]) -> None:
        alive = [query for layer in merged for query in layer.queries if query.alive]
        full = [Layer(alive[at : at + LARGE]) for at in range(0, len(alive), LARGE)]
        with self._lock:
            self._layers = (*(layer for layer in self._layers if layer not in merged), *full)
            self._dead = sum(not query.alive for layer in self._layers for query in layer.queries)
        gc.freeze()  # or each full collection would stop everything to walk through thousands of queries

    def settle(self) -> None:
        """Wait until nothing is being merged."""
        while (builder := self._builder) is not None and builder.is_alive():
            builder.join()

    def _current(self) -> tuple[Sequence[Layer], Iterable[Compiled], frozenset[str]]:
        with self._lock:
            if self._recent and self._recent_layer is None:
                self._recent_layer = Layer(self._recent.values())
            recent = (self._recent_layer,) if self._recent and self._recent_layer else ()
            return (*self._layers, *recent), self._always.values(), self._also

    def candidates(self, posts: Sequence[Post]) -> Mapping[int, list[Compiled]]:
        """The queries that may match, by the post's number; none is missing."""
        layers, always, also = self._current()
        scanned = Scanned(posts, also)
        found: dict[int, set[Compiled]] = defaultdict(set)
        for layer in layers:
            layer.search(scanned, found)
        if always:
            for number in range(len(posts)):
                found[number].update(always)
        kept: dict[int, list[Compiled]] = {}
        for number, queries in found.items():
            possible = [
                query
                for query in queries
                if query.alive and query.admits(posts[number]) and query.may_match(scanned, number)
            ]
            if possible:
                kept[number] = possible
        return kept
