"""DATEV: vouchers as a batch of bookings in the DATEV format (EXTF 700, batch format 13)."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from oms.billing.books import Amount, UnbookableVoucher, Voucher
from oms.core.money import minor_units
from oms.master.bookkeeping import Bookkeeping, Case

HEADER_VERSION = 700
BATCH, BATCH_VERSION = 21, 13
ENCODING = "cp1252"
BASE_CURRENCY = "EUR"
MOST_DECIMALS = 2
LONGEST_TEXT, LONGEST_NUMBER = 60, 36

COLUMNS: tuple[str, ...] = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs",
    "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)",
    "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext",
    "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre",
    "Beleglink",
    *(f"Beleginfo - {part} {n}" for n in range(1, 9) for part in ("Art", "Inhalt")),
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge",
    "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart",
    "Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp",
    "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
    *(
        name
        for n in range(1, 21)
        for name in (f"Zusatzinformation - Art {n}", f"Zusatzinformation- Inhalt {n}")
    ),
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr",
    "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp",
    "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID",
    "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername",
    "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung",
    "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)",
    "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
"""The 125 fields of a booking, in the order and under the names of DATEV's description."""

TEXTS = frozenset({
    "Soll/Haben-Kennzeichen", "WKZ Umsatz", "WKZ Basis-Umsatz", "BU-Schlüssel", "Belegfeld 1",
    "Belegfeld 2", "Buchungstext", "Beleginfo - Art 1", "Beleginfo - Inhalt 1",
    "Beleginfo - Art 2", "Beleginfo - Inhalt 2", "Beleginfo - Art 3", "Beleginfo - Inhalt 3",
    "EU-Land u. UStID (Bestimmung)", "EU-Land u. UStID (Ursprung)",
})  # fmt: skip
"""The fields we fill that stand in quotation marks."""

RECEIPT = "Vereinnahmung"
"""How a booking is marked that is about no debtor: what is taxed of a deposit, by its id."""

Booking = dict[str, str]
"""The filled fields of a booking, by column."""


def batch(
    vouchers: Sequence[Voucher],
    books: Bookkeeping,
    *,
    since: date,
    until: date,
    made_at: datetime,
    seller_country: str,
    seller_vat_id: str | None,
) -> bytes:
    """The file: one header, the column names, one booking for each tax rate of each voucher.

    The days are inclusive and lie in one financial year. Raises UnbookableVoucher for days of two
    financial years. Source: developer.datev.de, DATEV-Format.
    """
    if books.year_of(since) != books.year_of(until):
        text = "A batch lies in one financial year."
        raise UnbookableVoucher("two_financial_years", text, {"to": f"after {since}"})
    days = f"{since:%Y%m%d}", f"{until:%Y%m%d}", f"Rechnungen {since:%d.%m.%y}-{until:%d.%m.%y}"
    head = header(books, since, made_at, (BATCH, "Buchungsstapel", BATCH_VERSION), days)
    lines = [head, ";".join(COLUMNS)]
    for voucher in vouchers:
        for booking in bookings(voucher, books, seller_country, seller_vat_id):
            lines.append(";".join(_field(name, booking.get(name, "")) for name in COLUMNS))
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)


def bookings(
    voucher: Voucher, books: Bookkeeping, seller_country: str, seller_vat_id: str | None
) -> Iterator[Booking]:
    """Bookings on the debtor's account, rate by rate (`Voucher.booked`).

    Each booking has the debtors' account on one side, as DATEV takes no two automatic accounts in
    one; what is taxed of a deposit has the clearing account. Amounts in another currency say what
    they are in EUR and at which rate.
    """
    account = books.account("clearing" if voucher.received else "debtors")
    origin = seller_vat_id or seller_country
    for case, sign, amount in voucher.booked:
        row = _booking(voucher, amount, books, (voucher.debtor or account, case), sign, origin)
        if voucher.received:
            row |= {"Beleginfo - Art 3": RECEIPT, "Beleginfo - Inhalt 3": voucher.id}
        yield row


_WORDS = {"": "", "discount": "Skonto ", "reduction": "Zahlungsdifferenz "}
_RECEIVED = {"": "", "in_time": "Anzahlung ", "late": "Nachtrag Anzahlung "}


def read(content: bytes) -> list[Booking]:
    """The bookings of a batch as it was written, the filled fields of each."""
    text = io.StringIO(content.decode(ENCODING), newline="")
    rows = list(csv.reader(text, delimiter=";"))[2:]
    return [
        {name: value for name, value in zip(COLUMNS, row, strict=True) if value} for row in rows
    ]


def document(booking: Booking) -> str:
    """Number of the document that a booking is of; of what is taxed of a deposit, its step."""
    received = booking.get("Beleginfo - Art 3") == RECEIPT
    return booking["Beleginfo - Inhalt 3" if received else "Belegfeld 1"]


def worth(booking: Booking) -> Decimal:
    """Worth of a booking in EUR, positive where it debits its first account."""
    text = booking.get("Basis-Umsatz") or booking["Umsatz (ohne Soll/Haben-Kz)"]
    amount = Decimal(text.replace(",", "."))
    return amount if booking["Soll/Haben-Kennzeichen"] == "S" else -amount


def owed(bookings: Iterable[Booking]) -> dict[str, Decimal]:
    """Sums of bookings on debtors' accounts in EUR, by number of the voucher; credits negative."""
    return _summed(each for each in bookings if each.get("Beleginfo - Art 3") != RECEIPT)


def received(bookings: Iterable[Booking]) -> dict[str, Decimal]:
    """Sums that bookings tax of deposits in EUR, gross, by step (`advances`); less is negative."""
    return _summed(each for each in bookings if each.get("Beleginfo - Art 3") == RECEIPT)


def _summed(bookings: Iterable[Booking]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for booking in bookings:
        name = document(booking)
        sums[name] = sums.get(name, Decimal(0)) + worth(booking)
    return sums


def printed(number: str) -> str:
    """A voucher's number as far as a booking has room for it."""
    return number[:LONGEST_NUMBER]


def _booking(
    voucher: Voucher,
    amount: Amount,
    books: Bookkeeping,
    accounts: tuple[str, Case],
    sign: int,
    origin: str,
) -> Booking:
    account, against = accounts
    taxed = against != "clearing"
    abroad = taxed and amount.case in ("destination", "destination_service")
    union = abroad or (taxed and amount.case == "intra_community")
    partner = (voucher.vat_id if not abroad else None) or voucher.destination
    return {
        **_worth(voucher, amount),
        "Soll/Haben-Kennzeichen": "S" if sign * amount.gross > 0 else "H",
        "Konto": account,
        "Gegenkonto (ohne BU-Schlüssel)": books.account(against),
        "BU-Schlüssel": books.keys.get(amount.case, "") if taxed else "",
        "Belegdatum": f"{voucher.issued_on:%d%m}",
        "Belegfeld 1": printed(voucher.number),
        "Belegfeld 2": f"{voucher.due_on:%d%m%y}" if voucher.due_on else "",
        "Buchungstext": _text(voucher),
        "Beleginfo - Art 1": "Auftrag",
        "Beleginfo - Inhalt 1": voucher.order,
        "Beleginfo - Art 2": "Rechnung" if voucher.original else "",
        "Beleginfo - Inhalt 2": voucher.original,
        "EU-Land u. UStID (Bestimmung)": partner if union else "",
        "EU-Steuersatz (Bestimmung)": _number(amount.rate) if abroad else "",
        "EU-Land u. UStID (Ursprung)": origin if abroad else "",
        "Festschreibung": "0",
        "Leistungsdatum": f"{voucher.supplied_on:%d%m%Y}",
        "Datum Zuord. Steuerperiode": f"{voucher.supplied_on:%d%m%Y}",
    }


def _text(voucher: Voucher) -> str:
    words = _WORDS[voucher.reduces] or _RECEIVED[voucher.received]
    return f"{words}{voucher.external_number} {voucher.name}"[:LONGEST_TEXT]


def _worth(voucher: Voucher, amount: Amount) -> Booking:
    """The amount in its currency, and in that of the books where it is another.

    DATEV takes two decimal places: of a currency with more, the books have the EUR alone.
    """
    currency, euro = voucher.currency, abs(amount.in_euro.gross)
    if currency == BASE_CURRENCY or minor_units(currency) > MOST_DECIMALS:
        return {"Umsatz (ohne Soll/Haben-Kz)": _number(euro), "WKZ Umsatz": BASE_CURRENCY}
    return {
        "Umsatz (ohne Soll/Haben-Kz)": _number(abs(amount.gross)),
        "WKZ Umsatz": currency,
        "Kurs": f"{amount.per_euro:.6f}".replace(".", ","),
        "Basis-Umsatz": _number(euro),
        "WKZ Basis-Umsatz": BASE_CURRENCY,
    }


def header(
    books: Bookkeeping,
    since: date,
    made_at: datetime,
    form: tuple[int, str, int],
    days: tuple[str, str, str],
) -> str:
    """The first line: the `form` of the file (category, name, version), its `days` and label."""
    category, name, version = form
    first, last, label = days
    created = f"{made_at:%Y%m%d%H%M%S}{made_at.microsecond // 1000:03d}"
    batch = category == BATCH
    fields = (
        '"EXTF"', HEADER_VERSION, category, f'"{name}"', version, created, "", '"RE"',
        '""', '""', books.consultant, books.client, f"{books.year_of(since):%Y%m%d}",
        len(books.account("standard")), first, last, f'"{label}"', '""',
        1 if batch else "", 0 if batch else "", 0 if batch else "", f'"{BASE_CURRENCY}"', "", '""',
        "", "", f'"{books.chart[3:]}"', "", "", '""', '""',
    )  # fmt: skip
    return ";".join(str(field) for field in fields)


def _number(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def _field(name: str, value: str) -> str:
    if name not in TEXTS:
        return value
    return f'"{plain(value)}"' if value else ""


def plain(text: str) -> str:
    """Text of one line in the characters of Windows-1252, quotation marks doubled."""
    kept = []
    for character in " ".join(text.split()):
        try:
            character.encode(ENCODING)
            kept.append(character)
        except UnicodeEncodeError:
            base = unicodedata.normalize("NFKD", character)[0]
            kept.append(base if base.isascii() else "?")
    return "".join(kept).replace('"', '""')
