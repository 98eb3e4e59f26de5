"""Posts as one folded run of bytes, in which every word of theirs stands between blanks.

What is found here is only a candidate; but nothing that the evaluator would find is missing. Upper case, umlauts
and punctuation are settled for a whole batch at once, because that is where the time of a matcher goes.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby

from enrichers.match import fields
from enrichers.match.folding import DASHES, INVISIBLE, MARKS, fold
from enrichers.match.tokens import EMOJI, tokens
from streams.post import Post

BETWEEN = b" \0 "
"""Stands between two posts."""

_BLANKS = bytes(c if chr(c).isalnum() or c >= 0x80 or c == 0 else 0x20 for c in range(256))
_ASCII = bytes(chr(_BLANKS[c]).lower().encode()[0] if c < 0x80 else c for c in range(256))
_UMLAUTS = tuple(zip("äÄöÖüÜß", ["ae", "ae", "oe", "oe", "ue", "ue", "ss"], strict=True))
_RUN = re.compile(rb"[\x80-\xff]+")
_RUN_WITH_BASE = re.compile(rb"[a-z]?[\x80-\xff]+")
_KEPT = re.compile(rf"[{MARKS}{INVISIBLE}]")
_EMOJI = re.compile(EMOJI)
_NAMES = re.compile(rf"[#＃@{DASHES}]")
_LONG_CHUNK = 100
_MAX_RUNS = 50_000
_runs: dict[bytes, bytes] = {}


def folded(raw: str) -> bytes:
    """Any text as it is scanned."""
    return b"\0".join(_folded_parts(_spelled_out(raw)))


def _spelled_out(text: str) -> str:
    """Umlauts as two letters: the fast way for nearly all that is not ASCII in German."""
    if not text.isascii():
        for letter, plain in _UMLAUTS:
            text = text.replace(letter, plain)
    return text


def _folded_parts(raw: str) -> list[bytes]:
    """What stands between zero bytes, each folded; umlauts are spelled out already."""
    data = raw.encode(errors="replace").translate(_ASCII)
    if b"\xcc" in data or b"\xcd" in data:  # accents of their own: with the letter they belong to
        return [_RUN_WITH_BASE.sub(_fold_match, part) for part in data.split(b"\0")]
    return [part if part.isascii() else _RUN.sub(_fold_match, part) for part in data.split(b"\0")]


def _fold_match(found: re.Match[bytes]) -> bytes:
    run = found[0]
    known = _runs.get(run)
    if known is None:
        known = _fold_run(run)
        if len(run) <= _LONG_CHUNK and len(_runs) < _MAX_RUNS:
            _runs[run] = known
    return known


def _fold_run(run: bytes) -> bytes:
    """Letters folded, emoji kept, everything else blank."""
    out: list[str] = []
    for is_word, group in groupby(run.decode(), key=_is_word):
        part = "".join(group)
        out.append(fold(part) if is_word else "".join(f" {c} " for c in part))
    return "".join(out).encode().translate(_BLANKS)


def _is_word(c: str) -> bool:
    return (c.isalnum() and not _EMOJI.fullmatch(c)) or bool(_KEPT.match(c))


def segment(post: Post, also: Collection[str]) -> str:
    """What is scanned of a post: text, title, the fields in `also`, and other readings of its words."""
    text = f"{post.text}\n{post.title}" if post.title else post.text
    if also:
        text = "\n".join([text, *(value for name in also for value in _FIELDS[name](post) if value)])
    if "-" in text or "#" in text or "@" in text or not (text.isascii() or _NAMES.search(text) is None):
        return _spelled_out(f"{text} {' '.join(_readings(text))}")
    return _spelled_out(text)


_FIELDS: dict[str, Callable[[Post], Iterable[str | None]]] = {
    **{name: fields.TEXTS[name] for name in ("author", "venue", "place", "url")},
    "site": fields.hosts,
}


def _readings(text: str) -> Iterator[str]:
    """Words that stand in the text only in another shape: joined at a hyphen, or apart in a hashtag."""
    end = 0
    for found in _NAMES.finditer(text):
        at = found.start()
        if at < end:
            continue
        start, stop = text.rfind(" ", end, at) + 1, text.find(" ", at)
        end = stop if stop >= 0 else len(text)
        chunk = text[max(start, 0) if start else 0 : end]
        yield _chunk_readings(chunk) if len(chunk) <= _LONG_CHUNK else _chunk_readings.__wrapped__(chunk)


@lru_cache(maxsize=20_000)
def _chunk_readings(chunk: str) -> str:
    return " ".join(token.word for token in tokens(chunk) if token.joined or token.within != "word")


class Scanned:
    """A batch of posts, ready to be searched: `data`, and where each post begins in it."""

    def __init__(self, posts: Sequence[Post], also: Collection[str]) -> None:
        raws = [segment(post, also) for post in posts]
        self.parts = _folded_parts(_joined(raws))
        if len(self.parts) != len(raws):
            self.parts = _folded_parts(_joined([raw.replace("\0", " ") for raw in raws]))
        self.data = b"\0".join(self.parts)
        self.starts = [0, *accumulate(len(part) + 1 for part in self.parts)][:-1]


def _joined(raws: Sequence[str]) -> str:
    return f" {BETWEEN.decode().join(raws)} "
