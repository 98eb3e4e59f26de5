"""One crisis, told over a real SMTP server, a signed webhook and Apprise, by workers that come and go on a real log."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from streams.agents.notify import NotifyAgent
from streams.alert import Change
from streams.alerting.episodes import acknowledge, close
from streams.codec import encode
from streams.config import LogConfig
from streams.log.base import Entry
from streams.log.opening import open_log
from streams.subscription import Alarm
from streams.testing.notifier_checks import ALERT, NOON
from streams.topics import ALERTS, topics
from tests.contract.far_ends import http_end, json_end, smtp_end


@asynccontextmanager
async def at_work(folder, notifiers):
    """An agent that has just started, on the log of that folder."""
    log = open_log(LogConfig(f"sqlite:///{folder}/log.db"))
    await log.open()
    await log.apply(topics(1))
    agent = NotifyAgent(log, notifiers, clock=lambda: NOON + timedelta(hours=1))
    try:
        yield agent, log
    finally:
        await log.close()


async def test_a_crisis_is_told_once_over_each_channel_in_one_thread_by_whatever_worker(tmp_path):
    async with smtp_end() as mail, http_end() as hook, json_end() as chat:
        notifiers = {"mail": mail.notifier, "webhook": hook.notifier, "apprise": chat.notifier}
        alarm = Alarm(notify=(mail.recipient, hook.recipient, chat.recipient))
        opened = replace(ALERT, alarm=alarm, history=(Change(at=NOON, state="open", severity=3),))
        taken = acknowledge(opened, by="anna", now=NOON + timedelta(minutes=5))
        over = close(taken, by=None, now=NOON + timedelta(minutes=50))
        for alert in (opened, taken, over):
            async with at_work(tmp_path, notifiers) as (agent, log):
                await log.append([Entry(ALERTS, alert.id.encode(), encode(alert))])
                await agent.look()
                await agent.idle()
            async with at_work(tmp_path, notifiers) as (agent, _):
                await agent.look()
                await agent.idle()
        subjects = [str(one["Subject"]) for one in mail.mails]
        threads = {one["References"] for one in mail.mails}
        types = [body["type"] for _, body in hook.requests]
        titles = [body["title"] for body in chat.bodies]
    assert (len(subjects), len(threads)) == (3, 1)
    assert types == ["alert.opened", "alert.acknowledged", "alert.closed"]
    assert [title.partition(": ")[2][:11] for title in titles] == [
        "ungewöhnlic",
        "übernommen ",
        "Entwarnung:",
    ]
