"""Where more can be seen of what a notification tells: the page, and Kibana, for the time it is about."""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from streams.config import AlertsConfig
from streams.notification import Notification

BEFORE = timedelta(hours=1)
AFTER = timedelta(minutes=15)


def links_of(notification: Notification, config: AlertsConfig, now: datetime) -> Notification:
    """The notification with the addresses of the page and of Kibana, as far as they are configured."""
    alerts = notification.alerts
    since = min(one.since for one in alerts) - BEFORE
    until = max(one.closed_at or now for one in alerts) + AFTER
    values = {
        "subscription": notification.alert.subscription,
        "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
    }
    kibana = config.kibana
    for name, value in values.items():
        kibana = kibana.replace(f"{{{name}}}", quote(value, safe="")) if kibana else None
    page = f"{config.page.rstrip('/')}/?{urlencode(values)}" if config.page else None
    return replace(notification, page=page, kibana=kibana)
