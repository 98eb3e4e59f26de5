"""How a mention becomes a tantivy document, and text becomes words."""

import re
import unicodedata

import tantivy

from streams.codec import encode
from streams.mention import Mention
from streams.search import FACETS, Facet, Position

MIN_MS = -62_135_596_800_000
"""The year 1, so that no order begins with a minus."""

ANALYZER = "words_de"
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "’": "'", "ʼ": "'", "\u00ad": None, "\u200b": None})
_UE = re.compile(r"ue(?<![aeiouqyäöü]ue)")  # begins with a literal, which is searched many times faster


def schema() -> tantivy.Schema:
    """`body` holds the JSON; everything else is there to find, order and count it."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("order", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("author", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name=ANALYZER)
    for facet in FACETS:
        builder.add_text_field(facet, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("created", indexed=True, fast=True)
    builder.add_bytes_field("body", stored=True)
    return builder.build()


def analyzer() -> tantivy.TextAnalyzer:
    """Folded text to stems, by tantivy's own German snowball stemmer; emoji are words."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(r"\w+|\p{Extended_Pictographic}"))
    builder = builder.filter(tantivy.Filter.stemmer("german")).filter(tantivy.Filter.ascii_fold())
    return builder.build()


def fold(text: str) -> str:
    """Case, umlauts and their written-out forms away: Müller = Mueller = MÜLLER, Straße = Strasse.

    The rules of Lucene's `german_normalization` (after Snowball's German2), as on Elasticsearch: `ae` and `oe`
    are umlauts, `ue` is one unless a vowel or q stands before it (neue, Quelle).
    """
    lower = unicodedata.normalize("NFKC", text).casefold()
    return _UE.sub("u", lower.replace("ae", "a").replace("oe", "o")).translate(_UMLAUTS)


def document(mention: Mention, body: bytes | None = None) -> tantivy.Document:
    """A mention as it is written."""
    position = Position.of(mention)
    made = tantivy.Document(
        id=mention.id, order=order_of(position), created=position.created_ms, body=body or encode(mention)
    )
    for text in (mention.title, mention.text):
        if text:
            made.add_text("words", fold(text))
    if mention.author:
        made.add_text("author", mention.author.id)
    for facet in FACETS:
        for value in values_of(mention, facet):
            made.add_text(facet, value)
    return made


def order_of(position: Position) -> str:
    """A text that sorts like the position."""
    return f"{position.created_ms - MIN_MS:015d}{position.id}"


def values_of(mention: Mention, facet: Facet) -> tuple[str, ...]:
    """The values of a facet, each once."""
    match facet:
        case "source":
            return (mention.source,)
        case "language":
            return (mention.language.code,) if mention.language else ()
        case "sentiment":
            return (mention.sentiment.label,) if mention.sentiment else ()
        case "subscription":
            return tuple(dict.fromkeys(match.subscription for match in mention.matches))
