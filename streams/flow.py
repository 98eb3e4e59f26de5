"""One batch of posts through the chain of enrichers: pure, so that it can be tested whole.

An enricher that raises on a batch is asked again one by one, so that one bad post never spoils the others. If
it is optional, the mention goes on without the part and says so; else the post is rejected.
"""

from collections.abc import Sequence

from streams.components import Answer, Enricher
from streams.errors import ConfigError
from streams.mention import Mention
from streams.outcome import Dropped, Rejected, Retry

Step = Mention | Dropped | Retry | Rejected


def check_chain(chain: Sequence[Enricher]) -> None:
    """Refuse a chain in which a part is required before it is assigned. Raises ConfigError."""
    there: set[str] = set()
    for enricher in chain:
        if missing := enricher.requires - there:
            needed = ", ".join(sorted(missing))
            raise ConfigError(f'[enrich] chain: "{enricher.name}" needs {needed}, which none before it adds')
        there |= enricher.assigns


def enrich(batch: Sequence[Mention], chain: Sequence[Enricher]) -> list[Step]:
    """What became of each mention, in its place: enriched, or why it goes no further."""
    steps: list[Step] = list(batch)
    for enricher in chain:
        alive = [at for at, step in enumerate(steps) if isinstance(step, Mention)]
        mentions = [step for step in steps if isinstance(step, Mention)]
        for at, mention, answer in zip(alive, mentions, ask(enricher, mentions), strict=True):
            steps[at] = _apply(enricher, mention, answer)
    return steps


def ask(enricher: Enricher, batch: Sequence[Mention]) -> Sequence[Answer]:
    """The enricher's answers; a post it cannot stand is Rejected, the others are answered all the same."""
    if not batch:
        return []
    try:
        answers = enricher.enrich(batch)
    except Exception as error:  # noqa: BLE001 - whatever a model throws concerns its post, not the stream
        if len(batch) == 1:
            return [Rejected(f"{type(error).__name__} in {enricher.name}")]
        return [answer for mention in batch for answer in ask(enricher, [mention])]
    if len(answers) != len(batch):
        return [Rejected(f"{enricher.name} answered {len(answers)} of {len(batch)} mentions")] * len(batch)
    return answers


def _apply(enricher: Enricher, mention: Mention, answer: Answer) -> Step:
    match answer:
        case Dropped() | Retry():
            return answer
        case Rejected(reason):
            return mention.lacking(enricher.name, reason) if enricher.optional else answer
        case _:
            return mention.adding(enricher.name, enricher.version, answer) if answer else mention
