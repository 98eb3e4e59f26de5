"""Feeds, against a real HTTP server on this machine."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ingestors.feed import Feed, FeedConfig
from ingestors.feed_document import decoded, read_document
from streams.errors import ConfigError, UnavailableError
from tests.ingestors.feed_server import feed_server, item, rss

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
async def server():
    async with feed_server() as running:
        yield running


async def look(server, cursor=None, now=NOW, path="/feed", **options):
    feed = Feed(FeedConfig(url=server.url + path, **options), clock=lambda: now)
    await feed.open()
    try:
        (page,) = [page async for page in feed.pages(json.loads(json.dumps(cursor)))]
        return page
    finally:
        await feed.close()


async def test_items_become_posts_oldest_first_and_the_first_look_is_history(server):
    server.say(
        rss(
            item(9), item(2, "&lt;p&gt;M&amp;uuml;ller &amp;amp; S&ouml;hne&lt;/p&gt;&lt;p&gt;zwei&lt;/p&gt;")
        )
    )
    page = await look(server)
    first, second = page.posts
    assert (first.id, second.id) == ("feed:127.0.0.1:bote-2", "feed:127.0.0.1:bote-9")
    assert first.text == "Müller & Söhne\nzwei"
    assert (first.title, first.url, first.language_hint) == ("Nr 2", "https://bote.example/2", "de-de")
    assert first.venue.name == "Lindentaler Bote"
    assert first.created_at == datetime(2026, 11, 1, 2, tzinfo=UTC)
    assert (first.mode, first.edited_at, first.observed_at) == ("backfill", None, NOW)
    assert (page.not_before, page.complete_until) == (NOW + timedelta(seconds=300), NOW)


async def test_a_second_look_tells_only_what_is_new_or_changed(server):
    server.say(rss(item(1), item(2)))
    cursor = (await look(server)).cursor
    later = NOW + timedelta(hours=1)
    server.say(rss(item(1), item(2, "doch nicht"), item(3)))
    page = await look(server, cursor, later)
    new, edited = page.posts
    assert (new.id, new.mode, new.edited_at) == ("feed:127.0.0.1:bote-3", "live", None)
    assert (edited.id, edited.text) == ("feed:127.0.0.1:bote-2", "doch nicht")
    assert edited.edited_at == later
    assert edited.observed_at == later
    assert (await look(server, page.cursor, later)).posts == []


async def test_an_unchanged_feed_costs_one_conditional_request(server):
    server.say(rss(item(1)), ETag='"1"', Last_Modified="Sun, 01 Nov 2026 10:00:00 GMT")
    cursor = (await look(server)).cursor
    page = await look(server, cursor)
    asked = server.asked[-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"1"', "Sun, 01 Nov 2026 10:00:00 GMT")
    assert (page.posts, page.cursor, page.complete_until) == ((), cursor, NOW)


async def test_a_feed_that_was_cut_off_is_asked_for_whole_again(server):
    server.say(rss(item(1), item(2))[:-40], ETag='"1"')
    page = await look(server)
    assert page.complete_until is None
    await look(server, page.cursor)
    assert "If-None-Match" not in server.asked[-1].headers


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_server_is_left_alone_as_long_as_it_asks(server, status):
    server.say("", status=status, Retry_After="1200")
    assert (await look(server)).not_before == NOW + timedelta(seconds=1200)
    server.say("", status=status)
    assert (await look(server)).not_before == NOW + timedelta(seconds=600)


async def test_a_feed_that_moved_for_good_is_asked_at_its_new_place(server):
    server.say(rss(item(1)), path="/new")
    server.say("", path="/moved", status=301, Location="/new")
    server.say("", path="/away", status=302, Location="/new")
    for path, asked in (("/moved", ["/new"]), ("/away", ["/away", "/new"])):
        cursor = (await look(server, path=path)).cursor
        server.asked.clear()
        page = await look(server, cursor, path=path)
        assert [request.path for request in server.asked] == asked
        assert page.posts == []


async def test_what_is_gone_has_ended_and_what_is_broken_says_so(server):
    server.say("", status=410)
    assert (await look(server)).last
    for status, body, reason in ((404, "", "404"), (200, "<html><body>x", "no feed"), (200, "{}", "no feed")):
        server.say(body, status=status)
        with pytest.raises(UnavailableError, match=reason):
            await look(server)
    server.say(b"x" * 10_000_001)
    with pytest.raises(UnavailableError, match="more than"):
        await look(server)
    server.say("", status=302, Location="file:///etc/hostname")
    with pytest.raises(UnavailableError, match="does not answer"):
        await look(server)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://example.org/a", "example.org", "http://", ""])
def test_only_web_addresses_are_taken(url):
    with pytest.raises(ConfigError, match="https://"):
        Feed(FeedConfig(url=url))


async def test_dates_without_zone_are_read_in_the_zone_that_is_known(server):
    naive = "Sun, 01 Nov 2026 10:00:00"
    server.say(rss(item(1, date=naive)))
    assert (await look(server)).posts[0].created_at.hour == 10
    assert (await look(server, timezone="Europe/Berlin")).posts[0].created_at.hour == 9
    server.say(
        rss(item(1, date=naive), head="<lastBuildDate>Sun, 01 Nov 2026 12:00:00 +0200</lastBuildDate>")
    )
    assert (await look(server)).posts[0].created_at.hour == 8
    server.say(rss(item(1, date="So, 01 Dez 2030 10:00:00 +0100"), item(2, date="gestern")))
    assert [post.created_at for post in (await look(server)).posts] == [NOW, NOW]
    with pytest.raises(ConfigError, match="Europe/Berlin"):
        await look(server, timezone="Mars/Olympus")


def test_labels_that_lie_are_seen_through():
    text = "„Größe“ – 5 €"
    for label in ("iso-8859-1", "windows-1252", None):
        declared = f' encoding="{label}"' if label else ""
        body = f'<?xml version="1.0"{declared}?><a>{text}</a>'.encode("cp1252")
        assert text in decoded(body, None)
        assert text in decoded(body, label)
    assert decoded(text.encode(), "iso-8859-1") == text
    assert decoded(text.encode("utf-8-sig"), None) == text
    assert decoded(text.encode("utf-16"), None) == text
    assert text in decoded(f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode("cp1252"), None)


def test_common_faults_cost_nothing():
    body = rss(
        "<item><title>M&uuml;ller & Söhne</title><guid>1</guid><description>a & b &lt; c</description></item>"
    )
    document = read_document(body.encode(), None)
    assert document is not None
    (only,) = document.items
    assert (only.title, only.text) == ("Müller & Söhne", "a & b < c")


async def test_a_json_feed_is_a_feed(server):
    first = {"id": 1, "url": "https://a.example/1", "content_html": "<p>Hallo<br>Welt"}
    second = {"id": "2", "title": "Zwei", "content_text": "T", "authors": [{"name": "Maja"}]}
    items = [
        {**first, "date_published": "2026-11-01T10:00:00Z"},
        {**second, "date_published": "2026-11-02T10:00:00+01:00"},
        {"title": "ohne id"},
        "nonsense",
    ]
    server.say(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items}))
    page = await look(server)
    assert [(post.id, post.text) for post in page.posts] == [
        ("feed:127.0.0.1:1", "Hallo\nWelt"),
        ("feed:127.0.0.1:2", "T"),
    ]
    assert page.posts[1].author.name == "Maja"
    assert len(page.unreadable) == 2


async def test_an_atom_entry_keeps_its_own_dates(server):
    server.say(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>T</title><id>f</id>'
        '<updated>2026-11-03T10:00:00+01:00</updated><entry><title type="html">a &lt;b&gt;c&lt;/b&gt;</title>'
        '<id>urn:1</id><link href="https://a.example/1"/><published>2026-11-01T10:00:00</published>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Ja</p></div></content>'
        "<author><name>Ole</name></author></entry></feed>"
    )
    (post,) = (await look(server)).posts
    assert (post.id, post.title, post.text, post.author.name) == ("feed:127.0.0.1:urn:1", "a c", "Ja", "Ole")
    assert post.created_at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert post.language_hint == "de"
