"""Mail: one thread an alert, nothing injected, and what each SMTP failure means."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import aiosmtplib
import pytest

from sinks.mail import Mail, mail_of, outcome_of
from streams.alert import TopStory
from streams.outcome import Rejected, Retry
from streams.testing.notifier_checks import NOON, to
from tests.contract.far_ends import smtp_end

RECIPIENT = "mailto:presse@example.org"


def mail(occasion="change", **changes):
    notification = replace(to(RECIPIENT, **changes), occasion=occasion)
    return mail_of(
        notification, "presse@example.org", "Resonanz <alerts@example.org>", NOON + timedelta(hours=8)
    )


def test_the_mails_of_an_alert_are_one_thread_and_a_repeat_is_the_same():
    one, again, later, other = mail(), mail(), mail(revision=2), mail(id="other")
    assert one["Message-ID"] == again["Message-ID"] != later["Message-ID"]
    assert one["Message-ID"].endswith("@example.org>")
    assert one["References"] == later["References"] == one["In-Reply-To"] != other["References"]


def test_what_tells_of_several_alerts_is_no_part_of_a_thread():
    assert mail(occasion="digest")["References"] is mail(occasion="missed")["In-Reply-To"] is None
    assert mail(occasion="escalation")["References"] == mail()["References"]


def test_it_is_dated_when_it_is_sent_not_when_it_happened():
    assert mail()["Date"].datetime == NOON + timedelta(hours=8)


class Loaded(HTMLParser):
    """Where a page makes a browser go, at once or by a click, and its elements."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        given = dict(attributes)
        assert not {"src", "srcset", "background"} & given.keys()
        assert "url(" not in (given.get("style") or "")
        if "href" in given:
            self.links.append(given["href"])


def test_a_mail_is_text_and_html_with_everything_escaped_and_nothing_fetched():
    stories = [
        TopStory(post=f"a:{n}", source="a", quote=f'<img src=x>"{n}', url=url, author="<script>")
        for n, url in enumerate(["https://example.org/?a=1&b=2", "javascript:alert(1)", "data:text/html,x"])
    ]
    text, markup = mail(name="Müller & <b>Söhne</b>", top_stories=tuple(stories)).iter_parts()
    assert "einmal in 40 Tagen" in text.get_content()
    assert "Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;" in markup.get_content()
    page = Loaded(markup.get_content())
    assert not page.tags & {"b", "img", "script", "link", "iframe"}
    assert page.links == ["https://example.org/?a=1&b=2"]


def test_a_name_cannot_add_a_header():
    assert mail(name="Bahn\r\nBcc: all@example.org")["Subject"].startswith("Bahn Bcc: all@example.org: ")
    assert mail(name="Bahn\r\nBcc: all@example.org")["Bcc"] is None


async def test_a_mail_arrives_whole():
    async with smtp_end() as far:
        await far.notifier.deliver([to(far.recipient)])
        [mail] = far.mails
    assert mail["To"] == far.recipient.removeprefix("mailto:")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "198 Stimmen" in mail.get_payload()[0].get_payload(decode=True).decode()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(550, "x", "y")]), Rejected),
        (aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(450, "x", "y")]), Retry),
        (aiosmtplib.SMTPDataError(554, "spam"), Rejected),
        (aiosmtplib.SMTPDataError(452, "full"), Retry),
        (aiosmtplib.SMTPAuthenticationError(535, "no"), Retry),
        (aiosmtplib.SMTPSenderRefused(550, "no", "us"), Retry),
        (aiosmtplib.SMTPServerDisconnected("gone"), Retry),
        (aiosmtplib.SMTPConnectError("gone"), Retry),
        (aiosmtplib.SMTPNotSupported("STARTTLS"), Retry),
        (ConnectionResetError(), Retry),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_what_a_failure_means(error, kind):
    assert isinstance(outcome_of(error), kind)


async def test_where_nobody_listens_it_is_tried_again():
    notifier = Mail(Mail.Config(sender="a@example.org", host="127.0.0.1", port=1, timeout_secs=0.5))
    [outcome] = await notifier.deliver([to(RECIPIENT)])
    assert isinstance(outcome, Retry)
