"""Tables for an auditor: the vouchers, their lines and their taxes, which fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from oms.billing.books import Voucher
from oms.billing.invoice import Invoice
from oms.master.bookkeeping import Bookkeeping
from oms.records.gdpdu import Column, Table

Entry = tuple[Voucher, Invoice]

VOUCHERS = Table(
    file="belege.csv",
    name="Belege",
    about="Rechnungen und Rechnungskorrekturen; Korrekturen mit negativen Beträgen",
    columns=(
        Column("Belegnummer", "fortlaufende Nummer nach § 14 Abs. 4 Nr. 4 UStG"),
        Column("Belegart", "UNTDID 1001: 380 Rechnung, 381 Korrektur, 386 Vorauszahlung"),
        Column("Belegdatum", "Tag der Ausstellung", "date"),
        Column("Leistungsdatum", "Tag der Lieferung oder Leistung", "date"),
        Column("Auftrag", "Kennung des Auftrags"),
        Column("Bestellnummer", "Nummer des Shops"),
        Column("Kundennummer", "Kennung des Kunden im Shop"),
        Column("Kunde", "Name oder Firma"),
        Column("Land", "Land des Kunden, ISO 3166-1"),
        Column("Bestimmungsland", "wohin geliefert wurde, ISO 3166-1"),
        Column("UStID", "Umsatzsteuer-Identifikationsnummer des Kunden"),
        Column("Waehrung", "ISO 4217"),
        Column("Netto", "Summe ohne Steuer", 2),
        Column("Steuer", "Summe der Steuer", 2),
        Column("Brutto", "Summe mit Steuer", 2),
        Column("Faellig", "Fälligkeit", "date"),
        Column("Kurs", "Einheiten der Währung für einen Euro", 6),
        Column("Netto_EUR", "Summe ohne Steuer in Euro", 2),
        Column("Steuer_EUR", "Summe der Steuer in Euro", 2),
        Column("Brutto_EUR", "Summe mit Steuer in Euro", 2),
    ),
)
LINES = Table(
    file="positionen.csv",
    name="Positionen",
    about="Positionen und Nebenleistungen der Belege, im Preis des Belegs (brutto oder netto)",
    columns=(
        Column("Belegnummer", "Beleg, zu dem die Position gehört"),
        Column("Position", "laufend im Beleg; V und eine Zahl für Versandkosten"),
        Column("Artikel", "Artikelnummer"),
        Column("Bezeichnung", "wie auf dem Beleg"),
        Column("Menge", "Stück", 0),
        Column("Einzelpreis", "im Preis des Belegs", 4),
        Column("Betrag", "Summe der Position", 4),
        Column("Preisart", "gross oder net"),
        Column("Steuerkategorie", "EN 16931, UNCL 5305"),
        Column("Steuersatz", "in Prozent", 2),
    ),
    keys=2,
    refers={"Belegnummer": "Belege"},
)
_RATE = (
    Column("Steuerkategorie", "EN 16931, UNCL 5305"),
    Column("Steuersatz", "in Prozent", 2),
    Column("Staat", "Mitgliedstaat, dessen Steuer es ist"),
)
_AMOUNTS = (
    Column("Netto", "ohne Steuer", 2),
    Column("Steuer", "Steuer", 2),
    Column("Brutto", "mit Steuer", 2),
    Column("Netto_EUR", "ohne Steuer in Euro", 2),
    Column("Steuer_EUR", "Steuer in Euro", 2),
    Column("Brutto_EUR", "mit Steuer in Euro", 2),
)
TAXES = Table(
    file="steuern.csv",
    name="Steuern",
    about="Buchungen der Belege je Steuersatz; Schlussrechnungen lösen ihre Anzahlungen auf",
    columns=(
        Column("Belegnummer", "Beleg"),
        *_RATE,
        Column("Konto", "Gegenkonto des Debitors, wie im Buchungsstapel"),
        *_AMOUNTS,
    ),
    keys=5,
    refers={"Belegnummer": "Belege"},
)
ADVANCES = Table(
    file="anzahlungen.csv",
    name="Anzahlungen",
    about="Versteuerung der Anzahlungen bei Vereinnahmung, § 13 Abs. 1 Nr. 1 Buchst. a Satz 4 UStG",
    columns=(
        Column("Vorgang", "Kennung der Vereinnahmung, wie im Buchungsstapel"),
        *_RATE,
        Column("Konto", "Konto der erhaltenen Anzahlung"),
        Column("Gegenkonto", "Verrechnungskonto, über das die Anzahlungsrechnung gebucht ist"),
        Column("Belegnummer", "Anzahlungsrechnung, auch eines früheren Zeitraums"),
        Column("Vereinnahmt", "Tag, an dem das Geld kam oder ging", "date"),
        Column("Gebucht", "Tag der Buchung: später, wenn der Zeitraum schon übergeben war", "date"),
        *_AMOUNTS,
    ),
    keys=5,
)
TABLES = (VOUCHERS, LINES, TAXES, ADVANCES)

Row = tuple[Any, ...]


def rows(
    table: Table, entries: Sequence[Entry], steps: Sequence[Voucher], books: Bookkeeping
) -> Iterator[Row]:
    """The rows of one of the tables; `steps` are what is taxed of deposits."""
    if table is VOUCHERS:
        yield from (_voucher(voucher) for voucher, _ in entries)
    elif table is LINES:
        for voucher, invoice in entries:
            yield from _lines(voucher, invoice)
    elif table is TAXES:
        yield from taxes((voucher for voucher, _ in entries), books)
    else:
        yield from advances(steps, books)


def taxes(vouchers: Iterable[Voucher], books: Bookkeeping) -> Iterator[Row]:
    """The rows of the bookings of documents."""
    for voucher in vouchers:
        yield from _taxes(voucher, books)


def advances(steps: Iterable[Voucher], books: Bookkeeping) -> Iterator[Row]:
    """The rows of what is taxed of deposits."""
    for step in steps:
        yield from _advances(step, books)


def _voucher(v: Voucher) -> Row:
    sums, euro = (
        (each.sign * each.net, each.sign * each.tax, each.sign * each.gross)
        for each in (v, v.in_euro)
    )
    rate = next((each.per_euro for each in v.amounts), Decimal(1))
    return (
        v.number, v.type_code, v.issued_on, v.supplied_on, v.order, v.external_number, v.customer,
        v.name, v.country, v.destination, v.vat_id, v.currency, *sums, v.due_on, rate, *euro,
    )  # fmt: skip


def _lines(voucher: Voucher, invoice: Invoice) -> Iterator[Row]:
    sign = voucher.sign
    for n, line in enumerate(invoice.lines, 1):
        yield (
            voucher.number, str(n), line.sku, line.description, sign * line.quantity,
            line.unit_price, sign * line.total, invoice.price_mode, line.category, line.rate,
        )  # fmt: skip
    for n, charge in enumerate(invoice.charges, 1):
        yield (
            voucher.number, f"V{n}", "", charge.kind, sign, charge.amount, sign * charge.amount,
            invoice.price_mode, charge.category, charge.rate,
        )  # fmt: skip


def _taxes(voucher: Voucher, books: Bookkeeping) -> Iterator[Row]:
    """The bookings of a voucher, one for each account and rate, as the DATEV batch has them."""
    sums: dict[tuple[Any, ...], list[Decimal]] = {}
    for case, sign, amount in voucher.booked:
        key = (amount.category, amount.rate, amount.state, books.account(case))
        known, euro = sums.setdefault(key, [Decimal(0)] * 6), amount.in_euro
        more = (amount.net, amount.tax, amount.gross, euro.net, euro.tax, euro.gross)
        sums[key] = [so_far + sign * each for so_far, each in zip(known, more, strict=True)]
    for key, worth in sums.items():
        yield (voucher.number, *key, *worth)


def _advances(step: Voucher, books: Bookkeeping) -> Iterator[Row]:
    """Tax of a step of a deposit, rate by rate; less is negative."""
    for amount in step.amounts:
        euro = amount.in_euro
        yield (
            step.id, amount.category, amount.rate, amount.state, books.account(amount.held_as),
            books.account("clearing"), step.number, step.supplied_on, step.issued_on,
            amount.net, amount.tax, amount.gross, euro.net, euro.tax, euro.gross,
        )  # fmt: skip
