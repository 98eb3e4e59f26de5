"""What every receiver must do; import the checks to test your own."""

# ruff: noqa: S101 - a check is made of assertions

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Final

from streams.components import Echo, Page, Receiver, Refused, Request
from streams.config import build
from streams.testing.ingestor_checks import COMMON_CHECKS, Common, ids_of

_POST: Final = {"id": "hook:1", "source": "hook", "created_at": "2026-11-01T10:00:00Z", "text": "Größe"}
_OTHER: Final = {**_POST, "id": "hook:2"}


@dataclass(frozen=True, kw_only=True)
class ReceiverCase(Common):
    """`request`: a signed request with this body; `forge`: the same, signed by somebody without the secret."""

    request: Callable[[bytes], Request]
    forge: Callable[[Request], Request]


def _receive(case: ReceiverCase, request: Request) -> Page | Refused | Echo:
    receiver: Receiver = case.component(build(case.component.Config, case.options, "ingestors.example", {}))
    return receiver.receive(request)


def _page(case: ReceiverCase, body: bytes) -> Page:
    answer = _receive(case, case.request(body))
    assert isinstance(answer, Page), answer
    return answer


def signed_posts_are_taken(case: ReceiverCase) -> None:
    """One post, a list and one a line are the same to it; ids are the same when sent again; times are UTC."""
    many = json.dumps([_POST, _OTHER]).encode()
    lines = b"\n".join(json.dumps(one).encode() for one in (_POST, _OTHER))
    assert ids_of([_page(case, json.dumps(_POST).encode())]) == ["hook:1"]
    assert ids_of([_page(case, many)]) == ids_of([_page(case, lines)]) == ["hook:1", "hook:2"]
    assert ids_of([_page(case, many)]) == ["hook:1", "hook:2"]
    assert all(post.created_at.tzinfo is UTC and post.observed_at for post in _page(case, many).posts)


def unsigned_request_is_refused(case: ReceiverCase) -> None:
    """Without headers, with forged ones, and with another body under the same signature."""
    request = case.request(json.dumps(_POST).encode())
    for bad in (replace(request, headers={}), case.forge(request)):
        answer = _receive(case, bad)
        assert isinstance(answer, Refused), "an unsigned request was taken"
        assert answer.status == 401


def what_is_no_post_is_refused_with_advice(case: ReceiverCase) -> None:
    """The sender reads what to write instead; the status is 400."""
    for body in (b"", b"nonsense", b"{", b'"text"', b"\xff\xfe", json.dumps({"text": "x"}).encode()):
        answer = _receive(case, case.request(body))
        assert isinstance(answer, Refused), body
        assert answer.status == 400
        assert "write" in answer.reason


def bad_post_costs_itself_alone(case: ReceiverCase) -> None:
    """One bad post in a list is Unreadable; unknown fields are ignored."""
    page = _page(case, json.dumps([{**_POST, "mood": 1}, {"text": "no id"}, _OTHER]).encode())
    assert ids_of([page]) == ["hook:1", "hook:2"]
    assert len(page.unreadable) == 1
    assert "`id`" in page.unreadable[0].reason


def too_large_request_is_refused(case: ReceiverCase) -> None:
    """413, whoever sent it."""
    answer = _receive(case, case.request(b" " * 50_000_000))
    assert isinstance(answer, Refused)
    assert answer.status == 413


def secrets_do_not_show(case: ReceiverCase) -> None:
    """Neither in the configuration nor in a refusal."""
    secret = str(case.options["secret"])
    config = build(case.component.Config, case.options, "ingestors.example", {})
    refused = _receive(case, replace(case.request(b"{}"), headers={}))
    assert secret not in repr(config) + repr(case.component(config)) + repr(refused)


RECEIVER_CHECKS: Final = (
    *COMMON_CHECKS,
    signed_posts_are_taken,
    unsigned_request_is_refused,
    what_is_no_post_is_refused_with_advice,
    bad_post_costs_itself_alone,
    too_large_request_is_refused,
    secrets_do_not_show,
)
