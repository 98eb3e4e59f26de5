"""`resonanz subscriptions`: list, apply, set, test, backtest, explain, backfill, history, remove."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from streams import hindsight, subscriptions
from streams.alerting.rarity import KEPT_DAYS
from streams.chain import new_matcher
from streams.clock import system_clock
from streams.commands.assignments import assigned
from streams.commands.backfilling import run_over_the_past
from streams.commands.backtesting import show_backtests
from streams.commands.common import ConfigOption, complete
from streams.commands.saving import on_log_or, request, user, with_log
from streams.config import Config, load
from streams.errors import UsageError
from streams.log.base import Log
from streams.post import Post
from streams.subscription import Subscription
from streams.web.asked import PAST

app = typer.Typer(no_args_is_help=True, help="What is listened for.")

Id = Annotated[str, typer.Argument(help="The id of a subscription.")]
Since = Annotated[
    str, typer.Option("--since", help="How far back: 14d, 2026-11-01T00:00:00Z, or `all` that is kept.")
]
Files = Annotated[list[Path], typer.Argument(help="TOML files with [[subscription]] tables.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and save nothing.")]
Backfilled = Annotated[bool, typer.Option("--backfill", help="Run what changed over the past, too.")]
Backtested = Annotated[
    bool, typer.Option("--backtest", help="First show which alerts what changes would have raised.")
]
Assignments = Annotated[
    list[str],
    typer.Argument(metavar="FIELD=VALUE…", help='As in a file: query=bahn~, alarm.notify=["log:"].'),
]


@app.command("list")
def list_(config: ConfigOption = None) -> None:
    """List the subscriptions in force."""
    there = _stored(load(config))
    for one in sorted(there.values(), key=lambda one: one.id):
        print(f"{one.id}\tv{one.version}\t{one.name}\t{one.query}")


@app.command()
def apply(
    files: Files,
    config: ConfigOption = None,
    dry_run: DryRun = False,
    backfill: Backfilled = False,
    since: Since = PAST,
    backtest: Backtested = False,
) -> None:
    """Save the subscriptions of the files; shows what changes first. Nothing is saved if one of them is wrong."""
    settings, wanted = load(config), _checked(files)
    _change(settings, _stored(settings), wanted, dry_run, backtest, since if backfill else None)


@app.command("set")
def set_(
    id: Id,
    assignments: Assignments,
    config: ConfigOption = None,
    dry_run: DryRun = False,
    backtest: Backtested = False,
) -> None:
    """Add a subscription, or change some fields of one; shows what changes first."""
    settings = load(config)
    there = _stored(settings)
    wanted = _warned([assigned(there.get(id, Subscription(id=id, query="")), assignments)])
    _change(settings, there, wanted, dry_run, backtest, None)


@app.command("backfill")
def backfill_(
    id: Id,
    config: ConfigOption = None,
    since: Since = PAST,
    wait: Annotated[bool, typer.Option(help="Tell how far it has come, until it is done.")] = True,
) -> None:
    """Run a subscription over what was said before it was saved; raises no alarm, and may be repeated."""
    complete(run_over_the_past(load(config), [id], since, wait=wait))


@app.command()
def history(id: Id, config: ConfigOption = None) -> None:
    """Tell who changed a subscription, when and what; also of one that was removed."""
    told = complete(with_log(load(config), lambda log: subscriptions.history(log, id)))
    if not told:
        raise UsageError(f"nobody changed a subscription {id!r}")
    for change in told:
        print(change)


@app.command("test")
def run_examples(
    files: Files,
    config: ConfigOption = None,
    past: Annotated[bool, typer.Option("--past", help="Look at the posts that are kept, too.")] = False,
) -> None:
    """Run the examples of the subscriptions of the files; exit code 2 if one fails."""
    found = _checked(files)
    for one in found:
        print(f"ok {one.id}: {len(one.must_match)} match, {len(one.must_not_match)} do not")
    if past:
        _look_back(load(config), found)


@app.command("backtest")
def backtest_(
    what: Annotated[str, typer.Argument(help="A TOML file, or the id of a subscription in force.")],
    config: ConfigOption = None,
    days: Annotated[int, typer.Option(help="How far to look back, at most 28.")] = KEPT_DAYS,
    at_most: Annotated[str, typer.Option(help='Another alarm budget, as in "2 a month".')] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a subscription.")] = False,
) -> None:
    """Run subscriptions over the kept past, and show which alerts they would have raised."""
    settings = load(config)
    wanted = _checked([Path(what)]) if Path(what).is_file() else [_in_force(settings, what)]
    if at_most:
        wanted = [replace(one, alarm=replace(one.alarm, at_most=at_most)) for one in wanted]
    complete(show_backtests(settings, wanted, days, as_json=as_json))


@app.command()
def explain(
    id: Annotated[str, typer.Argument(help="The id of a subscription in force.")],
    text: Annotated[str, typer.Option("--text", help="The text of a post.")],
    config: ConfigOption = None,
) -> None:
    """Say why a text matches a subscription, or what it lacks."""
    subscription = _in_force(load(config), id)
    post = Post(id="text:1", source="text", created_at=system_clock(), text=text)
    explanation = new_matcher().explain(subscription, post)
    for line in explanation.because if explanation.matched else (f"no match: {explanation.missing}",):
        print(line)
    for start, end in explanation.spans:
        print(f"  {start}–{end}: {text[start:end]}")


@app.command()
def remove(id: str, config: ConfigOption = None) -> None:
    """Forget a subscription; what it matched stays in the index."""
    settings = load(config)
    if id not in _stored(settings):
        raise UsageError(f"there is no subscription {id!r}")
    complete(_remove(settings, id))


def _stored(config: Config) -> dict[str, Subscription]:
    return complete(with_log(config, subscriptions.stored))


def _in_force(config: Config, id: str) -> Subscription:
    there = _stored(config)
    if id not in there:
        raise UsageError(f"there is no subscription {id!r}; there are: {', '.join(sorted(there)) or 'none'}")
    return there[id]


def _checked(files: Sequence[Path]) -> list[Subscription]:
    """The subscriptions of the files, all of them right; warnings are printed."""
    return _warned([one for file in files for one in subscriptions.read_file(file)])


def _warned(wanted: list[Subscription]) -> list[Subscription]:
    matcher = new_matcher()
    for one in wanted:
        for warning in subscriptions.check(one, matcher):
            print(f"! {one.id}: {warning}")
    return wanted


def _change(
    config: Config,
    there: Mapping[str, Subscription],
    wanted: Sequence[Subscription],
    dry_run: bool,
    backtest: bool,
    since: str | None,
) -> None:
    """Show what changes, and save it; `since`: how far back to run it over the past."""
    differences = subscriptions.compare(wanted, there)
    for difference in differences:
        print(difference)
    changed = [one.subscription for one in differences if one.new or one.changed]
    _look_back(config, [one.subscription for one in differences if one.new or "query" in one.changed])
    if backtest and changed:
        complete(show_backtests(config, changed, KEPT_DAYS, as_json=False))
    if dry_run:
        return
    complete(_save(config, wanted))
    if since and changed:
        complete(run_over_the_past(config, [one.id for one in changed], since, wait=True))


def _look_back(config: Config, wanted: Sequence[Subscription]) -> None:
    """Print what the kept posts say about subscriptions."""
    if not wanted:
        return
    told = complete(with_log(config, lambda log: hindsight.warnings(log, wanted, new_matcher)))
    for id, sentences in told.items():
        for sentence in sentences:
            print(f"! {id}: {sentence}")


async def _save(config: Config, wanted: Sequence[Subscription]) -> None:
    async def directly(log: Log) -> None:
        await subscriptions.save(log, wanted, by=user())

    async def by_asking() -> None:
        for one in wanted:
            path = f"/api/subscriptions/{quote(one.id, safe='')}"
            await request(config, "PUT", path, subscriptions.to_table(one))

    await on_log_or(config, directly, by_asking)


async def _remove(config: Config, id: str) -> None:
    async def directly(log: Log) -> None:
        await subscriptions.remove(log, id, by=user())

    async def by_asking() -> None:
        await request(config, "DELETE", f"/api/subscriptions/{quote(id, safe='')}")

    await on_log_or(config, directly, by_asking)
