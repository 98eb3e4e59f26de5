"""The hits of a mention: for each subscription it matches, what `watch` counts and an alert may show."""

from collections.abc import Collection

from streams.agents.terms import beside, terms_of
from streams.hit import Hit
from streams.mention import Mention

MAX_QUOTE = 200
CUT = "…"


def hits_of(mention: Mention, no_quotes_from: Collection[str] = ()) -> list[Hit]:
    """One hit a match; no words of the post are passed on from the sources named, whose terms forbid it."""
    author, venue, sentiment = mention.author, mention.venue, mention.sentiment
    toward = {target.subscription: target.label for target in sentiment.targets} if sentiment else {}
    terms = terms_of(mention)
    quotable = mention.source not in no_quotes_from
    return [
        Hit(
            subscription=match.subscription,
            post=mention.id,
            created_at=mention.created_at,
            source=mention.source,
            observed_at=mention.observed_at,
            mode=mention.mode,
            author=author.id if author else None,
            author_name=(author.name or author.handle) if author else None,
            venue=venue.id if venue else None,
            venue_name=venue.name if venue else None,
            venue_kind=venue.kind if venue else None,
            terms=beside(match, mention, terms),
            quote=quote_of(mention.text, match.spans[0] if match.spans else (0, 0)) if quotable else None,
            story=mention.story.key if mention.story else None,
            tone=toward.get(match.subscription, sentiment.label if sentiment else None),
            influence=mention.influence.score if mention.influence else None,
            followers=author.followers if author else None,
            url=mention.url,
            ingestor=mention.ingestor,
        )
        for match in mention.matches
    ]


def quote_of(text: str, span: tuple[int, int]) -> str | None:
    """At most `MAX_QUOTE` characters around the span (code points), on one line, cut between words; None if empty."""
    room = MAX_QUOTE - 2 * len(CUT)
    middle = (span[0] + span[1]) // 2
    first = max(0, min(middle - room // 2, len(text) - room))
    last = min(first + room, len(text))
    before, after = first > 0, last < len(text)
    if before and not text[first - 1].isspace():
        first = next((at + 1 for at in range(first, min(span[0], last)) if text[at].isspace()), first)
    if after and not text[last].isspace():
        last = next((at for at in range(last - 1, max(span[1] - 1, first), -1) if text[at].isspace()), last)
    words = " ".join(text[first:last].split())
    return f"{CUT if before else ''}{words}{CUT if after else ''}" if words else None
