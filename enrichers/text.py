"""What of a post is language, and what is address: links, handles and markup are not text.

One place, so that the enrichers agree on it. Nothing here keeps offsets.
"""

import html
import re

LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
HANDLE = re.compile(r"(?<![\w@/])@[\w.-]*\w(?:@[\w-]+(?:\.[\w-]+)+)?")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
REPOST = re.compile(r"^\s*RT\s*@[\w.-]+:?\s*")
_HASH_SIGN = re.compile(r"#(?=\w)")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def readable(text: str) -> str:
    """The text as a reader sees it: entities decoded, left-over tags and NUL gone."""
    if "&" in text:
        text = html.unescape(text).encode("utf-8", "replace").decode()
    if "<" in text:
        text = TAG.sub(" ", text)
    return text.replace("\x00", " ")


def prose(text: str) -> str:
    """Only what is language: no repost mark, link, address, handle, hashtag sign or invisible character."""
    text = REPOST.sub("", readable(text))
    if "://" in text or "www." in text.lower():  # looking for the pattern takes longer
        text = LINK.sub(" ", text)
    if "@" in text:
        text = MAIL.sub(" ", HANDLE.sub(" ", text))
    return " ".join(_INVISIBLE.sub("", _HASH_SIGN.sub("", text)).split())


def whole(title: str | None, text: str) -> str:
    """Title and text as one, unless the text begins with its title."""
    if not title or text.startswith(title):
        return text
    return f"{title}\n{text}"
