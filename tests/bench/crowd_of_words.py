"""Invented posts and subscriptions: as many of everything as in real ones, and no text of anybody.

Words are drawn as often as they occur in German. Marks are as in German posts of social networks (a handle in two of
five posts, a hashtag and a link in one of three, umlauts in most, a hyphen in one of seven). Seven in nine
subscriptions are for a brand, with and without topics, two for what a trade sells; one brand in fifty is an everyday
word. One post in thirty names a brand.
"""

import math
import random
import re
from datetime import UTC, datetime
from itertools import accumulate

from enrichers.match.word_family import word_family
from streams.mention import Mention
from streams.post import Author, Venue

TOPICS = re.findall(
    r"\w+",
    "Rückruf Streik Kündigung Skandal Beschwerde Preis Warnung Boykott Ausfall Störung Verspätung Qualität Kritik "
    "Filiale Kunde Klage Urteil Unfall Brand Insolvenz Entlassung Datenleck Gebühr Rechnung Lieferung",
)
SYLLABLES = re.findall(
    r"\w+", "ba ko ri ve lun ta mex dor si ne fa ro gal pi tek wo zen ku hal mi so ran le bru xo"
)
UMLAUT = re.compile(r"(?<![aeqtu])([aou])e")
ENDINGS = ("", "", "", ".", "!", "?", " 😡", " …", ", „so geht’s nicht“", " – oder?", " 👍👍")
QUERIES = (
    "{brand}~ OR #{brand} OR @{brand}",
    "{brand} OR #{brand} OR author:{brand} OR site:{host}.de",
    '"{brand} AG" OR ({brand} AND ({a}~ OR {b}~ OR {c}~))',
    "{brand}~ NEAR/5 ({a}~ OR {b}~) NOT (Job~ OR Stelle~)",
    "(@{brand} OR {{{brand}}} OR {brand}*) AND ({a}~ OR {b}~) NOT is:repost",
    '"{brand} {product}~" OR {brand}-{product}~',
    "(title:{brand} OR text:{brand}~) AND ({a}~ OR {b}~ OR 😡)",
    "{product}~ AND {a}~ AND {b}~ AND lang:de",
    "{product}~ NEAR/8 ({a}~ OR {b}~ OR kaputt OR defekt~)",
)


class Crowd:
    """Everything drawn from one generator of chance, so that each run sees the same."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        family = word_family()
        entries = {word: family.entry(word) for word in sorted(family._forms)}
        self.words = list(entries)
        self.sums = list(accumulate(math.exp(max(e.capital, e.lower)) for e in entries.values()))
        self.products = [
            word
            for word, e in entries.items()
            if e.nouns == (word,) and -14 < e.capital < -12 and e.lower < e.capital - 2 and 5 < len(word) < 10
        ]
        self.brands: list[str] = []

    def query(self) -> str:
        chance = self.chance
        a, b, c = chance.sample(TOPICS, 3)
        product = self._spelled(chance.choice(self.products)).capitalize()
        brand = product if chance.random() < 0.02 else self._syllables().capitalize()
        self.brands.append(brand)
        host = re.sub(r"\W", "", brand.lower())
        return chance.choice(QUERIES).format(brand=brand, product=product, host=host, a=a, b=b, c=c)

    def post(self, number: int) -> Mention:
        chance = self.chance
        text = self._text() + chance.choice(ENDINGS)
        if chance.random() < 0.33:
            text += " " + " ".join(f"#{self._name()}" for _ in range(chance.randint(1, 3)))
        if chance.random() < 0.33:
            text += f" https://example.org/{chance.randrange(10**9):x}"
        if chance.random() < 0.4:
            text = f"@{self._name()} {text}"
        return Mention(
            id=f"bench:{number}",
            source="bench",
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            text=text,
            url=f"https://example.org/@somebody/{number}",
            author=Author(id=f"bench:{number}", name=self._name(), handle=f"{self._name()}{number}"),
            venue=Venue(id="bench", kind="network"),
        )

    def _text(self) -> str:
        chance = self.chance
        drawn = chance.choices(self.words, cum_weights=self.sums, k=chance.randint(8, 35))
        words = [self._spelled(word) for word in drawn]
        if chance.random() < 0.15:
            words[0] = f"{words[0]}-{words[1]}"
        if chance.random() < 1 / 30:
            words[1] = chance.choice(self.brands)
        return " ".join(words)

    def _name(self) -> str:
        chance = self.chance
        word = chance.choices(self.words, cum_weights=self.sums)[0].capitalize()
        return word + chance.choice(
            ("", "", chance.choice(self.words).capitalize(), str(chance.randrange(99)))
        )

    def _spelled(self, word: str) -> str:
        word = UMLAUT.sub(lambda found: "äöü"["aou".index(found[1])], word)
        return word.capitalize() if self.chance.random() < 0.35 else word

    def _syllables(self) -> str:
        return "".join(self.chance.choices(SYLLABLES, k=self.chance.randint(3, 4)))
