"""`resonanz deadletters`: what could not be settled, and a second try."""

from typing import Annotated

import typer

from streams.codec import DecodeError, decode_dead_letter
from streams.commands.common import ConfigOption, complete
from streams.commands.saving import with_log
from streams.config import load
from streams.dead_letter import DeadLetter
from streams.errors import UsageError
from streams.log.base import Entry, Log
from streams.log.delivery import deliver
from streams.outcome import Rejected
from streams.topics import DEAD_LETTERS, TOPICS

app = typer.Typer(no_args_is_help=True, help="What could not be settled, and why.")


@app.command("list")
def list_(config: ConfigOption = None) -> None:
    """List the dead letters, oldest first: origin, stage, attempts, size, reason."""
    letters = complete(with_log(load(config), _stored))
    for key, letter in sorted(letters.items(), key=lambda item: item[1].buried_at):
        print(f"{key}\t{letter.stage}\t{letter.attempts}\t{letter.size} bytes\t{letter.reason}")


@app.command()
def retry(
    origins: Annotated[list[str] | None, typer.Argument(help="As listed; none with --all.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every one that can be tried again.")] = False,
    config: ConfigOption = None,
) -> None:
    """Put dead letters back where they came from; those that fail again are buried again."""
    if bool(origins) == all_:
        raise UsageError("name the origins to try again, or write --all")
    for line in complete(with_log(load(config), lambda log: _retry(log, origins))):
        print(line)


async def _retry(log: Log, origins: list[str] | None) -> list[str]:
    letters = await _stored(log)
    if unknown := sorted(set(origins or ()) - set(letters)):
        raise UsageError(f"there is no dead letter {unknown[0]!r}; `resonanz deadletters list` shows all")
    chosen = {key: letters[key] for key in origins} if origins else letters
    stuck = {key: why for key, letter in chosen.items() if (why := _why_not(letter))}
    tried = [key for key in chosen if key not in stuck]
    fates = await deliver(log, [_back(chosen[key]) for key in tried])
    stuck |= {key: fate.reason for key, fate in zip(tried, fates, strict=True) if isinstance(fate, Rejected)}
    # only now: whatever ends us before leaves a letter that was tried twice, not one that is lost
    await deliver(log, [Entry(DEAD_LETTERS, key.encode(), None) for key in tried if key not in stuck])
    return [f"! {key}: {stuck[key]}" if key in stuck else f"~ {key}: tried again" for key in chosen]


def _back(letter: DeadLetter) -> Entry:
    return Entry(letter.origin.topic, letter.key, letter.value, letter.origin.partition)


def _why_not(letter: DeadLetter) -> str | None:
    if letter.origin.topic not in {topic.name for topic in TOPICS}:
        return "it came from a source, not from a topic; mend it there"
    if letter.size != len(letter.value):
        return f"only {len(letter.value)} of {letter.size} bytes were kept"
    return None


async def _stored(log: Log) -> dict[str, DeadLetter]:
    letters = {}
    for key, record in (await log.latest(DEAD_LETTERS)).items():
        try:
            letters[key.decode()] = decode_dead_letter(record.value)
        except (DecodeError, UnicodeDecodeError):
            continue
    return letters
