"""Sums of each document on each account: as its voucher means them, and as files have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from oms.billing.books import Amount, Voucher
from oms.master.bookkeeping import Bookkeeping, Case
from oms.records import audit, datev, gdpdu

Sums = dict[tuple[str, str], Decimal]
"""Amounts in EUR by document (or step of a deposit) and account, debits positive."""

Rows = Sequence[Mapping[str, str]]

_PARTS: Mapping[str, tuple[str, bool]] = {
    f"{name}{end}": (part, bool(end))
    for end in ("", "_EUR")
    for name, part in (("Netto", "net"), ("Steuer", "tax"), ("Brutto", "gross"))
}
COLUMNS = tuple(_PARTS)
"""The columns of auditors' tables that have amounts."""

GROSS = "Brutto_EUR"


def on_own_accounts(
    vouchers: Iterable[Voucher], places: Mapping[str, int], books: Bookkeeping
) -> list[Voucher]:
    """The vouchers, those of business customers with a place on the account of that place."""
    return [replace(each, debtor=_own_account(each, places, books)) for each in vouchers]


def _own_account(voucher: Voucher, places: Mapping[str, int], books: Bookkeeping) -> str:
    place = places.get(voucher.customer) if voucher.business and voucher.customer else None
    if place is None or voucher.received or books.debtors == "one":
        return ""
    account = books.debtor(place)
    return "" if account == books.account("debtors") else account


def meant(vouchers: Iterable[Voucher], books: Bookkeeping) -> Sums:
    """What vouchers come to on each account, the debtors' or the clearing account on one side."""
    sums: Sums = defaultdict(Decimal)
    for voucher in vouchers:
        account = books.account("clearing" if voucher.received else "debtors")
        for case, sign, amount in voucher.booked:
            worth = sign * amount.in_euro.gross
            sums[_name(voucher), voucher.debtor or account] += worth
            sums[_name(voucher), books.account(case)] -= worth
    return sums


def meant_in(column: str, vouchers: Iterable[Voucher], books: Bookkeeping) -> Sums:
    """What vouchers come to in a column of an auditor's tables, on each account against those."""
    sums: Sums = defaultdict(Decimal)
    part, euro = _PARTS[column]
    for voucher in vouchers:
        for case, sign, amount in _rows_of(voucher):
            worth = sign * getattr(amount.in_euro if euro else amount, part)
            sums[_name(voucher), books.account(case)] -= worth
            if voucher.received and column == GROSS:
                sums[_name(voucher), books.account("clearing")] += worth
    return sums


def _rows_of(voucher: Voucher) -> Iterable[tuple[Case, int, Amount]]:
    """Amounts that have a row: of a step also a cent of tax that moves where nothing else does."""
    if voucher.received:
        return [(amount.held_as, 1, amount) for amount in voucher.amounts]
    return voucher.booked


def _name(voucher: Voucher) -> str:
    return voucher.id if voucher.received else datev.printed(voucher.number)


def in_batch(bookings: Iterable[datev.Booking]) -> Sums:
    """What the bookings of a DATEV batch come to on each account."""
    sums: Sums = defaultdict(Decimal)
    for booking in bookings:
        name, worth = datev.document(booking), datev.worth(booking)
        sums[name, booking["Konto"]] += worth
        sums[name, booking["Gegenkonto (ohne BU-Schlüssel)"]] -= worth
    return sums


def in_tables(column: str, taxes: Rows, advances: Rows) -> Sums:
    """What a column of an auditor's tables comes to on each account, but those of debtors."""
    sums: Sums = defaultdict(Decimal)
    for row in taxes:
        sums[datev.printed(row["Belegnummer"]), row["Konto"]] -= gdpdu.amount(row[column])
    for row in advances:
        worth = gdpdu.amount(row[column])
        sums[row["Vorgang"], row["Konto"]] -= worth
        if column == GROSS:
            sums[row["Vorgang"], row["Gegenkonto"]] += worth
    return sums


def tables_of(
    vouchers: Sequence[Voucher], books: Bookkeeping
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows of taxes and of deposits' steps, written as an auditor gets them and read back."""
    documents = [each for each in vouchers if not (each.received or each.reduces)]
    steps = [each for each in vouchers if each.received]
    return _read(audit.TAXES, audit.taxes(documents, books)), _read(
        audit.ADVANCES, audit.advances(steps, books)
    )


def _read(table: gdpdu.Table, rows: Iterable[audit.Row]) -> list[dict[str, str]]:
    return gdpdu.read(table, gdpdu.csv(table, rows))


def differing(said: Sums, due: Sums, what: str) -> Iterator[str]:
    """Texts of where sums differ: the document, the account, both amounts and the difference."""
    for name, account in sorted(said.keys() | due.keys()):
        there, should = (each.get((name, account), Decimal(0)) for each in (said, due))
        if there != should:
            yield (
                f"{name}: {what} on account {account} is {there}, the documents make {should}: "
                f"{there - should:+} apart"
            )
