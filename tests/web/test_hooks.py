from dataclasses import dataclass, field

import pytest

from streams.components import Request
from tests.web.samples import serving


@dataclass
class Taker:
    """Stands for the ingest driver: remembers what it was given, and answers what it was told to."""

    reply: tuple[int, str] = (200, "taken")
    taken: list[tuple[str, object, Request]] = field(default_factory=list)

    async def __call__(self, name: str, receiver: object, request: Request) -> tuple[int, str]:
        self.taken.append((name, receiver, request))
        return self.reply


RECEIVER = object()


async def test_a_request_reaches_the_receiver_as_it_was_sent():
    taker = Taker()
    async with serving(receivers={"meta": RECEIVER}, accept=taker) as served:
        sent = {
            "data": b"\x00\xffraw",
            "headers": {"X-Hub-Signature": "abc", "Origin": "https://any.example"},
        }
        async with served.client.post("/hooks/meta?a=1&b=2", **sent) as answer:
            assert (answer.status, await answer.text()) == (200, "taken")
    [(name, receiver, request)] = taker.taken
    assert (name, receiver) == ("meta", RECEIVER)
    assert (request.method, request.body, request.query) == ("POST", b"\x00\xffraw", {"a": "1", "b": "2"})
    assert request.headers["x-hub-signature"] == "abc"


async def test_a_challenge_is_answered_as_plain_text():
    taker = Taker(reply=(200, "<b>1158</b>"))
    async with (
        serving(receivers={"meta": RECEIVER}, accept=taker) as served,
        served.client.get("/hooks/meta?hub.challenge=1158") as answer,
    ):
        assert (answer.content_type, await answer.text()) == ("text/plain", "<b>1158</b>")
    assert taker.taken[0][2].method == "GET"


async def test_what_was_not_taken_is_sent_again_later():
    taker = Taker(reply=(503, "not taken; send it again"))
    async with (
        serving(receivers={"meta": RECEIVER}, accept=taker) as served,
        served.client.post("/hooks/meta") as answer,
    ):
        assert answer.status == 503
        assert await answer.json() == {"error": "not taken; send it again"}


@pytest.mark.parametrize("given", [{}, {"accept": Taker()}, {"receivers": {"meta": RECEIVER}}])
async def test_an_unknown_name_is_not_found(given: dict):
    async with serving(**given) as served:
        status, _ = await served.ask("POST", "/hooks/meta")
        assert status == 404


async def test_more_than_the_log_takes_is_too_large():
    taker = Taker()
    async with serving(receivers={"meta": RECEIVER}, accept=taker) as served:
        status, _ = await served.ask("POST", "/hooks/meta", data=b"x" * 8_000_001)
        assert (status, taker.taken) == (413, [])
