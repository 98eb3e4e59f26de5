"""Which names a subscription tells us: its own, and the terms of its query that stand for it."""

from collections.abc import Iterator

from enrichers.known_names import Known, spelled
from enrichers.match.query import parse
from enrichers.match.syntax import Exact, Leaf, Not, Or, Phrase, Query, Word, children
from enrichers.names import LABELS
from streams.folding import fold
from streams.mention import Label
from streams.subscription import Subscription

LABEL = "entity"
NONE = "none"


def names_of(subscription: Subscription) -> list[Known]:
    """The names to be found for a subscription; none if its label `entity` is `none`. Raises UsageError.

    - its `name`;
    - words, phrases and hashtags without `~` or wildcard that match by themselves: alternatives of `OR`, nothing that
      stands with `AND`, `NEAR`, `NOT` or in a field, since `bahn AND streik` makes no name of a strike;
    - handles, wherever they are not excluded: they stand for the subscription's name.

    The label is the subscription's label `entity` (PER, ORG, LOC, PROD, MISC), else ORG.
    """
    wanted = subscription.labels.get(LABEL, "ORG")
    if wanted.lower() == NONE:
        return []
    label: Label = next((known for known in LABELS if known == wanted.upper()), "ORG")
    query = parse(subscription.query)
    own = _spoken(subscription.name)
    told = [Known(subscription.name, label, spelled(subscription.name))]
    told += [
        Known(written, label, _forms(leaf))
        for leaf in _alternatives(query)
        if _spoken(written := _written(leaf)) != own
    ]
    handles = tuple(leaf for leaf in _wanted(query) if _is_handle(leaf))
    told += [Known(subscription.name or leaf.text.lstrip("@"), label, (leaf,)) for leaf in handles]
    return [known for known in told if known.forms]


def _spoken(name: str) -> str:
    """What two spellings of a name have in common."""
    return fold(name).replace("-", "").replace(" ", "")


def _alternatives(query: Query) -> Iterator[Leaf]:
    match query:
        case Or(parts):
            for part in parts:
                yield from _alternatives(part)
        case Word(text, family) if not family and not _is_handle(query) and any(map(str.isalnum, text)):
            yield query
        case Phrase(parts) if all(isinstance(part, Word) and not part.family for part in parts):
            yield query
        case Exact():
            yield query


def _wanted(query: Query) -> Iterator[Word]:
    if isinstance(query, Word):
        yield query
    elif not isinstance(query, Not):
        for part in children(query):
            yield from _wanted(part)


def _is_handle(leaf: Word) -> bool:
    return leaf.text[0] == "@"


def _written(leaf: Leaf) -> str:
    match leaf:
        case Phrase(parts):
            return " ".join(part.text for part in parts if isinstance(part, Word))
        case Word(text) | Exact(text):
            return text.lstrip("#")
    return ""


def _forms(leaf: Leaf) -> tuple[Leaf, ...]:
    plain = isinstance(leaf, Phrase | Word) and not _written(leaf).startswith(("#", "@"))
    inflected = (
        spelled(_written(leaf)) if plain and not (isinstance(leaf, Word) and leaf.text[0] == "#") else ()
    )
    return tuple(dict.fromkeys((leaf, *inflected)))
