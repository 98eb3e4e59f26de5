"""Real servers at the other end of the notifiers: HTTP that verifies signatures, plain HTTP, SMTP, and the log."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message

import structlog
from aiohttp import web
from aiosmtpd.smtp import SMTP
from standardwebhooks import Webhook, WebhookVerificationError

from sinks.apprise import AppriseNotifier
from sinks.log import LogNotifier
from sinks.mail import Mail
from sinks.webhook import WebhookNotifier
from streams.components import Sink
from streams.notification import Notification
from streams.secret import Secret
from streams.testing.notifier_checks import CANARY, Behaviour, NotifierCase

SECRET = f"whsec_{CANARY}AAAAAAAAAAAAAAAAAAAAAA"
Handler = Callable[[web.Request], Awaitable[web.Response]]
HANG_SECS = 5.0
STATUS: dict[Behaviour, int] = {"accept": 204, "refuse": 400, "fail": 500}
REPLY: dict[Behaviour, str] = {"refuse": f"550 no {CANARY} here", "fail": "451 later"}


class Scripted:
    """What the far ends share: a script of answers, and what was logged meanwhile."""

    def __init__(self, logs: list) -> None:
        self.script: deque[Behaviour] = deque()
        self._logs = logs

    def behave(self, *behaviours: Behaviour) -> None:
        self.script.extend(behaviours)

    def logged(self) -> str:
        return str(self._logs)

    def next(self) -> Behaviour:
        return self.script.popleft() if self.script else "accept"


class HttpEnd(Scripted):
    """Accepts what is signed with the secret; anything else is answered 401."""

    elsewhere = f"mailto:{CANARY}@example.org"

    def __init__(self, logs: list) -> None:
        super().__init__(logs)
        self.requests: list[tuple[str, dict]] = []
        self.answers: deque[web.Response] = deque()

    def received(self) -> Sequence[str]:
        return [sent for sent, _ in self.requests]

    async def handle(self, request: web.Request) -> web.Response:
        try:
            body = Webhook(SECRET).verify(await request.read(), dict(request.headers))
        except WebhookVerificationError:
            return web.Response(status=401)
        if self.answers:
            return self.answers.popleft()
        if (behaviour := self.next()) == "hang":
            await asyncio.sleep(HANG_SECS)
        elif behaviour == "accept":
            self.requests.append((request.headers["webhook-id"], body))
        return web.Response(status=STATUS.get(behaviour, 204))


class JsonEnd(Scripted):
    """What Apprise calls `json://`: it accepts whatever comes."""

    elsewhere = f"mailto:{CANARY}@example.org"

    def __init__(self, logs: list) -> None:
        super().__init__(logs)
        self.bodies: list[dict] = []
        self.answer: int | None = None

    def received(self) -> Sequence[str]:
        return [body["message"].splitlines()[-1] for body in self.bodies]

    async def handle(self, request: web.Request) -> web.Response:
        if (behaviour := self.next()) == "hang":
            await asyncio.sleep(HANG_SECS)
        elif behaviour == "accept":
            self.bodies.append(await request.json())
        return web.Response(status=self.answer or STATUS.get(behaviour, 204))


class SmtpEnd(Scripted):
    """An SMTP server that keeps what it takes."""

    recipient = f"mailto:{CANARY}@example.org"
    elsewhere = f"https://example.org/{CANARY}"

    def __init__(self, logs: list) -> None:
        super().__init__(logs)
        self.mails: list[Message] = []

    def received(self) -> Sequence[str]:
        return [mail["Message-ID"] for mail in self.mails]

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if (behaviour := self.next()) == "hang":
            await asyncio.sleep(HANG_SECS)
        if behaviour in REPLY:
            return REPLY[behaviour]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


class LogEnd(Scripted):
    """The log itself."""

    recipient = "log:"
    elsewhere = f"mailto:{CANARY}@example.org"

    def received(self) -> Sequence[str]:
        return [f"{line['alert']} {line['revision']}" for line in self._logs if line.get("part") == "alerts"]


def webhook_config() -> WebhookNotifier.Config:
    return WebhookNotifier.Config(secret=Secret(SECRET), timeout_secs=0.5)


@asynccontextmanager
async def listening(handle: Handler) -> AsyncIterator[int]:
    """A web server that answers POSTs; its port."""
    application = web.Application()
    application.router.add_post("/hook", handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def opened(notifier: Sink[Notification]) -> AsyncIterator[None]:
    await notifier.open()
    try:
        yield
    finally:
        await notifier.close()


@asynccontextmanager
async def http_end(kind: type[WebhookNotifier] = WebhookNotifier) -> AsyncIterator[HttpEnd]:
    with structlog.testing.capture_logs() as logs:
        far = HttpEnd(logs)
        async with listening(far.handle) as port:
            far.recipient = f"http://127.0.0.1:{port}/hook?key={CANARY}"
            far.notifier = kind(webhook_config())
            async with opened(far.notifier):
                yield far


@asynccontextmanager
async def json_end(kind: type[AppriseNotifier] = AppriseNotifier) -> AsyncIterator[JsonEnd]:
    spoken = Spoken()
    logging.getLogger().addHandler(spoken)
    with structlog.testing.capture_logs() as logs:
        far = JsonEnd([logs, spoken.lines])
        async with listening(far.handle) as port:
            far.recipient = f"json://{CANARY}:{CANARY}@127.0.0.1:{port}/hook?+X-Key={CANARY}"
            far.notifier = kind(apprise_config())
            try:
                async with opened(far.notifier):
                    yield far
            finally:
                logging.getLogger().removeHandler(spoken)


class Spoken(logging.Handler):
    """Everything that libraries log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def apprise_config() -> AppriseNotifier.Config:
    return AppriseNotifier.Config(timeout_secs=0.5)


@asynccontextmanager
async def smtp_end(kind: type[Mail] = Mail) -> AsyncIterator[SmtpEnd]:
    with structlog.testing.capture_logs() as logs:
        far = SmtpEnd(logs)
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(far, hostname="localhost", enable_SMTPUTF8=True), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        far.port = port
        far.notifier = kind(mail_config(port))
        try:
            async with opened(far.notifier):
                yield far
        finally:
            server.close()


def mail_config(port: int = 1) -> Mail.Config:
    return Mail.Config(sender="alerts@example.org", host="127.0.0.1", port=port, timeout_secs=0.5)


@asynccontextmanager
async def log_end(kind: type[LogNotifier] = LogNotifier) -> AsyncIterator[LogEnd]:
    with structlog.testing.capture_logs() as logs:
        far = LogEnd(logs)
        far.notifier = kind(LogNotifier.Config())
        yield far


CASES = {
    "apprise": NotifierCase(json_end, lambda: AppriseNotifier(apprise_config())),
    "log": NotifierCase(log_end, lambda: LogNotifier(LogNotifier.Config())),
    "mail": NotifierCase(smtp_end, lambda: Mail(mail_config())),
    "webhook": NotifierCase(http_end, lambda: WebhookNotifier(webhook_config())),
}
