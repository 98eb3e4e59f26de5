"""Subscriptions as they are kept: written in files, compared with the log, saved with a new version.

What a version changed lies on `changes.v1`, written before the version itself: no change goes untold. One that was
told and never came into force has a version above the newest, and is overwritten by the next change.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from streams.alerting.masks import shown
from streams.alerting.settings import check_alarm
from streams.clock import Clock, system_clock
from streams.codec import DecodeError, decode, decode_subscription, encode
from streams.components import Matcher
from streams.config import build
from streams.errors import ConfigError, UsageError
from streams.log import following
from streams.log.base import Entry, Log, Record
from streams.log.delivery import deliver
from streams.logs import logger
from streams.outcome import Rejected
from streams.subscription import Alarm, Subscription, SubscriptionChange, told_fields
from streams.topics import CHANGES, SUBSCRIPTIONS

KEPT_BY_US = ("version", "changed_at", "changed_by")


@dataclass(frozen=True, slots=True)
class Difference:
    """What saving a subscription would change: all of it (there is none `before`), or the fields named."""

    before: Subscription | None
    subscription: Subscription
    changed: tuple[str, ...]

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.subscription.id}: {self.subscription.query}"
        if not self.changed:
            return f"= {self.subscription.id}"
        # a secret in place of another does not show
        told = told_fields(_changes(self.before, self.subscription)) or self.changed
        return f"~ {self.subscription.id}: " + "; ".join(told)

    @property
    def new(self) -> bool:
        """Whether nothing of that id is stored."""
        return self.before is None


def read_file(path: Path) -> list[Subscription]:
    """The subscriptions of a TOML file. Raises ConfigError that holds the line to write."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    listed = tables.get("subscription")
    if (
        set(tables) != {"subscription"}
        or not isinstance(listed, list)
        or not all(isinstance(table, dict) for table in listed)
    ):
        raise ConfigError(f"{path} holds a list of subscriptions; write [[subscription]] above each")
    found = [from_table(table, f"{path}: subscription") for table in listed]
    twice = {one.id for one in found if sum(one.id == other.id for other in found) > 1}
    if twice:
        raise ConfigError(f"{path}: the id {min(twice)!r} occurs twice; give each subscription its own")
    return found


def from_table(table: Mapping[str, Any], where: str) -> Subscription:
    """A subscription from a table as it is written in a file. Raises ConfigError that holds the line to write."""
    options = dict(table)
    given = options.pop("alarm", {})
    if not isinstance(given, dict):
        raise ConfigError(f"[{where}] alarm is a table of its own; write [subscription.alarm]")
    alarm = build(Alarm, given, f"{where}.alarm", {})
    if ours := [name for name in KEPT_BY_US if name in options]:
        raise ConfigError(f"[{where}] {ours[0]} is counted by us; remove the line")
    return replace(build(Subscription, options, where, {}), alarm=alarm)


def to_table(subscription: Subscription) -> dict[str, Any]:
    """A subscription as `from_table` reads it: without what is counted by us."""
    table: dict[str, Any] = msgspec.to_builtins(subscription)
    return {name: value for name, value in table.items() if name not in KEPT_BY_US}


async def stored(log: Log) -> dict[str, Subscription]:
    """The subscriptions in force, by id."""
    found = {}
    for record in (await log.latest(SUBSCRIPTIONS)).values():
        try:
            subscription = decode_subscription(record.value)
        except DecodeError as error:
            logger("subscriptions").warning("unreadable, ignored", reason=str(error))
            continue
        found[subscription.id] = subscription
    return found


def compare(wanted: Sequence[Subscription], there: Mapping[str, Subscription]) -> list[Difference]:
    """What saving the wanted ones would change."""
    compared = [part.name for part in fields(Subscription) if part.name not in KEPT_BY_US]
    differences = []
    for subscription in wanted:
        known = there.get(subscription.id)
        changed = tuple(n for n in compared if known and getattr(known, n) != getattr(subscription, n))
        differences.append(Difference(known, subscription, changed))
    return differences


def check(subscription: Subscription, matcher: Matcher) -> Sequence[str]:
    """Warnings about a subscription. Raises UsageError if its alarm, its query or one of its examples is wrong."""
    try:
        check_alarm(subscription.alarm)
    except UsageError as error:
        raise UsageError(f"subscription {subscription.id!r}: {error}") from None
    warnings = matcher.check(subscription)
    if failing := matcher.run_examples(subscription):
        raise UsageError(f"subscription {subscription.id!r}: " + "; ".join(failing))
    return warnings


async def save(
    log: Log, subscriptions: Sequence[Subscription], *, by: str, clock: Clock = system_clock
) -> list[Subscription]:
    """Save those that differ from what is stored, each with the next version; the saved ones."""
    there = await stored(log)
    changed = [d.subscription for d in compare(subscriptions, there) if d.new or d.changed]
    last = {id: one.version for id, one in there.items()}
    if any(one.id not in there for one in changed):
        # one that comes back counts on: a mention of its first version must not seem to be of a later one
        last = {**{change.subscription: change.version for change in await _told(log)}, **last}
    saved = [
        replace(one, version=last.get(one.id, 0) + 1, changed_at=clock(), changed_by=by) for one in changed
    ]
    await _tell(log, [_change(there.get(one.id), one) for one in saved])
    await _append(log, [Entry(SUBSCRIPTIONS, one.id.encode(), encode(one)) for one in saved])
    return saved


async def remove(log: Log, id: str, *, by: str, clock: Clock = system_clock) -> None:
    """Forget a subscription; its history stays."""
    if known := (await stored(log)).get(id):
        gone = SubscriptionChange(
            subscription=id, version=known.version + 1, kind="removed", at=clock(), by=by
        )
        await _tell(log, [gone])
    await _append(log, [Entry(SUBSCRIPTIONS, id.encode(), None)])


async def history(log: Log, id: str) -> list[SubscriptionChange]:
    """Who changed a subscription, when and what, oldest first; also of one that was removed."""
    known = (await stored(log)).get(id)
    told = [change for change in await _told(log) if change.subscription == id]
    return [change for change in told if known is None or change.version <= known.version]


async def _told(log: Log) -> list[SubscriptionChange]:
    """All changes, by version."""
    records = (await log.latest(CHANGES)).values()
    return sorted(
        (decode(SubscriptionChange, record.value) for record in records), key=lambda one: one.version
    )


async def _tell(log: Log, changes: Sequence[SubscriptionChange]) -> None:
    await _append(
        log, [Entry(CHANGES, f"{one.subscription}|{one.version}".encode(), encode(one)) for one in changes]
    )


def _change(before: Subscription | None, after: Subscription) -> SubscriptionChange:
    """What saving a subscription changes; one that is new, compared with an empty one. Secrets are masked."""
    fields = _changes(before or Subscription(id=after.id, query=""), after)
    return SubscriptionChange(
        subscription=after.id,
        version=after.version,
        kind="changed" if before else "added",
        at=after.changed_at or datetime.min.replace(tzinfo=UTC),
        by=after.changed_by or "",
        fields=fields if before else {name: (None, value) for name, (_, value) in fields.items()},
    )


def _changes(before: Subscription, after: Subscription) -> dict[str, tuple[Any, Any]]:
    """Field by field, what was there and what will be, with secrets masked."""
    old, new = _flat(before), _flat(after)
    return {name: (old[name], new[name]) for name in new if name not in KEPT_BY_US and old[name] != new[name]}


def _flat(subscription: Subscription) -> dict[str, Any]:
    """Its fields, and those of its alarm, as they may be shown."""
    fields: dict[str, Any] = msgspec.to_builtins(shown(subscription))
    alarm = fields.pop("alarm")
    return fields | {f"alarm.{name}": value for name, value in alarm.items()}


async def _append(log: Log, entries: Sequence[Entry]) -> None:
    for fate in await deliver(log, entries):
        if isinstance(fate, Rejected):
            raise UsageError(f"the log refuses a subscription: {fate.reason}")


async def follow(
    log: Log,
    subscribe: Callable[[Subscription], None],
    unsubscribe: Callable[[str], None],
    ready: Callable[[], None],
) -> None:
    """Pass every subscription on, then every change, for ever; `ready` once those stored at the start are in."""

    def learn(record: Record) -> None:
        if record.value is None:
            unsubscribe((record.key or b"").decode())
            return
        try:
            subscribe(decode_subscription(record.value))
        except (DecodeError, UsageError) as error:
            logger("subscriptions").warning("not listened for", reason=str(error))

    await following.follow(log, SUBSCRIPTIONS, learn, ready)
