"""Mail: one thread an alert, nothing injected, and what each SMTP failure means."""

import aiosmtplib
import pytest

from sinks.mail import Mail, mail_of, outcome_of
from streams.outcome import Rejected, Retry
from streams.testing.notifier_checks import to
from tests.contract.far_ends import smtp_end

RECIPIENT = "mailto:presse@example.org"


def mail(**changes):
    return mail_of(to(RECIPIENT, **changes), "presse@example.org", "Resonanz <alerts@example.org>")


def test_the_mails_of_an_alert_are_one_thread_and_a_repeat_is_the_same():
    one, again, later, other = mail(), mail(), mail(revision=2), mail(id="other")
    assert one["Message-ID"] == again["Message-ID"] != later["Message-ID"]
    assert one["Message-ID"].endswith("@example.org>")
    assert one["References"] == later["References"] == one["In-Reply-To"] != other["References"]


def test_a_mail_is_text_and_html_with_everything_escaped():
    text, markup = mail(name="Müller & <b>Söhne</b>").iter_parts()
    assert "einmal in 40 Tagen" in text.get_content()
    assert "Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;" in markup.get_content()
    assert "<b>" not in markup.get_content()


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
