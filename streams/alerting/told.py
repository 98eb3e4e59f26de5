"""All alerts that were told, so that what is taken back can be found in them, also long after they were closed."""

from collections.abc import Iterator

from streams.alert import Alert
from streams.alerting.counts import hash_of
from streams.alerting.retraction import Gone, scrubbed


class Told:
    """The newest value of each alert, found by the posts and authors it shows."""

    def __init__(self) -> None:
        self._alerts: dict[str, Alert] = {}
        self._showing: dict[int, set[str]] = {}

    def note(self, alert: Alert) -> None:
        """Remember an alert."""
        self._alerts[alert.id] = alert
        for shown in _shown(alert):
            self._showing.setdefault(shown, set()).add(alert.id)

    def take_back(self, gone: Gone, keep: tuple[str, ...] = ()) -> list[Alert]:
        """The alerts that change because of what is gone, but for those of the subscriptions in `keep`."""
        hashes = {*gone.posts, hash_of(gone.author)}
        ids = sorted(set().union(*(self._showing.get(one, ()) for one in hashes)))
        changed = []
        for alert in (self._alerts[id] for id in ids):
            later = alert if alert.subscription in keep else scrubbed(alert, gone)
            if later is not alert:
                self._alerts[alert.id] = later
                changed.append(later)
        return changed


def _shown(alert: Alert) -> Iterator[int]:
    yield from map(hash_of, alert.posts)
    for story in alert.top_stories:
        yield hash_of(story.post)
        if story.author_id:
            yield hash_of(story.author_id)
    for actor in alert.actors:
        yield hash_of(actor.id)
