"""Hypothesis strategies of records."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from streams.mention import Entity, Influence, Language, Match, Mention, Sentiment, Story, Target
from streams.post import Author, Engagement, Media, Place, Post, Rating, Venue

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
filled = texts.filter(str.strip)
counts = st.none() | st.integers(0, 10**9)
times = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
shares = st.floats(0, 1, allow_nan=False)
authors = st.builds(
    Author, id=filled, name=st.none() | texts, followers=counts, verified=st.none() | st.booleans()
)
posts = st.builds(
    Post,
    id=filled,
    source=filled,
    created_at=times,
    text=filled,
    kind=st.sampled_from(["post", "comment", "review", "article", "message"]),
    mode=st.sampled_from(["live", "backfill"]),
    edited_at=st.none() | times,
    observed_at=st.none() | times,
    title=st.none() | texts,
    author=st.none() | authors,
    venue=st.none()
    | st.builds(Venue, id=filled, kind=st.sampled_from([None, "forum", "news"]), reach=counts),
    engagement=st.none() | st.builds(Engagement, likes=counts, views=counts),
    rating=st.none() | st.builds(Rating, value=st.floats(0, 5)),
    place=st.none() | st.builds(Place, name=texts, lat=st.floats(-90, 90), lon=st.floats(-180, 180)),
    media=st.lists(st.builds(Media, url=texts), max_size=3).map(tuple),
)
spans = st.tuples(st.integers(0, 100), st.integers(0, 100))
tones = st.sampled_from(["negative", "neutral", "positive", "unsure"])


@st.composite
def mentions(draw: st.DrawFn) -> Mention:
    """A mention with any of its parts."""
    mention = Mention.of(draw(posts))
    parts = {
        "matches": st.lists(
            st.builds(Match, subscription=filled, spans=st.lists(spans, max_size=3).map(tuple))
        ).map(tuple),
        "language": st.builds(Language, code=st.sampled_from(["de", "en", "und"]), score=shares),
        "story": st.builds(
            Story, key=filled, signature=st.lists(st.integers(0, 2**32 - 1), max_size=8).map(tuple)
        ),
        "entities": st.lists(
            st.builds(
                Entity,
                text=filled,
                label=st.sampled_from(["PER", "ORG"]),
                start=st.just(0),
                end=st.just(1),
                name=texts,
            ),
            max_size=3,
        ).map(tuple),
        "sentiment": st.builds(
            Sentiment,
            label=tones,
            score=st.floats(-1, 1),
            targets=st.lists(
                st.builds(Target, subscription=filled, label=tones, score=shares), max_size=2
            ).map(tuple),
        ),
        "influence": st.builds(
            Influence, score=st.floats(0, 100), parts=st.dictionaries(filled, shares, max_size=3)
        ),
        "else": st.just({"words": 3}),
    }
    for name in draw(st.lists(st.sampled_from(sorted(parts)), unique=True)):
        mention = mention.adding(f"{name}-maker", "1", {name: draw(parts[name])})
    return mention
