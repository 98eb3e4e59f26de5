"""The command line: one subject a module of `streams.commands`, assembled here."""

import os
import sys
from typing import Annotated

import typer

from streams import logs
from streams.commands import (
    alerts,
    components,
    deadletters,
    doctor,
    enrich,
    evaluate,
    match,
    run,
    spikes,
    subscriptions,
    topics,
    train,
)
from streams.errors import ResonanzError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Real-time social listening: posts in, searchable mentions and alerts out.",
)
app.add_typer(components.app, name="components")
app.add_typer(topics.app, name="topics")
app.add_typer(subscriptions.app, name="subscriptions")
app.add_typer(alerts.app, name="alerts")
app.add_typer(deadletters.app, name="deadletters")
for command in (
    run.run,
    run.ingest,
    run.work,
    run.web,
    enrich.enrich,
    evaluate.evaluate,
    train.train,
    match.match,
    spikes.spikes,
    doctor.doctor,
):
    app.command()(command)


@app.callback()
def options(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False) -> None:
    """Options before the command."""
    logs.configure(verbose=verbose)


def main() -> None:
    """Run a command; every error of ours is one sentence on standard error and an exit code."""
    try:
        app(prog_name="resonanz")
    except ResonanzError as error:
        sys.stderr.write(f"resonanz: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
