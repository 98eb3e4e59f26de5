"""The fields a query may ask for, how each is read from a post, and what people of other products call them."""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import get_args
from urllib.parse import urlsplit

from enrichers.match.tokens import URL
from streams.post import Kind, Post

_URL = re.compile(URL)
KINDS: tuple[str, ...] = get_args(Kind)


def _urls(post: Post) -> tuple[str, ...]:
    return tuple(url for url in (post.url, *_URL.findall(post.text)) if url)


def hosts(post: Post) -> tuple[str, ...]:
    """The hosts a post comes from or links to, in lower case."""
    return tuple(filter(None, map(host, (*_urls(post), post.venue.url if post.venue else None))))


def host(url: str | None) -> str:
    """The host of a URL; empty where it has none. A blank is in no URL, though the parser would skip some."""
    address = url if url and not re.search(r"\s", url) else ""
    try:
        return str(urlsplit(address if "//" in address else f"//{address}").hostname or "").lower()
    except ValueError:
        return ""


TEXTS: Mapping[str, Callable[[Post], tuple[str | None, ...]]] = {
    "title": lambda post: (post.title,),
    "text": lambda post: (post.text,),
    "author": lambda post: (post.author.name, post.author.handle) if post.author else (),
    "venue": lambda post: (post.venue.name,) if post.venue else (),
    "place": lambda post: (post.place.name,) if post.place else (),
    "url": _urls,
}
"""Fields of words: what they hold in a post."""

VALUES: Mapping[str, Callable[[Post], tuple[str, ...]]] = {
    "site": hosts,
    "source": lambda post: (post.source.casefold(),),
    "kind": lambda post: (post.kind,),
    "lang": lambda post: (post.language_hint.lower(),) if post.language_hint else (),
}
"""Fields of names: one value stands for itself, and for what lies below it (`bahn.de`, `de`)."""


def _age(post: Post) -> float | None:
    """In seconds, when it was observed: a post gets the same answer whenever it is asked."""
    return (post.observed_at - post.created_at).total_seconds() if post.observed_at else None


NUMBERS: Mapping[str, Callable[[Post], float | None]] = {
    "rating": lambda post: post.rating.value / post.rating.best * 5 if post.rating else None,
    "followers": lambda post: post.author.followers if post.author else None,
    "following": lambda post: post.author.following if post.author else None,
    "likes": lambda post: post.engagement.likes if post.engagement else None,
    "replies": lambda post: post.engagement.replies if post.engagement else None,
    "shares": lambda post: post.engagement.shares if post.engagement else None,
    "views": lambda post: post.engagement.views if post.engagement else None,
    "reach": lambda post: post.venue.reach if post.venue else None,
    "age": _age,
}
"""Fields of numbers; None is unknown and satisfies nothing. Ratings are told in stars of five."""

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}

FLAGS: Mapping[str, Mapping[str, Callable[[Post], bool]]] = {
    "is": {
        "reply": lambda post: post.parent_id is not None,
        "repost": lambda post: post.repost_of is not None,
        "quote": lambda post: post.quote_of is not None,
        "review": lambda post: post.kind == "review",
        "comment": lambda post: post.kind == "comment",
        "verified": lambda post: post.author is not None and bool(post.author.verified),
    },
    "has": {
        "link": lambda post: bool(_URL.search(post.text)),
        "media": lambda post: bool(post.media),
        "place": lambda post: post.place is not None,
        "rating": lambda post: post.rating is not None,
    },
}

ALL = (*TEXTS, *VALUES, *NUMBERS, *FLAGS)

FOREIGN = {
    "language": "lang", "sprache": "lang", "titel": "title", "headline": "title", "body": "text",
    "content": "text", "links": "url", "link": "url", "domain": "site", "domainurl": "site", "host": "site",
    "sourcetype": "kind", "type": "kind", "from": "author", "user": "author", "location": "place",
    "ort": "place", "autor": "author", "quelle": "source", "retweets": "shares", "stars": "rating",
}  # fmt: skip
"""Names that others use, and ours."""


def nearest(name: str) -> str:
    """The field that is probably meant."""
    return FOREIGN.get(name) or (difflib.get_close_matches(name, ALL, 1, 0.0) or ["text"])[0]
