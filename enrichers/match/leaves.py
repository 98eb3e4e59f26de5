"""Words, phrases and values of a query: from their spelling to the tree, strictly."""

import difflib
import re
from itertools import pairwise

from enrichers.match import fields
from enrichers.match.problem import Problem
from enrichers.match.syntax import (
    Compare,
    Exact,
    Field,
    Flag,
    Leaf,
    Operator,
    Query,
    Wildcard,
    Word,
    phrase_of,
)
from enrichers.match.tokens import EMOJI, TOKEN, WORDS_ONLY, tokens
from streams.folding import DASHES, fold

MIN_FIXED = 3
"""So many characters of a wildcard must be given."""

_NUMBER = re.compile(r"(<=|>=|=<|=>|<|>|=)?(\d+(?:[.,]\d+)?)([smhdw])?")
_INNER = re.compile(rf"[./_'&+{DASHES}]*")
_EMOJI = re.compile(EMOJI)
_FOREIGN = (
    (re.compile(r"O?NEAR/\d+.*|near/\d+f?|ONEAR.*"), lambda w: f"NEAR/{_digits(w)}{'f' * w.startswith('O')}"),
    (re.compile(r"(?:NEAR|near)(?:[/:]?.{0,2})?|~"), lambda _: "NEAR/5"),
    (re.compile(r"[/~](\d+)"), lambda w: f"NEAR/{_digits(w)}"),
    (re.compile(r"&&?|\+|AND/.*"), lambda _: "AND"),
    (re.compile(r"\|\|?"), lambda _: "OR"),
    (re.compile(r"!|<>|ANDNOT"), lambda _: "NOT"),
    (re.compile(r"[!].+"), lambda w: f"NOT {w[1:]}"),
    (re.compile(r"[+].+"), lambda w: w[1:]),
    (re.compile(r".+\^[\d.]*"), lambda w: w.partition("^")[0]),
    (re.compile(r"[^~]+~\d+"), lambda w: w.partition("~")[0] + "~"),
)
"""Operators of other products, and how they are written here."""


def _digits(word: str) -> str:
    return "".join(re.findall(r"\d+", word)[:1]) or "5"


def word(written: str, at: int) -> Word | Wildcard:
    """A single term. Raises Problem."""
    if not _EMOJI.fullmatch(written):
        for pattern, instead in _FOREIGN:
            if pattern.fullmatch(written):
                raise Problem(at, f"{written} means nothing here", len(written), instead(written))
    if ("*" in written or "?" in written) and not _EMOJI.search(written):
        return _wildcard(written, at)
    bare = written.rstrip("~")
    family = written.endswith("~")
    if written.count("~") > family or not bare:
        raise Problem(at, "one ~ stands at the end of a word", len(written), bare.replace("~", "") + "~")
    kind = _kind(bare, at, len(written))
    if family and kind != "word":
        raise Problem(at, f"~ follows a word, not a {kind}", len(written), bare)
    return Word(bare, family)


def _kind(bare: str, at: int, size: int) -> str | None:
    """What kind of token a term is. Raises Problem where something of it is in no token."""
    found = list(TOKEN.finditer(bare))
    if not found:
        raise Problem(at, "expected a word, a phrase or a parenthesis", size, "")
    gaps = [bare[first.end() : second.start()] for first, second in pairwise(found)]
    start, end = found[0].start(), found[-1].end()
    if start or end < len(bare) or not all(_INNER.fullmatch(gap) for gap in gaps):
        clean = " ".join(each[0] for each in found)
        raise Problem(at, "expected a letter or digit", size, clean, at + (0 if start else end))
    kind = found[0].lastgroup
    if kind == "url":
        instead = f'url:"{bare}"' if "://" in bare else bare.removeprefix("www.")
        raise Problem(at, "links are seen by url: and site: only", size, instead)
    return kind


def _wildcard(written: str, at: int) -> Wildcard:
    size = len(written)
    fixed = [c for c in written if c not in "*?"]
    if "~" in written:
        raise Problem(at, "a word takes ~ or wildcards, not both", size, written.replace("~", ""))
    if any(c in DASHES + "./" for c in fixed):
        parts = " ".join(p for p in re.split(rf"[./{DASHES}]+", written) if p.strip("*?"))
        raise Problem(at, "a wildcard stands inside one word", size, f'"{parts}"')
    if sum(c.isalnum() for c in fixed) < MIN_FIXED:
        stem = "".join(fixed)
        reason = f"a wildcard needs at least {MIN_FIXED} fixed letters or digits"
        raise Problem(at, reason, size, f"{stem}~" if stem.isalnum() else None)
    if not all(
        c.isalnum() or c in "'&+_" or (c in "#@" and n == 0) for n, c in enumerate(written) if c not in "*?"
    ):
        raise Problem(at, "a wildcard holds letters, digits, * and ?", size, None)
    return Wildcard(re.sub(r"\*+", "*", written))


def phrase(written: str, at: int) -> Leaf:
    """Words in quotation marks; punctuation between them says nothing. Raises Problem."""
    body, mark, distance = written[1:].rpartition(written[-1] if not written.rpartition("~")[1] else '"')
    if mark and distance:
        raise Problem(at, "a distance is written with NEAR", len(written), _as_near(body, _digits(distance)))
    parts: list[Word | Wildcard] = []
    for found in re.finditer(r"\S+", written[1:].rstrip('"“”')):
        parts += _quoted(found[0], at + 1 + found.start())
    if not parts:
        raise Problem(at, "a phrase needs a word", len(written), "")
    return phrase_of(parts)


def _as_near(body: str, distance: str) -> str:
    return f" NEAR/{distance} ".join(re.findall(r"[\w'&+]+", body))


def _quoted(piece: str, at: int) -> list[Word | Wildcard]:
    """The terms in a piece of a phrase: nothing is an operator, and punctuation only separates."""
    if "*" in piece or "?" in piece[:-1]:
        bare = piece.strip(".,;:!()'")
        return [_wildcard(bare, at)] if bare.strip("*?") else []
    bare = piece.rstrip("~?!.,;:")
    pattern = WORDS_ONLY if "://" in bare or bare.startswith("www.") else TOKEN
    words = [Word(found[0]) for found in pattern.finditer(bare)]
    if words and piece.endswith("~") and words[-1].text[0] not in "#@":
        words[-1] = Word(words[-1].text, True)
    return list(words)


def exact(written: str, at: int) -> Exact:
    """Characters in braces. Raises Problem."""
    inside = written[1:-1].strip()
    if not TOKEN.search(inside):
        raise Problem(at, "braces need a word", len(written), "")
    return Exact(inside)


def field_value(name: str, written: str, at: int) -> Query:
    """`name:written`, where the value is no group. Raises Problem."""
    if name in fields.NUMBERS:
        return _comparison(name, written, at)
    if name in fields.FLAGS:
        value = written.lower()
        if value not in fields.FLAGS[name]:
            known = ", ".join(fields.FLAGS[name])
            near = difflib.get_close_matches(value, fields.FLAGS[name], 1, 0.0)
            raise Problem(at, f"{name}: takes one of {known}", len(written), near[0] if near else None)
        return Flag("is" if name == "is" else "has", value)
    if name == "url" and written[0] not in '"{„“”' and not written.endswith("~") and "*" not in written:
        address = re.sub(r"^\w+://", "", written)
        words = [Word(address[token.start : token.end]) for token in tokens(address, WORDS_ONLY)]
        if not words:
            raise Problem(at, "url: needs a word", len(written), None)
        return Field(name, phrase_of(words))
    if name in fields.VALUES and written[0] not in '"{„“”':
        return Field(name, Word(written))
    return Field(name, leaf(written, at))


def leaf(written: str, at: int) -> Leaf:
    """A word, phrase or exact term. Raises Problem."""
    if written[0] == "{":
        return exact(written, at)
    if written[0] in '"„“”':
        return phrase(written, at)
    return word(written, at)


def _comparison(name: str, written: str, at: int) -> Compare:
    found = _NUMBER.fullmatch(written)
    unit = found[3] or "" if found else ""
    if found is None or bool(unit) != (name == "age"):
        example = "<7d" if name == "age" else ">=10"
        raise Problem(at, f"{name}: takes a number, as in {name}:{example}", len(written), example)
    operator = {"=<": "<=", "=>": ">=", "": "="}.get(found[1] or "", found[1])
    operators: dict[str, Operator] = {"<": "<", "<=": "<=", "=": "=", ">=": ">=", ">": ">"}
    return Compare(name, operators[operator], float(found[2].replace(",", ".")), unit)


def check_values(name: str, part: Query, at: int) -> None:
    """Refuse what a field of names cannot hold. Raises Problem."""
    if not isinstance(part, Word) or part.family:
        raise Problem(at, f"{name}: takes a name", 0, None)
    value = fold(part.text)
    if not re.fullmatch(r"[\w.:/+-]+", value):
        raise Problem(at, f"{name}: takes a name", len(part.text), re.sub(r"[^\w.-]", "", value) or None)
    if name == "kind" and value not in fields.KINDS:
        near = difflib.get_close_matches(value, fields.KINDS, 1, 0.0)[0]
        raise Problem(at, f"kind: takes one of {', '.join(fields.KINDS)}", len(part.text), near)
    if name == "lang" and not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", value):
        raise Problem(at, "lang: takes a language code", len(part.text), "de")
    if name == "site" and ("/" in value or "." not in value):
        instead = value.split("/")[0] if "." in value else f"{value}.de"
        raise Problem(at, "site: takes a host, as in site:bahn.de", len(part.text), instead)
