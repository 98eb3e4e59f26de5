"""Which story a post tells, so that 200 copies of one text are not taken for 200 voices.

Two answers: an exact key of the folded text, and a MinHash signature that nearly equal texts nearly share
(Broder 1997, "On the resemblance and containment of documents"; computed by rensa's R-MinHash). Links, handles,
repost marks and the datelines of press agencies are not part of the story.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar

from enrichers.text import LINK, prose, readable
from streams.components import Answer
from streams.mention import Mention, Story

PERMUTATIONS = 32
SHINGLE_WORDS = 3
READ_WORDS = 2_000
"""A story is told apart by then; the time a post may take stays bounded."""

AGENCIES = r"(?:dpa|AFP|APA|Reuters|rtr|AP|epd|KNA|sid|dts|EFE|ANSA|Keystone-SDA|SDA|dapd|ddp|ots)"
_DATELINE = re.compile(
    rf"^(?:[^()]{{0,50}}\(\s*{AGENCIES}\b[^()]{{0,20}}\)\s*[-–—:|+*]+"  # Köln (dpa/lnw) -
    rf"|\W*\(\s*{AGENCIES}\b[^()]{{0,20}}\)"  # (Reuters)
    rf"|\W*{AGENCIES}\b)",  # dpa:
    re.IGNORECASE,
)
_CREDIT = re.compile(rf"\s*[(\[]\s*{AGENCIES}[\w/ .-]{{0,20}}[)\]]\s*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


class StoryKey:
    """Assigns `story`; nothing for a post with neither word nor link."""

    name: ClassVar[str] = "story"
    version = "rensa-0.5/1"
    assigns: ClassVar[frozenset[str]] = frozenset({"story"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """No options: keys are compared across posts and time, so all must be made alike."""

    def __init__(self, config: Config) -> None:
        self._config = config

    async def open(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to release."""

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The story of each post."""
        return [_story(one) if one.event == "upsert" else {} for one in batch]


def _story(mention: Mention) -> Answer:
    words = folded(mention.text) or folded(mention.title or "")
    if words:
        return {"story": Story(key=_key("text", words), signature=signature(words))}
    if links := LINK.findall(readable(mention.text)):
        return {"story": Story(key=_key("link", sorted(set(links))))}
    return {}


def folded(text: str) -> list[str]:
    """The words that tell the story, in lower case without accents' variants; a dateline is not told."""
    text = _DATELINE.sub("", prose(text), count=1)
    if text.endswith((")", "]")):  # looking for the pattern takes longer
        text = _CREDIT.sub("", text)
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())[:READ_WORDS]


def signature(words: Sequence[str]) -> tuple[int, ...]:
    """32 numbers of 32 bits over the runs of three words; shorter texts have none, their key says it all."""
    if len(words) < SHINGLE_WORDS:
        return ()
    from rensa import RMinHash

    minhash = RMinHash(num_perm=PERMUTATIONS, seed=42)
    minhash.update([" ".join(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)])
    return tuple(minhash.digest())


def similarity(one: Sequence[int], other: Sequence[int]) -> float:
    """Estimated share of common shingles in [0, 1] (standard error at most 0.09); 0 if either has no signature.

    >>> similarity((1, 2, 3, 4), (1, 2, 3, 5))
    0.75
    """
    if not one or len(one) != len(other):
        return 0.0
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)


def same_story(one: Story, other: Story, at_least: float = 0.6) -> bool:
    """Whether two posts tell the same: equal words, or that share of their shingles."""
    return one.key == other.key or similarity(one.signature, other.signature) >= at_least


def _key(kind: str, parts: Sequence[str]) -> str:
    return blake2b("\x1f".join([kind, *parts]).encode(), digest_size=12).hexdigest()
