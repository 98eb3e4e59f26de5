"""Do the checks catch what they are there for? A correct index passes; each seeded fault fails at least one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from streams.errors import ResonanzError
from streams.mention import REVISIONS, Mention
from streams.outcome import DELIVERED, Outcome, Rejected
from streams.search import Found, Position, Search, Summary
from streams.testing.index_checks import WRITING
from streams.testing.index_model import ModelIndex
from streams.testing.index_search_checks import SEARCHING, inflected_words_are_found
from tests.contract.indices import model

CHECKS = [check for check in (*WRITING, *SEARCHING) if check is not inflected_words_are_found]


class LastWins(ModelIndex):
    def wins(self, mention, known):
        return True


class EqualUpsertWins(ModelIndex):
    def wins(self, mention, known):
        return known is None or mention.version >= known.version


class IgnoresRevisions(ModelIndex):
    def edition(self, mention):
        return super().edition(replace(mention, revision=0))


class RetractsForGood(ModelIndex):
    def edition(self, mention):
        return super().edition(replace(mention, reason=None))


class RevisionOverDeletion(ModelIndex):
    def edition(self, mention):
        return super().edition(mention) + (REVISIONS if mention.revision else 0)


class ReadsWhatIsGone(ModelIndex):
    async def get(self, ids):
        return {id: self.memory.newest[id] for id in ids if id in self.memory.newest}


class ReadsNothing(ModelIndex):
    async def get(self, ids):
        return {}


class OlderUpsertAfterDeletion(ModelIndex):
    def wins(self, mention, known):
        return super().wins(mention, known) or known.event == "delete"


class DeletesOnlyWhatIsThere(ModelIndex):
    def wins(self, mention, known):
        return super().wins(mention, known) and (known is not None or mention.event != "delete")


class DeletesOnlyInTheSameMonth(ModelIndex):
    def wins(self, mention, known):
        gone = known is not None and mention.event == "delete"
        return super().wins(mention, known) and not (
            gone and mention.created_at.month != known.created_at.month
        )


class NeverBack(ModelIndex):
    def wins(self, mention, known):
        return super().wins(mention, known) and not (known and known.event == "delete")


class ForgetsTombstonesAtTheEnd(ModelIndex):
    async def close(self):
        self.memory.newest = {each.id: each for each in self.alive()}


class ForgetsAuthorsAtTheEnd(ModelIndex):
    async def close(self):
        self.memory.gone_authors.clear()


class AuthorsOnlyNow(ModelIndex):
    async def deliver(self, batch):
        answer = await super().deliver(batch)
        self.memory.newest = {each.id: each for each in self.alive()}
        self.memory.gone_authors.clear()
        return answer


class AuthorsForEver(ModelIndex):
    def alive(self):
        gone = self.memory.gone_authors
        return [each for each in super().alive() if not (each.author and each.author.id in gone)]


class OneCopyAMonth(ModelIndex):
    def alive(self):
        alive = super().alive()
        return [*alive, *(each for each in alive if each.created_at.month < 10)]


class AllOrNothing(ModelIndex):
    async def deliver(self, batch):
        answer = await super().deliver(batch)
        return [Rejected("one is bad")] * len(batch) if any(a != DELIVERED for a in answer) else answer


class ShortAnswer(ModelIndex):
    async def deliver(self, batch: Sequence[Mention]) -> Sequence[Outcome]:
        return [outcome for outcome in await super().deliver(batch) if outcome == DELIVERED]


class NoFutureClamp(ModelIndex):
    def _take(self, mention):
        return DELIVERED if mention.created_at.year < 1970 else super()._take(mention)


class SweepsAll(ModelIndex):
    async def sweep(self, before):
        return await super().sweep(before.replace(year=9999))


class SweepsNothing(ModelIndex):
    async def sweep(self, before):
        return 0


class PagesByNumber(ModelIndex):
    async def search(self, search: Search, size: int = 20, cursor: str | None = None) -> Found:
        skipped = Position.read(cursor).created_ms if cursor else 0
        hits = (await super().search(search, 1000)).mentions
        more = Position(skipped + size, "").cursor() if len(hits) > skipped + size else None
        return Found(mentions=hits[skipped : skipped + size], cursor=more)


class PagesByTimeAlone(ModelIndex):
    async def search(self, search: Search, size: int = 20, cursor: str | None = None) -> Found:
        found = await super().search(search, size, cursor)
        after = found.cursor and Position(Position.read(found.cursor).created_ms, "").cursor()
        return Found(mentions=found.mentions, cursor=after)


class OldestFirst(ModelIndex):
    def matching(self, search):
        return super().matching(search)[::-1]


class UntilIncluded(ModelIndex):
    def matching(self, search):
        if search.until is None:
            return super().matching(search)
        late = Search(
            **{**{n: getattr(search, n) for n in search.__slots__}, "until": search.until.replace(year=3000)}
        )
        return [hit for hit in super().matching(late) if hit.created_at <= search.until]


class AnyWord(ModelIndex):
    def matching(self, search):
        if not search.text or not search.text.replace(" ", "").isalnum():
            return super().matching(search)
        hits = {}
        for word in search.text.split():
            one = Search(**{**{n: getattr(search, n) for n in search.__slots__}, "text": word})
            hits |= {hit.id: hit for hit in super().matching(one)}
        return sorted(hits.values(), key=Position.of, reverse=True)


class CountsMatchesTwice(ModelIndex):
    async def summarize(self, search: Search, interval_ms: int) -> Summary:
        summary = await super().summarize(search, interval_ms)
        twice = {name: 2 * count for name, count in summary.facets["subscription"].items()}
        facets = {**summary.facets, "subscription": twice}
        return Summary(total=summary.total, histogram=summary.histogram, facets=facets)


class BucketsFromTheFirst(ModelIndex):
    async def summarize(self, search: Search, interval_ms: int) -> Summary:
        summary = await super().summarize(search, interval_ms)
        shifted = {begin + 1: count for begin, count in summary.histogram.items()}
        return Summary(total=summary.total, histogram=shifted, facets=summary.facets)


class AcceptsAnyCursor(ModelIndex):
    async def search(self, search: Search, size: int = 20, cursor: str | None = None) -> Found:
        try:
            return await super().search(search, size, cursor)
        except ResonanzError:
            return await super().search(search, 20)


FAULTS = [kind for kind in ModelIndex.__subclasses__() if kind.__module__ == __name__]


async def failures(kind: type[ModelIndex]) -> list[str]:
    failed = []
    for check in CHECKS:
        try:
            await check(model(kind))
        except (AssertionError, pytest.fail.Exception):
            failed.append(check.__name__)
    return failed


async def test_a_correct_index_passes_every_check() -> None:
    assert await failures(ModelIndex) == []


@pytest.mark.parametrize("kind", FAULTS, ids=lambda kind: kind.__name__)
async def test_each_fault_is_caught(kind: type[ModelIndex]) -> None:
    assert await failures(kind)
