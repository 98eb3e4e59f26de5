"""The words that say what a post is about, for `Hit.terms`: names, hashtags, long words; folded as queries are.

No model and no dictionary: what is said all the time is found out by whoever counts (`streams/alerting/terms.py`). The
stop words are a short list of our own: German and English function words of at least `LEAST_LETTERS` letters.
"""

import re

from streams.folding import fold, fold_word
from streams.mention import Match, Mention

MOST_TERMS = 12
LEAST_LETTERS = 6
LONGEST = 40
"""Letters of a folded term; what is longer is hardly a word."""

READ_CHARS = 500
"""What a post is about is said by then, and reading on costs."""

_PIECE = re.compile(
    r"(?:https?://|www\.|@)\S+"  # addresses and handles, which are skipped
    rf"|(?<!\w)#\w{{2,}}+|(?<!\w)[^\W\d_][\w'’-]{{{LEAST_LETTERS - 1},}}+(?!@)"
)
_SKIPPED = ("@", "http:", "https:", "www.")

STOP_WORDS = """
allein allerdings andere anderem anderen anderer anderes ansonsten ausserdem bereits besonders bisher
dadurch dagegen damals danach daneben darauf daraus darunter darüber dasselbe demnach dennoch derselbe
derzeit deshalb deswegen dieselbe diesem diesen dieser dieses durchaus eigentlich einfach einige einigen
einiger einiges einmal endlich entweder erneut erstmal etliche freilich früher ganzen ganzer gegenüber
gehabt gemacht genauso generell gerade gestern gewesen gewissermaßen gleich hatten heraus herein herunter
heutige hierbei hiermit hingegen hinter hätten häufig immerhin indessen innerhalb insbesondere insgesamt
inzwischen irgendwann irgendwas irgendwie irgendwo jedenfalls jederzeit jedoch jemals jemand jemandem
jemanden jetzigen jeweils keinem keinen keiner keinerlei keines konnte konnten können könnte könnten künftig
lassen letzte letzten letztlich machen manche manchem manchen mancher manchmal mehrere mehreren meinem
meinen meiner meines meisten mindestens momentan morgen mussten möchte möchten möglich müssen müsste müssten
nachdem nachher natürlich nichts niemals niemand nirgends obwohl offenbar oftmals plötzlich schließlich
seinem seinen seiner seines seitdem selber selbst sicher sicherlich sofern sogenannte solange solche solchem
solchen solcher sollen sollte sollten sondern sonstige sowieso sowohl später sämtliche tatsächlich teilweise
trotzdem unbedingt ungefähr unsere unserem unseren unserer unseres vieles vielleicht vorher vorhin völlig
weiter weitere weiteren weiterer weiteres weiterhin welche welchem welchen welcher welches wenigen weniger
wenigstens werden wieder wirklich wollen wollte wollten worden wurden während würden ziemlich zumindest
zunächst zurück zusammen zwischen überall überhaupt übrigens
actually another anybody anyone anything around because become becomes before behind believe besides better
between beyond cannot certain clearly coming despite during either enough entire everybody everyone
everything except finally follow forward further getting having herself himself however indeed instead
itself little making myself nearly neither nobody nothing nowhere others ourselves perhaps please possible
probably rather really regarding saying seemed several should simply somebody someone something sometimes
somewhere themselves therefore though through throughout together towards trying unless usually various
whatever whenever whether whoever within without yourself
"""
_FOLDED_STOP_WORDS = frozenset(fold(word) for word in STOP_WORDS.split())


def terms_of(mention: Mention) -> tuple[str, ...]:
    """At most twelve terms: names first, then hashtags, then long words, capitalised ones (German nouns) first."""
    text = f"{mention.title}\n{mention.text}" if mention.title else mention.text
    if len(text) > READ_CHARS:
        text = text[:READ_CHARS].rpartition(" ")[0]
    tags: list[str] = []
    nouns: list[str] = []
    others: list[str] = []
    for piece in _PIECE.findall(text):
        if piece[0] == "#":
            tags.append(piece)
        elif not piece.startswith(_SKIPPED):
            (nouns if piece[0].isupper() else others).append(piece)
    terms: dict[str, None] = {}
    for piece in (*(entity.name for entity in mention.entities), *tags, *nouns, *others):
        term = fold_word(piece).rstrip("'-")
        if 0 < len(term) <= LONGEST and term not in _FOLDED_STOP_WORDS:
            terms[term] = None
            if len(terms) == MOST_TERMS:
                break
    return tuple(terms)


def beside(match: Match, mention: Mention, terms: tuple[str, ...]) -> tuple[str, ...]:
    """The terms without those a subscription asked for: that it is spoken of is no news."""
    asked = {fold(mention.text[start:end]) for start, end in match.spans}
    asked.update(word for phrase in tuple(asked) for word in phrase.split())
    return tuple(term for term in terms if term.removeprefix("#") not in asked)
