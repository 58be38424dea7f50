"""Says what a shop's file tells in the words of the API: orders, products and opening stock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from local.player.countries import address_in
from local.player.retail import Document, Row, Survey

Json = dict[str, Any]

_GERMAN = ("DE", "AT", "CH", "LI")
_OFTEN = 10


def order_of(document: Document, run: str, currency: str) -> Json:
    """The order that an invoice is, its carriage as the shipping charge, paid to the cent.

    External numbers and addresses are of the run, so that a file can be replayed again.
    """
    first = document.rows[0]
    customer = first.customer or f"guest-{document.number}"
    number = f"{run}-{document.number}"
    carriage = _total(document.carriage)
    paid = carriage + _total(document.goods)
    return {
        "external_number": number,
        "placed_at": first.at.isoformat(),
        "currency": currency,
        "price_mode": "gross",
        "customer": _customer(customer, first.country, run),
        "billing_address": address_in(first.country, f"{customer}-{run}"),
        "shipping_address": None,
        "lines": [_line(n, row) for n, row in enumerate(document.goods, 1)],
        "shipping": {"method": "standard", "price": f"{carriage:.2f}"},
        "payment": {
            "method": "paypal",
            "status": "captured",
            "amount": f"{paid:.2f}",
            "reference": number,
        },
        "delivery": {"partial_allowed": True},
        "note": None,
    }


def _total(rows: Iterable[Row]) -> Decimal:
    return sum((row.unit_price * row.quantity for row in rows), Decimal(0))


def _line(number: int, row: Row) -> Json:
    return {
        "number": str(number),
        "sku": row.sku,
        "quantity": row.quantity,
        "unit_price": str(row.unit_price),
    }


def _customer(id: str, country: str, run: str) -> Json:
    return {
        "id": id,
        "type": "B2C",
        "name": f"Replay customer {id}",
        "email": f"{_plain(id)}@{_plain(run)}.replay.example",
        "phone": None,
        "locale": "de" if country in _GERMAN else "en",
        "company": None,
        "vat_id": None,
        "group": None,
    }


def products_of(found: Survey, currency: str) -> Iterator[Json]:
    """Every article that is ordered, without a list price: its price varies from order to order."""
    for sku in found.demand:
        name = found.names.get(sku, sku)
        yield {
            "sku": sku,
            "name": {"de": name, "en": name},
            "weight_g": 200,
            "length_mm": 100,
            "width_mm": 100,
            "height_mm": 50,
            "tax_category": "standard",
            "list_price": None,
            "price_currency": currency,
        }


def stock_of(found: Survey, factor: Decimal) -> dict[str, dict[str, int]]:
    """Pieces per article and warehouse: the demand times the factor, rounded down.

    A has a bit of everything, B a quarter of what sells often: so most orders ship from one place.
    """
    shelves = {}
    for sku, ordered in found.demand.items():
        pieces = int(ordered * factor)
        in_b = pieces // 4 if found.times[sku] >= _OFTEN else 0
        shelves[sku] = {"A": pieces - in_b, "B": in_b}
    return shelves


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isascii() and (c.isalnum() or c == "-")) or "c"
