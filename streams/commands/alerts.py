"""`resonanz alerts`: list and show them; acknowledge, snooze, close and annotate them; whether budgets are kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote

import typer

from streams.alert import Alert
from streams.alerting import episodes
from streams.clock import system_clock
from streams.codec import decode_alert, encode
from streams.commands.budgets import budgets
from streams.commands.common import ConfigOption, complete
from streams.commands.saving import on_log_or, request, user, with_log
from streams.config import Config, load
from streams.errors import UsageError
from streams.log.base import Entry, Log
from streams.log.delivery import deliver
from streams.topics import ALERTS

app = typer.Typer(no_args_is_help=True, help="What is unusual, and who takes care of it.")

Id = Annotated[str, typer.Argument(help="As listed by `resonanz alerts list`.")]
Note = Annotated[str | None, typer.Option("--note", help="A word to those who read it later.")]


@app.command("list")
def list_(
    config: ConfigOption = None, closed: Annotated[bool, typer.Option(help="The closed ones too.")] = False
) -> None:
    """List the alerts, newest first."""
    for alert in sorted(
        complete(with_log(load(config), _stored)).values(), key=lambda one: one.since, reverse=True
    ):
        if closed or alert.state != "closed":
            print(f"{alert.id}\t{alert.state}\tseverity {alert.severity}\t{alert.name}\t"
                  f"{alert.count} mentions, {alert.expected:g} expected")  # fmt: skip


@app.command()
def show(id: Id, config: ConfigOption = None) -> None:
    """Show all of one alert as JSON."""
    print(encode(_named(id, complete(with_log(load(config), _stored)))).decode())


@app.command()
def budget(config: ConfigOption = None) -> None:
    """Show how the alarm budget of each subscription is kept: what is expected, and what came in 28 days."""
    for line in complete(with_log(load(config), lambda log: budgets(log, system_clock()))):
        print(line)


@app.command()
def ack(id: Id, note: Note = None, config: ConfigOption = None) -> None:
    """Say that you take care of it."""
    _change(
        load(config),
        id,
        "ack",
        {"note": note},
        lambda alert, at: episodes.acknowledge(alert, by=user(), now=at, note=note),
    )


@app.command()
def snooze(id: Id, minutes: int = 60, note: Note = None, config: ConfigOption = None) -> None:
    """Hear nothing of it for a while."""
    until = system_clock() + timedelta(minutes=minutes)
    body = {"note": note, "until": until.isoformat()}
    _change(
        load(config),
        id,
        "snooze",
        body,
        lambda alert, at: episodes.snooze(alert, until=until, by=user(), now=at, note=note),
    )


@app.command()
def close(id: Id, note: Note = None, config: ConfigOption = None) -> None:
    """Say that it is over."""
    _change(
        load(config),
        id,
        "close",
        {"note": note},
        lambda alert, at: episodes.close(alert, by=user(), now=at, note=note),
    )


@app.command()
def note(id: Id, text: str, config: ConfigOption = None) -> None:
    """Write something down beside it."""
    _change(
        load(config),
        id,
        "note",
        {"note": text},
        lambda alert, at: episodes.note(alert, by=user(), now=at, note=text),
    )


async def _stored(log: Log) -> dict[str, Alert]:
    found = [decode_alert(record.value) for record in (await log.latest(ALERTS)).values()]
    return {alert.id: alert for alert in found}


def _named(id: str, there: dict[str, Alert]) -> Alert:
    if id not in there:
        raise UsageError(f"there is no alert {id!r}; `resonanz alerts list --closed` shows all")
    return there[id]


def _change(
    config: Config,
    id: str,
    what: str,
    body: dict[str, str | None],
    change: Callable[[Alert, datetime], Alert],
) -> None:
    async def directly(log: Log) -> None:
        changed = change(_named(id, await _stored(log)), system_clock())
        await deliver(log, [Entry(ALERTS, id.encode(), encode(changed))])

    async def by_asking() -> None:
        given = {name: value for name, value in body.items() if value is not None}
        await request(config, "POST", f"/api/alerts/{quote(id, safe='')}/{what}", {"by": user(), **given})

    complete(on_log_or(config, directly, by_asking))
