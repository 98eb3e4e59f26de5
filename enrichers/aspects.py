"""What a post is about, by cue words: a small open list, German and English.

A cue of six letters or more may stand anywhere in a word (`Zugausfall`); a shorter one begins it; `$` ends it.
"""

import re
from functools import cache

CUES = {
    "accessibility": "barrierefrei, rollstuhl, aufzug, fahrstuhl, hublift, wheelchair, accessib, elevator$",
    "availability": "ausverkauft, lieferbar, verfügbar, nicht vorrätig, out of stock, sold out, unavailable",
    "cleanliness": "dreck, schmutz, sauber, gestank, stinkt, klo$, toilet, dirty, filthy, clean$",
    "comfort": "sitzplatz, sitzplätze, bequem, klimaanlage, heizung, überfüll, crowded, seat, comfort, air condition",
    "delivery": "lieferung, liefer, zustell, paket, versand, sendungs, delivery, shipping, parcel, shipment",
    "environment": "umwelt, klimaschutz, nachhaltig, emission, co2, plastik, sustainab, greenwash, environment",
    "information": "durchsage, ansage, auskunft, anzeige, informier, information, announce",
    "price": "preis, ticketpreis, teuer, günstig, kostet, kosten$, gebühr, abzocke, billig, price, expensive, cheap",
    "privacy": "datenschutz, datenleck, dsgvo, ausspioni, privacy, data leak, data breach, gdpr",
    "punctuality": "verspät, zu spät, pünktlich, ausfall, fällt aus, verzöger, delay, late$, on time, cancelled",
    "quality": "qualität, defekt, kaputt, mangelhaft, haltbar, schrott, quality, broken, faulty, defect",
    "refund": "erstattung, rückerstatt, entschädig, gutschein, storn, refund, reimburse, compensation, voucher",
    "safety": "sicherheit, unfall, gefährlich, verletzt, brand$, rückruf, safety, accident, danger, injur, recall",
    "service": "service, kundendienst, hotline, warteschleife, support$, beratung, kulanz, customer service, helpline",
    "staff": "personal$, mitarbeiter, schaffner, verkäufer, freundlich, staff, employee, rude$, friendly",
    "strike": "streik, gewerkschaft, tarif, strike, union$",
    "technology": "app$, website, webseite, login, absturz, stürzt, update, server, störung, wlan, wifi, crash, outage",
}  # fmt: skip


def aspects(text: str) -> tuple[str, ...]:
    """The aspects whose cues occur, in alphabetical order.

    >>> aspects("Schon wieder Verspätung, und das WLAN geht auch nicht")
    ('punctuality', 'technology')
    """
    found = {str(match.lastgroup) for match in _pattern().finditer(text.lower())}
    return tuple(sorted(found))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{'|'.join(map(_one, CUES[name].split(', ')))})" for name in CUES))


def _one(cue: str) -> str:
    start = "" if len(cue) >= 6 else r"(?<!\w)"
    return start + re.sub(r"\$$", r"(?!\\w)", cue)
