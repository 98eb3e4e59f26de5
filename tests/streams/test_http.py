from datetime import UTC, datetime

import pytest

from streams.http import MAX_WAIT_SECS, outcome_of, wait_secs
from streams.outcome import Delivered, Rejected, Retry, worst

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Delivered),
        (204, Delivered),
        (400, Rejected),
        (404, Rejected),
        (410, Rejected),
        (401, Retry),
        (403, Retry),
    ]
    + [(status, Retry) for status in (408, 425, 429, 500, 502, 503, 504, 507)]
    + [(301, Rejected), (501, Retry)],
)
def test_what_a_status_means(status, kind):
    assert isinstance(outcome_of(status), kind)


@pytest.mark.parametrize(
    ("header", "secs"),
    [(None, 0), ("", 0), ("7", 7), ("-3", 0), ("99999999", MAX_WAIT_SECS), ("nan", 0), ("bald", 0)]
    + [("Sun, 01 Nov 2026 12:00:30 GMT", 30), ("Sun, 01 Nov 2026 11:00:00 GMT", 0)],
)
def test_retry_after_is_understood_and_bounded(header, secs):
    assert wait_secs(header, now=NOON) == secs


def test_what_several_destinations_said_of_one_record():
    assert worst([Delivered(), Rejected("a"), Retry("b")]) == Retry("b")
    assert worst([Delivered(), Rejected("a")]) == Rejected("a")
    assert worst([Delivered()]) == worst([]) == Delivered()
