"""`resonanz train`: a model of your own, from posts that you labelled."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from streams.chain import build_chain
from streams.commands.common import ConfigOption, complete
from streams.commands.labelled import Labelled, read
from streams.components import Enricher, Trainable
from streams.config import load
from streams.errors import StorageError, UsageError

NameArgument = Annotated[str, typer.Argument(help="The enricher to train: sentiment.", show_default=False)]
FileArgument = Annotated[Path, typer.Argument(help="CSV: text,label.", show_default=False)]
OutOption = Annotated[Path, typer.Option("--out", help="The model file to write.", show_default=False)]
DomainOption = Annotated[
    str, typer.Option("--domain", help="What to call posts like these in the configuration.")
]


def train(
    name: NameArgument,
    file: FileArgument,
    out: OutOption,
    domain: DomainOption = "own",
    config: ConfigOption = None,
) -> None:
    """Fit an enricher to your own posts, say how much better it got, and write the model file to configure."""
    rows = [row for row in read(file) if not row.mention.matches]
    enricher = next((one for one in build_chain(load(config)) if one.name == name), None)
    if not isinstance(enricher, Trainable):
        raise UsageError(
            f'there is no "{name}" in the chain that can be trained; write `resonanz train sentiment`'
        )
    model = complete(_train(enricher, rows, domain))
    try:
        out.write_bytes(model)
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}") from None
    print(f'To use it, write\n\n[enrichers.{name}]\nmodel = "{out}"\ndomain = "{domain}"')


async def _train(enricher: Enricher, rows: list[Labelled], domain: str) -> bytes:
    assert isinstance(enricher, Trainable)  # noqa: S101
    await enricher.open()
    try:
        posts, labels = [row.mention for row in rows], [row.label for row in rows]
        return enricher.train(posts, labels, domain, lambda line: print(line, file=sys.stderr, flush=True))
    finally:
        await enricher.close()
