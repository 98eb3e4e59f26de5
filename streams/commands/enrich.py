"""`resonanz enrich`: posts in, mentions out, one line each, in order; no broker, no index."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from streams import flow
from streams.chain import build_chain, followers, opened
from streams.codec import DecodeError, encode
from streams.commands.common import ConfigOption, complete
from streams.commands.lines import Numbered, batches, quiet_pipe, read_posts, standard_input
from streams.components import Enricher
from streams.config import Config, load
from streams.errors import EXIT_BAD_LINES, ConfigError
from streams.mention import Mention
from streams.outcome import Dropped
from streams.post import Post
from streams.subscription import Subscription
from streams.subscriptions import read_file

MATCH = "match"
BATCH = 64
WITHIN_SECS = 0.1

SubscriptionsOption = Annotated[
    list[Path] | None,
    typer.Option("--subscriptions", "-s", help="TOML file of subscriptions to match; may be given again."),
]


def enrich(config: ConfigOption = None, subscriptions: SubscriptionsOption = None) -> None:
    """Enrich posts from standard input (NDJSON) to mentions on standard output.

    Posts that no subscription matches are written too. A bad line is reported on standard error with its number,
    the others are enriched all the same, and the exit code is 1.
    """
    settings = load(config)
    files = subscriptions or [Path(name) for name in settings.subscriptions.files]
    wanted = [one for file in files for one in read_file(file)]
    bad = complete(_run(_chain(settings, wanted), wanted, standard_input(), sys.stdout.buffer))
    if bad:
        raise typer.Exit(EXIT_BAD_LINES)


def _chain(settings: Config, wanted: Sequence[Subscription]) -> list[Enricher]:
    """The configured chain; without subscriptions, without the matcher."""
    names = settings.enrich.chain
    if wanted and MATCH not in names:
        raise ConfigError(
            f'[enrich] chain lacks "{MATCH}"; write `chain = ["{MATCH}", …]` to use subscriptions'
        )
    if not wanted:
        names = tuple(name for name in names if name != MATCH)
    return build_chain(replace(settings, enrich=replace(settings.enrich, chain=names)))


async def _run(
    chain: Sequence[Enricher], wanted: Sequence[Subscription], source: BinaryIO, target: BinaryIO
) -> int:
    """Write each mention as soon as its batch is done; the number of bad lines."""
    bad = 0
    async with opened(chain):
        for follower in followers(chain):
            for subscription in wanted:
                follower.subscribe(subscription)
        with quiet_pipe():
            for batch in batches(read_posts(source), BATCH, WITHIN_SECS):
                for line in _answers(batch, chain):
                    if isinstance(line, bytes):
                        target.write(line)
                    else:
                        bad += 1
                        print(line, file=sys.stderr)
                target.flush()
    return bad


def _answers(batch: Sequence[Numbered], chain: Sequence[Enricher]) -> Iterator[bytes | str]:
    """For each line, in order: its mention as JSON, or the sentence that says what is wrong with it."""
    mentions = [Mention.of(post) for _, post in batch if isinstance(post, Post)]
    steps = iter(_enriched(mentions, chain))
    for number, post in batch:
        step = next(steps) if isinstance(post, Post) else post
        if isinstance(step, Mention):
            yield encode(step) + b"\n"
        else:
            yield f"line {number}: {step if isinstance(step, DecodeError) else step.reason}"


def _enriched(mentions: Sequence[Mention], chain: Sequence[Enricher]) -> list[flow.Step]:
    """Through the chain, but what matches nobody goes on, unmatched."""
    steps: list[flow.Step] = list(mentions)
    for enricher in chain:
        alive = [at for at, step in enumerate(steps) if isinstance(step, Mention)]
        before = [step for step in steps if isinstance(step, Mention)]
        for at, mention, step in zip(alive, before, flow.enrich(before, [enricher]), strict=True):
            steps[at] = mention if isinstance(step, Dropped) else step
    return steps
