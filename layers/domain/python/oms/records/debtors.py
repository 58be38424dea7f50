"""Debtors: the customers with accounts of their own as a file of master data for DATEV."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from oms.core.parties import Party
from oms.master.bookkeeping import Bookkeeping
from oms.records.datev import ENCODING, header, plain

MASTER, MASTER_VERSION = 16, 5
COMPANY, PERSON = "2", "1"


def _banks(first: int, last: int) -> tuple[str, ...]:
    return tuple(
        name.format(n)
        for n in range(first, last + 1)
        for name in (
            "Bankleitzahl {}", "Bankbezeichnung {}", "Bank-Kontonummer {}", "Länderkennzeichen {}",
            "IBAN-Nr. {}", "Leerfeld", "SWIFT-Code {}", "Abw. Kontoinhaber {}",
            "Kennz. Hauptbankverb. {}", "Bankverb {} Gültig von", "Bankverb {} Gültig bis",
        )
    )  # fmt: skip


def _numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name} {n}" for n in range(1, count + 1))


COLUMNS: tuple[str, ...] = (
    "Konto", "Name (Adressattyp Unternehmen)", "Unternehmensgegenstand",
    "Name (Adressattyp natürl. Person)", "Vorname (Adressattyp natürl. Person)",
    "Name (Adressattyp keine Angabe)", "Adressattyp", "Kurzbezeichnung", "EU-Land", "EU-UStID",
    "Anrede", "Titel/Akad. Grad", "Adelstitel", "Namensvorsatz", "Adressart", "Straße",
    "Postfach", "Postleitzahl", "Ort", "Land", "Versandzusatz", "Adresszusatz",
    "Abweichende Anrede", *_numbered("Abw. Zustellbezeichnung", 2),
    "Kennz. Korrespondenzadresse", "Adresse Gültig von", "Adresse Gültig bis",
    *(
        name
        for way in ("Telefon", "Telefon GL", "E-Mail", "Internet", "Fax", "Sonstige")
        for name in (way, f"Bemerkung ({way})")
    ),
    *_banks(1, 5),
    "Leerfeld", "Briefanrede", "Grußformel", "Kunden-/Lief.-Nr.", "Steuernummer", "Sprache",
    "Ansprechpartner", "Vertreter", "Sachbearbeiter", "Diverse-Konto", "Ausgabeziel",
    "Währungssteuerung", "Kreditlimit (Debitor)", "Zahlungsbedingung",
    "Fälligkeit in Tagen (Debitor)", "Skonto in Prozent (Debitor)", "Kreditoren-Ziel 1 Tg.",
    "Kreditoren-Skonto 1 %", "Kreditoren-Ziel 2 Tg.", "Kreditoren-Skonto 2 %",
    "Kreditoren-Ziel 3 Brutto Tg.", "Kreditoren-Ziel 4 Tg.", "Kreditoren-Skonto 4 %",
    "Kreditoren-Ziel 5 Tg.", "Kreditoren-Skonto 5 %", "Mahnung", "Kontoauszug",
    *_numbered("Mahntext", 3), "Kontoauszugstext", "Mahnlimit Betrag", "Mahnlimit %",
    "Zinsberechnung", *_numbered("Mahnzinssatz", 3), "Lastschrift", "Leerfeld", "Mandantenbank",
    "Zahlungsträger", *_numbered("Indiv. Feld", 15),
    *(
        f"{name} (Rechnungsadresse)"
        for name in (
            "Abweichende Anrede", "Adressart", "Straße", "Postfach", "Postleitzahl", "Ort", "Land",
            "Versandzusatz", "Adresszusatz", *_numbered("Abw. Zustellbezeichnung", 2),
            "Adresse Gültig von", "Adresse Gültig bis",
        )
    ),
    *_banks(6, 10),
    "Nummer Fremdsystem", "Insolvent", *_numbered("SEPA-Mandatsreferenz", 10),
    "Verknüpftes OPOS-Konto", "Mahnsperre bis", "Lastschriftsperre bis", "Zahlungssperre bis",
    "Gebührenberechnung", *_numbered("Mahngebühr", 3), "Pauschalenberechnung",
    *_numbered("Verzugspauschale", 3), "Alternativer Suchname", "Status",
    "Anschrift manuell geändert (Korrespondenzadresse)",
    "Anschrift individuell (Korrespondenzadresse)",
    "Anschrift manuell geändert (Rechnungsadresse)", "Anschrift individuell (Rechnungsadresse)",
    "Fristberechnung bei Debitor", *_numbered("Mahnfrist", 3), "Letzte Frist",
)  # fmt: skip
"""The fields of a debtor or creditor, in the order and under the names of DATEV's description."""

NUMBERS = frozenset({"Konto"})
"""The fields we fill that stand without quotation marks."""


def master(
    debtors: Mapping[str, Party], books: Bookkeeping, *, since: date, made_at: datetime
) -> bytes:
    """The file: one header, the column names, one line for each account, lowest first.

    Source: developer.datev.de, DATEV-Format, Debitoren/Kreditoren (category 16, version 5).
    """
    form = (MASTER, "Debitoren/Kreditoren", MASTER_VERSION)
    head = header(books, since, made_at, form, ("", "", "Debitoren"))
    lines = [head, ";".join(COLUMNS)]
    for account, party in sorted(debtors.items()):
        filled = _filled(account, party)
        lines.append(";".join(_field(name, filled.get(name, "")) for name in COLUMNS))
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)


def _filled(account: str, party: Party) -> dict[str, str]:
    named = (
        "Name (Adressattyp Unternehmen)" if party.company else "Name (Adressattyp natürl. Person)"
    )
    vat_id = party.vat_id or ""
    return {
        "Konto": account,
        named: (party.company or party.name)[:50],
        "Adressattyp": COMPANY if party.company else PERSON,
        "Kurzbezeichnung": (party.company or party.name)[:15],
        "EU-Land": vat_id[:2],
        "EU-UStID": vat_id[2:],
        "Adressart": "STR",
        "Straße": party.line1[:36],
        "Postleitzahl": party.postal_code[:10],
        "Ort": party.city[:30],
        "Land": party.country,
        "Adresszusatz": (party.line2 or "")[:36],
        "E-Mail": (party.email or "")[:60],
        "Kunden-/Lief.-Nr.": (party.number or "")[:15],
    }


def _field(name: str, value: str) -> str:
    if name in NUMBERS or not value:
        return value
    return f'"{plain(value)}"'
