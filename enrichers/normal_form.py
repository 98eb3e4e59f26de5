"""The normal form of a name: what `Telekoms`, `TELEKOM`, `#telekom` and `Telekom AG` have in common."""

import re

from enrichers.models.lexicon import Lexicon
from streams.mention import Label

GENITIVE_ODDS = 2.0
"""`Berlins` is of Berlin, as that is so much commoner (natural logarithm); `Siemens` and `Paris` are whole."""
_LEGAL = re.compile(
    r"[\s,]+(?:&\s*co\.?\s*)?(?:g?gmbh|ag|se|kgaa|kg|ohg|gbr|ug|e\.?\s?v\.?|eg|mbh|inc\.?|ltd\.?|llc|corp\.?|co\.?"
    r"|plc|s\.?a\.?|n\.?v\.?|b\.?v\.?|s\.?p\.?a\.?|ab|oyj?)(?:\s*&\s*co\.?\s*(?:kgaa|kg|ohg)?)?\.?$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=[sxzß])['’])$")
_EDGES = "\"'’„“”‚‘»«›‹.,;:!?()[]…"


def normal_form(written: str, label: Label, mode: str, lexicon: Lexicon | None = None) -> str:
    """A name without sign, quotation marks, legal form and genitive, in the usual case.

    `mode` says how far the text's upper case can be trusted (C, L or U; `features.mode_of`). Without a `lexicon`, case
    and a genitive without apostrophe are left.
    """
    words = [word.lstrip("#@") for word in written.split()]
    name = _POSSESSIVE.sub("", " ".join(filter(None, words)).strip(_EDGES))
    if label in ("ORG", "MISC"):
        name = _without_legal_form(name)
    if lexicon is None:
        return name or written
    if mode != "C" or name.islower():
        name = " ".join(_cased(word, lexicon) for word in name.split())
    return _nominative(name, label, lexicon) or written


def _without_legal_form(name: str) -> str:
    while (shorter := _LEGAL.sub("", name)) != name and any(map(str.isalnum, shorter)):
        name = shorter
    return name


def _cased(word: str, lexicon: Lexicon) -> str:
    """As the word is usually written; unknown ones with a capital, as names are."""
    return "-".join(
        lexicon.truecased(part) if lexicon.knows(part) else part[:1].upper() + part[1:].lower()
        for part in word.split("-")
    )


def _nominative(name: str, label: Label, lexicon: Lexicon) -> str:
    """Without the s of a genitive, where it is one. Of persons only a lone name: `Jürgen Peters` is whole."""
    *before, last = name.split() or [""]
    lone = not before or label != "PER"
    if label == "PROD" or not lone or len(last) < 5 or not last.endswith("s") or last.isupper():
        return name
    return name[:-1] if lexicon.log_odds(last[:-1], last) > GENITIVE_ODDS else name
