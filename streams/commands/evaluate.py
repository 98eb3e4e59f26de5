"""`resonanz evaluate`: how good the configured sentiment is on posts that somebody labelled."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.chain import build_chain, opened
from streams.commands.common import ConfigOption, complete
from streams.commands.labelled import LABELS, Labelled, read
from streams.components import Enricher, Measurable
from streams.config import Config, load
from streams.errors import ConfigError, UsageError
from streams.flow import Step, enrich
from streams.mention import Mention, Sentiment, Target

if TYPE_CHECKING:
    from streams.measures import Quality

BATCH = 64
NEEDED = ("language", "sentiment")
NO_ANSWER = Sentiment(label="unsure", score=0.0, scores=dict.fromkeys(LABELS, 1 / len(LABELS)))
Group = Literal["source", "language", "subscription"]

FileArgument = Annotated[
    Path | None,
    typer.Argument(help="CSV: text,label and if you like source,language,subscription.", show_default=False),
]
ByOption = Annotated[Group | None, typer.Option("--by", help="Also report each of these by itself.")]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Instead of a file: the folder of development data of the model cards."),
]


def evaluate(
    file: FileArgument = None, by: ByOption = None, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Measure the tone that the configured enrichers find against labels of your own.

    A row with a `subscription` is labelled with the tone toward that name, the others with the tone of the whole post.
    """
    settings = load(config)
    if data and not file:
        complete(_measure(build_chain(settings), data))
    elif file and not data:
        rows = read(file)
        found = complete(_run(build_chain(_only_tone(settings)), rows))
        for name, chosen in _groups(rows, by):
            print("\n".join(_report(name, _measured([(rows[at], found[at]) for at in chosen]))))
    else:
        raise UsageError("write `resonanz evaluate FILE.csv` or `resonanz evaluate --data FOLDER`")


async def _measure(chain: Sequence[Enricher], folder: Path) -> None:
    """Each enricher that knows how, on its own data."""
    for enricher in chain:
        if not isinstance(enricher, Measurable):
            continue
        await enricher.open()
        try:
            for line in enricher.measure(folder):
                print(f"{enricher.name}: {line}", flush=True)
        except OSError as error:
            raise UsageError(
                f"{error.filename or folder}: {error.strerror}; --data is the data folder"
            ) from None
        finally:
            await enricher.close()


def _only_tone(settings: Config) -> Config:
    """Of the configured chain, what the tone depends on."""
    names = tuple(name for name in settings.enrich.chain if name in NEEDED)
    if "sentiment" not in names:
        raise ConfigError('[enrich] chain lacks "sentiment"; write `chain = ["language", "sentiment"]`')
    return replace(settings, enrich=replace(settings.enrich, chain=names))


async def _run(chain: Sequence[Enricher], rows: Sequence[Labelled]) -> list[Sentiment]:
    found: list[Sentiment] = []
    async with opened(chain):
        for at in range(0, len(rows), BATCH):
            found += map(_tone, enrich([row.mention for row in rows[at : at + BATCH]], chain))
            if sys.stderr.isatty():
                print(f"\r{len(found)} of {len(rows)} posts", end="", file=sys.stderr)
    return found


def _tone(step: Step) -> Sentiment:
    sentiment = step.sentiment if isinstance(step, Mention) else None
    return sentiment or NO_ANSWER


def _groups(rows: Sequence[Labelled], by: Group | None) -> Iterator[tuple[str, Sequence[int]]]:
    groups: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        groups.setdefault(_group(row.mention, by), []).append(at)
    if by:
        yield from ((f"{by} {name}", groups[name]) for name in sorted(groups))
    yield "all", range(len(rows))


def _group(mention: Mention, by: Group | None) -> str:
    if by == "subscription":
        return mention.matches[0].subscription if mention.matches else "none"
    if by == "language":
        return mention.language_hint or "none"
    return mention.source


def _measured(pairs: Sequence[tuple[Labelled, Sentiment]]) -> "Quality":
    import numpy as np  # a tenth of a second that no other command should wait for

    from streams.measures import quality

    told = [sentiment.targets[0] if row.mention.matches else sentiment for row, sentiment in pairs]
    chances = [_chances(one) for one in told]
    gold = [LABELS.index(row.label) for row, _ in pairs]
    return quality(gold, np.array(chances), [one.label != "unsure" for one in told])


def _chances(told: Sentiment | Target) -> Sequence[float]:
    """Probabilities; toward a name there is only the score, of which a third either way is taken for neutral."""
    if isinstance(told, Sentiment):
        return [told.scores[label] for label in LABELS]
    shares = [max(0.0, -told.score), max(0.0, 1 - 2 * abs(told.score)), max(0.0, told.score)]
    return [share / sum(shares) for share in shares]


def _report(name: str, one: "Quality") -> Iterator[str]:
    yield (
        f"{name}: {one.posts} posts, accuracy {one.accuracy:.3f}, macro-F1 {100 * one.macro_f1:.1f}, labelled"
        f" {one.labelled:.0%} with accuracy {one.labelled_accuracy:.3f}, calibration error {one.calibration_error:.3f}"
    )
    yield f"  {'label':10s}" + "".join(f"{f'→ {label}':>12s}" for label in LABELS)
    for label, row in zip(LABELS, one.confusion, strict=True):
        yield f"  {label:10s}" + "".join(f"{count:12d}" for count in row)
