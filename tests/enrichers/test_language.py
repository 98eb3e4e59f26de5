"""Language: evidence is weighed as documented."""

import pytest

from enrichers.language import LanguageGuess
from enrichers.text import prose, readable
from streams.errors import ConfigError
from streams.testing.enricher_checks import mention


async def guess(text, config=None, **post):
    enricher = LanguageGuess(config or LanguageGuess.Config())
    await enricher.open()
    return enricher.enrich([mention(text, **post)])[0]["language"]


def test_addresses_are_not_language():
    assert (
        prose("RT @db_bahn: #Bahn &amp; <b>Zug</b> https://x.org/y a@b.de @c@d.social www.e.de")
        == "Bahn & Zug"
    )
    assert readable("&#xD800;a\x00b") == "�a b"


async def test_a_handle_or_link_in_another_language_changes_nothing():
    bare = await guess("The weather is lovely in London today")
    assert (
        await guess("The weather is lovely in London today @deutschebahn https://zug.de/verspaetung") == bare
    )


@pytest.mark.parametrize(
    "text", ["", "!!!", "12:30", "😀 😀", "@db_bahn", "https://example.org/der-zug", "日本語"]
)
async def test_a_post_without_language_is_undetermined(text):
    assert (await guess(text)).code == "und"
    assert (await guess(text, language_hint="de")).code == "und"


async def test_the_home_language_wins_where_the_words_do_not_decide():
    assert (await guess("Super!", LanguageGuess.Config(home="de"))).code == "de"
    assert (await guess("Super!", LanguageGuess.Config(home="fr"))).code == "fr"


async def test_the_home_language_does_not_turn_clear_words():
    assert (await guess("thank you", LanguageGuess.Config(home="de"))).code == "en"


async def test_a_hint_decides_close_calls_only():
    assert (await guess("super service", language_hint="en-GB")).code == "en"
    assert (await guess("Der Zug ist heute pünktlich.", language_hint="en")).code == "de"


async def test_only_configured_languages_are_answered():
    config = LanguageGuess.Config(languages=("de", "en"), home="")
    assert (await guess("Le train ne vient pas aujourd'hui", config)).code in {"de", "en", "und"}


async def test_a_single_language_is_possible():
    assert (await guess("Danke", LanguageGuess.Config(languages=("de",)))).code == "de"


async def test_the_score_is_a_probability():
    assert 0.99 < (await guess("Der Zug fährt heute leider nicht mehr nach Köln.")).score <= 1
    assert (await guess("ok")).score < 0.9


async def test_the_title_counts_too():
    assert (await guess("+++", title="Die Gewerkschaft ruft zum Streik auf")).code == "de"


@pytest.mark.parametrize("languages", [("de", "xx"), ()])
async def test_unknown_languages_are_refused_with_a_list(languages):
    with pytest.raises(ConfigError, match="languages"):
        await LanguageGuess(LanguageGuess.Config(languages=languages)).open()
