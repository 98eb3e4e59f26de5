"""Each row of the specification of the query language, and the tricky negatives."""

import pytest

from enrichers.match.enricher import Match
from streams.post import Rating
from tests.enrichers.match.helpers import post, subscription

MATCHES = """
bahn | Bahn ; BAHN ; #Bahn ; S-Bahn ; Bahn-Chef ; Bahn's ; Ba\u00adhn ; @DB_Bahn ; ,bahn. ; Bahn’s
müller | Mueller ; MÜLLER ; Müller's ; Mu\u0308ller ; mÜLLER
mueller | Müller ; Müllers' Mühle? Müller ; #Müller
straße | Strasse ; STRASSE ; Straße ; STRAẞE
citroen | Citroën ; citroen
nestle | Nestlé ; NESTLÉ
bahn~ | Bahnen ; Bahnhof ; Bahnstreik ; Autobahn ; Straßenbahnen ; bahnstreik ; #Bahnstreik ; Bahn
Apfel~ | Äpfel ; Apfelsaft ; Aepfel ; Apfel
Kündigung~ | Kündigungen ; Kündigungsfrist ; Vertragskündigung ; Kuendigung ; Kuendigungsfrist ; KÜNDIGUNG
Carsharing~ | Carsharing ; Car-Sharing ; Car Sharing ; car sharing ; Carsharing-Anbieter ; Car-Sharing-Anbieter
S-Bahn | S-Bahn ; SBahn ; S Bahn ; S–Bahn ; S-Bahn-Chaos
S-Bahn~ | S-Bahnen ; S-Bahnhof
bahntochter | Bahn-Tochter
o2netz | O2-Netz
H&M | bei H&M ; h&m
1&1 | 1&1 Kunde
Disney+ | Disney+ ist teuer
deutschebahn | #DeutscheBahn ; #deutschebahn ; Deutsche-Bahn
bahn* | Bahnen ; Bahn ; #Bahnhof
*bahn | Autobahn ; U-Bahn
b?hn | Bohn ; Bahn ; Böhn
b?cker* | Bäckerei ; BÄCKER ; Ba\u0308cker ; #Bäcker ; Becker
Kün*frist | Kündigungsfrist
"deutsche bahn" | Deutsche Bahn ; #DeutscheBahn ; Deutsche-Bahn ; Deutsche, Bahn ; DEUTSCHE\u00a0BAHN
"deutsche bahn*" | Deutsche Bahnen
"kündigung~ erhalten" | Kündigungen erhalten
{BahnCard} | die BahnCard! ; BahnCard-Kunde ; BahnCard's
{H&M AG} | die H&M AG
#bahn | #Bahn ; #BAHN
@db_bahn | @DB_Bahn hilf ; (@db_bahn) ; @db_bahn@social.de
😡 | so 😡 ; 😡🏿 ; Bahn😡
👍 | 👍🏽
bahn AND streik | Bahn im Streik
bahn streik | Streik der Bahn
bahn UND streik | Streik der Bahn
bahn ODER bus | Bus
bahn NICHT bus | Bahn
bahn -bus | Bahn
bahn AND NOT bus | Bahn
bahn NOT (bus OR zug) | Bahn
a OR b c | a ; b c
rückruf~ NEAR/2 akku | Rückrufaktion wegen Akku ; Akku: ein kleiner Rückruf ; Akku. Rückruf
rückruf~ NEAR/2f akku | Rückruf des Akku
(rückruf~ OR warnung) NEAR/2 "neuer akku" | Warnung vor neuer Akku
(Bahn OR bahn) NEAR/3 Zug | BAHN, Zug
and | Tom and Jerry
text:bahn | Bahn
bahn.de | bahn.de ist weg
Mut~ | Todesmut
"""

MISSES = """
bahn | Bahnen ; Autobahn ; https://bahn.de/bahn ; www.bahn.de
Muller | Müller
schon | schön
bahn~ | Bahamas
Ei~ | Partei ; Bäckerei ; Datei
Tor~ | Motor ; Doktor ; Historie ; Direktor
Rat~ | Verrat ; Quadrat
Kunde~ | Sekunden ; Urkunde
Bier~ | Bierhoff
Bahn | Bähn
deutsche | #deutschebahn
h | H&M
Disney | Disney+
b?hn | Bahnen ; Bhn
*bahn | Bahnhof
"deutsche bahn" | Deutsche S-Bahn ; Bahn Deutsche ; Die Deutschen Bahn
{BahnCard} | bahncard ; BahnCards ; BAHNCARD ; BahnCard25
{Müller} | Mueller
#bahn | Bahn ; #Bahnhof ; #DeutscheBahn
@db_bahn | db_bahn ; info@db_bahn ; @db_bahn2
😡 | 😀 ; :-(
bahn AND streik | Bahn ; Streik
bahn -bus | Bahn und Bus
rückruf~ NEAR/2 akku | Rückruf eins zwei drei Akku
rückruf~ NEAR/2f akku | Akku Rückruf
Carsharing~ | Car, Sharing ; Auto Sharing ; Car. Sharing
Autobahn~ | Auto, Bahn
title:bahn | Bahn
"""


def rows(table: str) -> list[tuple[str, str]]:
    lines = [line.split(" | ") for line in table.strip().splitlines()]
    return [(query, text) for query, texts in lines for text in texts.split(" ; ")]


def answer(query: str, text: str, **fields):
    return Match(Match.Config()).explain(subscription(query), post(text, **fields))


@pytest.mark.parametrize(("query", "text"), rows(MATCHES))
def test_a_query_matches(query, text):
    found = answer(query, text)
    assert found.matched, found.missing
    assert found.because


@pytest.mark.parametrize(("query", "text"), rows(MISSES))
def test_a_query_does_not_match(query, text):
    found = answer(query, text)
    assert not found.matched, found.because
    assert found.missing


@pytest.mark.parametrize(
    ("query", "text", "spans"),
    [
        ("bahn", "Die S-Bahn 😡 fährt, Bahn's!", ((6, 10), (20, 26))),
        ("bahn~", "#DeutscheBahn im Bahnstreik", ((9, 13), (17, 27))),
        ('"deutsche bahn"', "Die Deutsche-Bahn", ((4, 17),)),
        ("Carsharing~", "Unser Car Sharing", ((6, 17),)),
        ("akku NEAR/1 rückruf", "Rückruf: Akku", ((0, 7), (9, 13))),
        ("😡", "ä😡🏿", ((1, 3),)),
        ("bahn NOT bus", "bahn", ((0, 4),)),
    ],
)
def test_spans_are_code_points_of_the_text(query, text, spans):
    assert answer(query, text).spans == spans


@pytest.mark.parametrize(
    ("query", "text", "because"),
    [
        ("bahn~", "Bahnstreik", "bahn~ → Bahnstreik (compound)"),
        ("bahn~", "Bahnen", "bahn~ → Bahnen (inflected)"),
        ("bahn", "BAHN", "bahn → BAHN (case)"),
        ("bahn", "bahn", "bahn → bahn (same)"),
        ("Müller", "Mueller", "Müller → Mueller (spelling)"),
        ("bahn", "Bahn's", "bahn → Bahn's (possessive)"),
        ("bahn", "#bahn", "bahn → bahn (same, hashtag)"),
        ("bahntochter", "Bahn-Tochter", "bahntochter → Bahn-Tochter (hyphen)"),
        ("Carsharing~", "Car Sharing", "Carsharing~ → Car Sharing (written apart)"),
        ("rating:<=2", "x", "rating:<=2"),
    ],
)
def test_a_match_names_the_rule(query, text, because):
    assert answer(query, text, rating=Rating(value=1)).because == (because,)


@pytest.mark.parametrize(
    ("query", "text", "missing"),
    [
        ("bahn~ streik", "Bahnhof", "`bahn~` found at 0; `streik` is missing"),
        ("bahn -bus", "Bahn, Bus", "`bahn` found at 0; `NOT bus` bars it: Bus at 6"),
        (
            "rückruf~ NEAR/2 akku",
            "Rückruf a b c Akku",
            "`rückruf~` found at 0; NEAR/2 needs `akku` within 2 tokens: 3 between",
        ),
        ("(bahn AND streik) OR (bus AND fahrer)", "Streik im Bus", "`streik` found at 0; `bahn` is missing"),
        ("likes:>3", "x", "`likes:>3`: likes is unknown"),
        ("lang:de", "x", "`lang:de`: lang is unknown"),
    ],
)
def test_a_miss_tells_what_the_nearest_branch_lacks(query, text, missing):
    assert answer(query, text).missing == missing
