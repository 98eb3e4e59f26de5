"""What a post is about, by cue words: a small open list, German and English.

A cue of six letters or more may stand anywhere in a word (`Zugausfall`); a shorter one begins it; `$` ends it.
"""

from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick

ANYWHERE_CHARS = 6

CUES = {
    "accessibility": "barrierefrei, barrieren, rollstuhl, rollator, aufzug, aufzüge, fahrstuhl, hublift, treppenlift, "
    "rolltreppe, fahrtreppe, rampe, stufenlos, behindertengerecht, gehbehindert, sehbehindert, wheelchair, "
    "accessib, elevator$, escalator",
    "availability": "ausverkauft, lieferbar, verfügbar, nicht vorrätig, out of stock, sold out, unavailable",
    "cleanliness": "dreck, schmutz, sauber, gestank, stinkt, klo$, toilet, dirty, filthy, clean$",
    "comfort": "sitzplatz, sitzplätze, stehplatz, kein platz, keinen platz, bequem, klimaanlage, heizung, überfüll, "
    "zu voll, proppenvoll, beleuchtung, zu laut, crowded, seat, comfort, air condition",
    "delivery": "lieferung, liefer, zustell, paket, versand, sendungs, delivery, shipping, parcel, shipment",
    "disruption": "sperrung, gesperrt, baustelle, bauarbeiten, ersatzverkehr, ersatzfahrplan, umgeleitet, umleitung, "
    "zugausf, ausfall, ausfälle, fällt aus, fallen aus, ausgefallen, entfällt, störung, gestört, oberleitung, chaos$, "
    "cancelled, disruption, outage",
    "environment": "umwelt, klimaschutz, nachhaltig, emission, co2, plastik, sustainab, greenwash, environment",
    "information": "durchsage, ansagen, ansage$, auskunft, anzeige, lautsprecher, nicht informiert, keine info, "
    "fehlinformation, fahrgastinfo, announce, no information",
    "price": "preis, teuer, teurer, günstig, kostet, kosten$, gebühr, abzocke, billig, fahrkarte, fahrschein, tarif$, "
    "price, expensive, cheap",
    "privacy": "datenschutz, datenleck, dsgvo, ausspioni, privacy, data leak, data breach, gdpr",
    "punctuality": "verspät, zu spät, pünktlich, verzöger, anschluss verpasst, anschlusszug, minuten später, "
    "delay, late$, on time",
    "quality": "qualität, defekt, kaputt, mangelhaft, haltbar, schrott, quality, broken, faulty, defect",
    "refund": "erstattung, rückerstatt, entschädig, gutschein, storn, refund, reimburse, compensation, voucher",
    "safety": "sicherheitsr, mehr sicherheit, sicherheitsdienst, unsicher, unfall, unfäll, gefährlich, lebensgefahr, "
    "verletzt, brand$, rückruf, überfall, ausgeraubt, schläger, geschlagen, geschubst, attackier, angegriffen, "
    "belästig, bedroh, missbrauch, taschendieb, gestürzt, sturz, eingeklemmt, überfahren, gleisbett, gesprengt, "
    "safety, accident, danger, injur, recall, assault, robbed",
    "service": "kundenservice, kundenbetreuung, kundendienst, guter service, schlechter service, service$, hotline, "
    "warteschleife, support$, beratung, beraten$, kulan, customer service, helpline",
    "staff": "personal$, mitarbeiter, schaffner, zugbegleit, lokführer, verkäufer, freundlich, staff, employee, rude$, "
    "friendly",
    "strike": "streik, gewerkschaft, tarifstreit, strike, union$",
    "technology": "app$, website, webseite, login, absturz, stürzt ab, server, wlan, wifi, hotspot, navigator, "
    "internet$, funkloch, crash",
}  # fmt: skip


def aspects(text: str) -> tuple[str, ...]:
    """The aspects whose cues occur, in alphabetical order.

    >>> aspects("Schon wieder Verspätung, und das WLAN geht auch nicht")
    ('punctuality', 'technology')
    """
    text = text.lower()
    automaton, cues = _automaton()
    found = {
        cues[at].aspect
        for at, start, end in automaton.find_matches_as_indexes(text, overlapping=True)
        if not (cues[at].begins and text[start - 1 : start].isalnum())
        and not (cues[at].ends and text[end : end + 1].isalnum())
    }
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class _Cue:
    """`begins`, `ends`: whether it stands only where a word does so."""

    text: str
    aspect: str
    begins: bool
    ends: bool


@cache
def _automaton() -> tuple[AhoCorasick, list[_Cue]]:
    cues = [
        _Cue(cue.removesuffix("$"), aspect, len(cue) < ANYWHERE_CHARS, cue.endswith("$"))
        for aspect, listed in CUES.items()
        for cue in listed.split(", ")
    ]
    return AhoCorasick([cue.text for cue in cues]), cues
