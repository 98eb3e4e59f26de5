"""RSS, Atom and JSON Feed: bytes to items, forgiving what is common in the wild."""

import codecs
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any, Final

import feedparser
import msgspec

from ingestors.html import text_of

LATIN: Final = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"})
WIDE: Final = ("utf-16", "utf-32", "utf16", "utf32", "iso-2022", "ucs")
GERMAN_MONTHS: Final = {"Mär": "Mar", "Mrz": "Mar", "Mai": "May", "Okt": "Oct", "Dez": "Dec"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry as the feed has it. Dates are naive where the feed names no zone."""

    id: str
    url: str | None = None
    title: str = ""
    text: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    author: str | None = None
    language: str | None = None
    replies: int | None = None
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed. `zone`: that of its own dates. `intact`: False if it may have been cut off."""

    title: str | None
    url: str | None
    items: tuple[Item, ...]
    zone: tzinfo | None = None
    intact: bool = True


def read_document(body: bytes, charset: str | None) -> Document | None:
    """A feed from its bytes and the charset of its Content-Type; None if it is no feed."""
    text = decoded(body, charset)
    return _json_feed(text) if text.lstrip().startswith("{") else _xml_feed(text)


def decoded(body: bytes, charset: str | None) -> str:
    """The text of a document whose label may lie.

    UTF-8 where it can be read as such (text in another encoding practically never can); else as labelled, with
    ISO-8859-1 meaning Windows-1252 as in browsers; else Windows-1252.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff")
    declared = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.-]+)", body)
    labels = [label.lower() for label in (charset, declared and declared[1].decode()) if label]
    utf8_first = not any(label.startswith(WIDE) for label in labels)
    names = ["cp1252" if label in LATIN else label for label in labels]
    for name in ["utf-8", *names] if utf8_first else names:
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", "replace")


def _xml_feed(text: str) -> Document | None:
    body = re.sub(r"^\s*<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).strip().encode("utf-8", "replace")
    headers = {"content-type": "application/xml; charset=utf-8"}
    read = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not read.version:
        return None
    own = date_of(read.feed.get("updated") or read.feed.get("published"))
    return Document(
        title=_clean(read.feed.get("title_detail")),
        url=read.feed.get("link"),
        items=tuple(_entry(entry, read.feed.get("language")) for entry in read.entries),
        zone=own.tzinfo if own else None,
        intact=body.rstrip().endswith((b"</rss>", b"</feed>", b"</rdf:RDF>", b"</RDF>")),
    )


def _entry(entry: dict[str, Any], language: str | None) -> Item:
    content = next(iter(entry.get("content") or [entry.get("summary_detail")]), None)
    links = [
        link["href"] for link in entry.get("links", ()) if link.get("rel") == "enclosure" and link.get("href")
    ]
    comments = str(entry.get("slash_comments", ""))
    own = (content or {}).get("language") or (entry.get("title_detail") or {}).get("language")
    return Item(
        id=entry.get("id") or entry.get("link") or "",
        url=entry.get("link"),
        title=_clean(entry.get("title_detail")) or "",
        text=_clean(content) or "",
        published=date_of(entry.get("published"), entry.get("published_parsed")),
        updated=date_of(
            dict.get(entry, "updated"), dict.get(entry, "updated_parsed")
        ),  # feedparser would make it up
        author=entry.get("author") or None,
        language=own or language,
        replies=int(comments) if comments.isdecimal() else None,
        media=tuple(dict.fromkeys(links)),
    )


def _clean(detail: Mapping[str, Any] | None) -> str | None:
    if not detail:
        return None
    value = str(detail["value"])
    return value.strip() if detail.get("type") == "text/plain" and "&" not in value else text_of(value)


def _json_feed(text: str) -> Document | None:
    try:
        read = msgspec.json.decode(text)
    except msgspec.MsgspecError:
        return None
    if not isinstance(read, dict) or "jsonfeed.org" not in str(read.get("version")):
        return None
    items = read.get("items")
    return Document(
        title=_string(read.get("title")),
        url=_string(read.get("home_page_url")),
        items=tuple(
            _json_item(item if isinstance(item, dict) else {}, _string(read.get("language")))
            for item in (items if isinstance(items, list) else ())
        ),
    )


def _json_item(item: Mapping[str, Any], language: str | None) -> Item:
    authors = item.get("authors") or [item.get("author")]
    author = authors[0] if isinstance(authors, list) and isinstance(authors[0], dict) else {}
    media = [one.get("url") for one in item.get("attachments") or () if isinstance(one, dict)]
    html = _string(item.get("content_html"))
    identity = item.get("id")
    return Item(
        id=str(identity) if isinstance(identity, str | int) else _string(item.get("url")) or "",
        url=_string(item.get("url")),
        title=_string(item.get("title")) or "",
        text=text_of(html)
        if html
        else _string(item.get("content_text")) or _string(item.get("summary")) or "",
        published=date_of(_string(item.get("date_published"))),
        updated=date_of(_string(item.get("date_modified"))),
        author=_string(author.get("name")),
        language=_string(item.get("language")) or language,
        media=tuple(url for url in media if isinstance(url, str)),
    )


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def date_of(text: str | None, parsed: tuple[int, ...] | None = None) -> datetime | None:
    """A date as feeds write it, naive if it names no zone; `parsed`: what feedparser made of it, in UTC."""
    if not text:
        return None
    for german, english in GERMAN_MONTHS.items():
        text = re.sub(rf"\b{german}\b", english, text)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text.strip())
        except ValueError:
            continue
    return datetime(*parsed[:6], tzinfo=UTC) if parsed else None  # type: ignore[arg-type, misc]
