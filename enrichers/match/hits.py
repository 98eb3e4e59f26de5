"""Where the words of a query stand in one text, and by which rule they are the same."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from enrichers.match.syntax import Exact, Near, Or, Phrase, Query, Wildcard, Word
from enrichers.match.text import Text
from enrichers.match.tokens import Token, plain_emoji, tokens
from enrichers.match.word_family import shortest, word_family
from streams.folding import fold

COMPOUND = "compound"
"""The rule of a hit that is only a part of a longer word; also with where it stands: `compound, hashtag`."""


class Hit(NamedTuple):
    """A stretch that satisfies a leaf (or, for NEAR, the two hits `inside`); `rule`: what made them equal."""

    place: int
    after: int
    start: int
    end: int
    rule: str
    leaf: Query
    inside: tuple["Hit", ...] = ()


class Family(NamedTuple):
    """What shows a word in any form: its own spelling, its lemmas, and what holds for all of their forms.

    `stretches`: of these every form holds at least one; `apart`: ways to write it as two words.
    """

    form: str
    keys: frozenset[str]
    stretches: tuple[str, ...]
    apart: tuple[tuple[str, str], ...]


class Plan(NamedTuple):
    """What a word looks for: its tokens in a row, or the joined word; for `~` the last of them in any form."""

    words: tuple[str, ...]
    joined: str | None = None
    last: Family | None = None
    whole: Family | None = None


@lru_cache(maxsize=50_000)
def plan(word: Word) -> Plan:
    """How a word is looked up."""
    text = word.text
    if text[0] in "#@" or text[0] == "＃":
        return Plan((text[0].replace("＃", "#") + fold(text[1:]),))
    read = list(tokens(text))
    single = tuple(t.word for t in read if not t.joined and t.kind in ("word", "emoji")) or (
        plain_emoji(text),
    )
    joined = next((t.word for t in reversed(read) if t.joined and len(single) == t.after), None)
    if not word.family:
        return Plan(single, joined)
    last = read[len(single) - 1] if len(single) > 1 else read[0]
    whole = _family_of(joined, word_family().keys(joined)) if joined else None
    return Plan(single, joined, _family_of(single[-1], word_family().keys(text[last.start :])), whole)


def _family_of(form: str, keys: frozenset[str]) -> Family:
    family = word_family()
    stems = {stem for key in keys for stem in family.stems(key)}
    return Family(form, keys, shortest({form, *stems}), family.apart(form))


def hits(query: Query, text: Text) -> Sequence[Hit]:  # noqa: PLR0911 - one case for each kind of node
    """Where a leaf, a NEAR or a group of them stands, in order."""
    match query:
        case Word():
            return _word(query, text)
        case Phrase(parts):
            return _chain([hits(part, text) for part in parts], query, "phrase")
        case Wildcard():
            return _wildcard(query, text)
        case Exact():
            return _exact(query, text)
        case Near():
            return _near(query, text)
        case Or(parts):
            return [hit for part in parts for hit in hits(part, text)]
    return ()


def _word(word: Word, text: Text) -> Sequence[Hit]:
    words, joined, last, whole = plan(word)
    if len(words) == 1:
        return _family(word, last, text) if last else _same(word, words[0], text)
    if last is None and words[-1] not in text.all_words:
        return ()
    rows = [_same(word, each, text) for each in words[:-1]]
    found = _chain(
        [*rows, _family(word, last, text) if last else _same(word, words[-1], text)], word, "parts"
    )
    if joined is None:
        return found
    return _innermost([*found, *(_family(word, whole, text) if whole else _same(word, joined, text))])


def _same(word: Word, form: str, text: Text) -> Sequence[Hit]:
    found = text.find(form)
    return _innermost([_hit(word, token, _spelling(word, token, text)) for token in found]) if found else ()


def _family(word: Word, family: Family, text: Text) -> Sequence[Hit]:
    found = [
        _hit(word, token, rule)
        for token in text.holding(family.stretches)
        if (rule := _rule(word, family, token, text))
    ]
    for first, second in family.apart:
        found += _apart(word, first, second, text)
    return _innermost(found)


def _rule(word: Word, family: Family, token: Token, text: Text) -> str | None:
    return _spelling(word, token, text) if token.word == family.form else _relation(family.keys, token, text)


def _relation(keys: frozenset[str], token: Token, text: Text) -> str | None:
    """Whether it is an inflected form or a compound of a word with these lemmas, if either."""
    family, capital = word_family(), text.raw[token.start].isupper()
    if token.kind != "word" or keys.isdisjoint(family.members(token.word, capital)):
        return None
    inflected = not keys.isdisjoint(family.lemmas(token.word, capital))
    return ("inflected" if inflected else COMPOUND) + _inside(token)


def _apart(word: Word, first: str, second: str, text: Text) -> Iterator[Hit]:
    """The word written as two: with one blank between, both plain."""
    for token in text.find(first):
        for after in text.by_place.get(token.after, ()):
            gap = text.raw[token.end : after.start]
            plain = fold(text[token]) == first and not token.joined
            if after.word == second and plain and len(gap) == 1 and gap.isspace():
                yield Hit(token.place, after.after, token.start, after.end, "written apart", word)


def _hit(leaf: Word | Wildcard, token: Token, rule: str) -> Hit:
    return Hit(token.place, token.after, token.start, token.end, rule, leaf)


def _spelling(word: Word, token: Token, text: Text) -> str:
    """What differs between a word as typed and as written."""
    written = text[token]
    if token.joined:
        return "hashtag" if token.within == "hashtag" else "hyphen"
    if written == word.text:
        rule = "same"
    elif written.casefold() == word.text.casefold():
        rule = "case"
    elif fold(written) != token.word and token.kind == "word":
        rule = "possessive"
    else:
        rule = "spelling"
    return rule + _inside(token)


def _inside(token: Token) -> str:
    return f", {token.within}" if token.within != "word" else ""


def _innermost(found: Sequence[Hit]) -> Sequence[Hit]:
    """In order, each stretch once, and none around another: `Bahn` rather than `Bahn-Streik`."""
    if len(found) < 2:  # nearly always
        return found
    kept: list[Hit] = []
    for hit in sorted(found, key=_end_first):
        if not kept or kept[-1].place < hit.place:
            kept.append(hit)
    return kept


def _chain(rows: Sequence[Sequence[Hit]], leaf: Query, rule: str) -> list[Hit]:
    """One hit of each row, each beginning where the one before ends."""
    chains = list(rows[0])
    for row in rows[1:]:
        following: dict[int, list[Hit]] = {}
        for hit in row:
            following.setdefault(hit.place, []).append(hit)
        chains = [
            chain._replace(after=hit.after, end=hit.end)
            for chain in chains
            for hit in following.get(chain.after, ())
        ]
    return [chain._replace(rule=rule, leaf=leaf) for chain in chains]


@lru_cache(maxsize=10_000)
def wildcard_pattern(wildcard: str) -> re.Pattern[str]:
    """The wildcard as a regular expression that never goes back, so that any word takes linear time."""
    runs = [re.escape(run).replace(r"\?", ".") for run in wildcard.split("*")]
    first, rest = runs[0], runs[1:]
    if not rest:
        return re.compile(first)
    inner = "".join(f"(?>.*?{run})" for run in rest[:-1] if run)
    last = f".*(?<={rest[-1]})" if rest[-1] else ".*"
    return re.compile(first + inner + last, re.DOTALL)


def fold_wildcard(wildcard: str) -> str:
    """Folded, with its wildcards."""
    return "".join(part if part in "*?" else fold(part) for part in re.split(r"([*?])", wildcard))


def _wildcard(wildcard: Wildcard, text: Text) -> Sequence[Hit]:
    folded = wildcard_pattern(fold_wildcard(wildcard.pattern))
    as_typed = wildcard_pattern(wildcard.pattern.lower())  # in which ä is one character: b?cker
    kind = {"#": "hashtag", "@": "handle"}.get(wildcard.pattern[0], "word")
    fixed = max(re.split(r"[*?]", fold_wildcard(wildcard.pattern)), key=len)
    return _innermost(
        [
            _hit(wildcard, token, "wildcard" + _inside(token))
            for token in text.holding((fixed,))
            if token.kind == kind
            and (folded.fullmatch(token.word) or as_typed.fullmatch(normalize("NFC", text[token]).lower()))
        ]
    )


def _exact(exact: Exact, text: Text) -> list[Hit]:
    """Exactly these characters, at the borders of tokens."""
    found: list[Hit] = []
    if exact.text not in text.raw:
        return found
    plain = [token for token in text.tokens if token.kind not in ("hashtag", "handle") and not token.joined]
    starts = [token.start for token in plain]
    start = text.raw.find(exact.text)
    while start >= 0:
        end = start + len(exact.text)
        inside = plain[max(0, bisect_right(starts, start) - 1) : bisect_left(starts, end)]
        inside = [token for token in inside if token.end > start]
        if inside and inside[0].start >= start and _ends(inside[-1], end, text):
            found.append(Hit(inside[0].place, inside[-1].after, start, end, "exact", exact))
        start = text.raw.find(exact.text, start + 1)
    return found


def _ends(token: Token, end: int, text: Text) -> bool:
    """Whether a token is over at `end`: what follows folds away, as a possessive ending does."""
    return token.end <= end or fold(text.raw[token.start : end]) == token.word


def _near(near: Near, text: Text) -> list[Hit]:
    left, right = (sorted(hits(side, text), key=_stretch) for side in (near.left, near.right))
    places = [hit.place for hit in right]
    ends = sorted((hit.after, number) for number, hit in enumerate(right))
    compounds = {_stretch(hit): hit for hit in right if hit.rule.startswith(COMPOUND)}
    found: list[Hit] = []
    for hit in left:
        other = compounds.get(_stretch(hit))
        if other and hit.rule.startswith(COMPOUND) and hit.leaf != other.leaf and not near.ordered:
            found.append(_pair(near, hit, other))  # parts of one word stand side by side: Stromausfall
        at = bisect_left(places, hit.after)
        if at < len(right) and right[at].place - hit.after <= near.distance:
            found.append(_pair(near, hit, right[at]))
        before = bisect_right(ends, (hit.place, len(right))) - 1
        if not near.ordered and before >= 0 and hit.place - ends[before][0] <= near.distance:
            found.append(_pair(near, right[ends[before][1]], hit))
    return found


def _end_first(hit: Hit) -> tuple[int, int]:
    return hit.after, -hit.place


def _stretch(hit: Hit) -> tuple[int, int]:
    return hit.place, hit.after


def _pair(near: Near, first: Hit, second: Hit) -> Hit:
    return Hit(first.place, second.after, first.start, second.end, "near", near, (first, second))
