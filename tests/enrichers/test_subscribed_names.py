"""Which names a subscription tells, and that the enricher finds them."""

import pytest

from enrichers.entities import Entities
from enrichers.subscribed_names import names_of
from streams.errors import UsageError
from streams.subscription import Subscription
from streams.testing.enricher_checks import mention


def told(query, name="", **labels):
    return {
        (one.name, one.label) for one in names_of(Subscription(id="s", query=query, name=name, labels=labels))
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("Acme", {"Acme"}),
        ('Acme OR "Acme Werke" OR #AcmeWerke', {"Acme", "Acme Werke", "AcmeWerke"}),
        ("(Acme OR {ACM}) OR Beta", {"Acme", "ACM", "Beta"}),
        ("acme~ OR Acm*", set()),
        ("Acme AND Streik", set()),
        ("Acme NEAR/5 Streik OR Beta", {"Beta"}),
        ("Acme NOT Beta", set()),
        ("title:Acme OR Beta", {"Beta"}),
        ("😡 OR Beta", {"Beta"}),
        ("@acme_de OR (Streik AND @acme)", {"acme_de", "acme"}),
        ("Beta NOT @acme", set()),
    ],
)
def test_what_matches_by_itself_is_a_name(query, names):
    assert {name for name, _ in told(query)} == names


def test_the_name_of_a_subscription_stands_for_its_handles():
    assert told("bahn~ OR @db_bahn", "Deutsche Bahn") == {("Deutsche Bahn", "ORG")}


def test_a_term_that_spells_the_name_is_that_name():
    assert told("mueller-milch OR lactello", "Müller Milch") == {("Müller Milch", "ORG"), ("lactello", "ORG")}


@pytest.mark.parametrize(("label", "ours"), [("PROD", "PROD"), ("per", "PER"), ("brand", "ORG")])
def test_the_label_comes_from_the_subscription(label, ours):
    assert told("Acme", entity=label) == {("Acme", ours)}


def test_a_topic_may_say_that_it_is_no_name():
    assert told("Streik OR Ausstand", "Streiks", entity="none") == set()


def test_a_bad_query_is_refused():
    with pytest.raises(UsageError):
        told("(Acme")


async def opened():
    enricher = Entities(Entities.Config(taggers=()))
    await enricher.open()
    return enricher


def entities(enricher, text):
    return [(e.text, e.label, e.name) for e in enricher.enrich([mention(text)])[0]["entities"]]


async def test_names_come_and_go_with_their_subscription():
    enricher = await opened()
    text = "Müllermilch von @lactello_de"
    assert entities(enricher, text) == []
    enricher.subscribe(
        Subscription(id="m", name="Müller-Milch", query="milch~ OR @lactello_de", labels={"entity": "PROD"})
    )
    assert entities(enricher, text) == [
        ("Müllermilch", "PROD", "Müller-Milch"),
        ("@lactello_de", "PROD", "Müller-Milch"),
    ]
    enricher.subscribe(Subscription(id="m", name="Lactello", query="milch~"))
    assert entities(enricher, text) == []
    enricher.unsubscribe("m")
    enricher.unsubscribe("m")
    assert entities(enricher, "Lactello") == []


async def test_the_configuration_goes_before_a_subscription():
    enricher = Entities(Entities.Config(names={"Acme": "PROD"}, taggers=()))
    await enricher.open()
    enricher.subscribe(Subscription(id="a", query="acme", labels={"entity": "PER"}))
    assert entities(enricher, "ACME") == [("ACME", "PROD", "Acme")]
