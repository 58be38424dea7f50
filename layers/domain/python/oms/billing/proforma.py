"""Pro forma: what goods are worth, stated for a customer or for customs; an invoice it is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from oms.billing.invoice import Invoice
from oms.core.parties import Language
from oms.orders.order import Order

KIND = "pro_forma"
MARK: dict[Language, str] = {
    "de": "Pro-forma-Rechnung: keine Rechnung im Sinne des § 14 UStG, nicht zu bezahlen, "
    "kein Vorsteuerabzug",
    "en": "Pro forma invoice: not an invoice for VAT purposes, not to be paid",
}
"""What it says of itself in any case, whatever a shop's own words are."""


def number_of(order: Order) -> str:
    """Its number: the order's, and how many there are; of no number range."""
    made = sum(paper.kind == KIND for paper in order.papers)
    return f"{order.external_number}-PF{made + 1}"


def pro_forma_of(order: Order, draft: Invoice, made_on: date) -> Invoice:
    """The pro forma invoice of an order of which `draft` is what it would cost.

    It asks for no money and counts nowhere: it has no terms, no bank transfer, no distance sales.
    """
    return replace(
        draft,
        kind="pro_forma",
        number=number_of(order),
        issued_on=made_on,
        supplied_on=made_on,
        fulfilment_id="",
        purchase_order=order.references.purchase_order,
        notes=(*draft.notes, MARK[draft.locale]),
        payment=None,
        terms=None,
        paid=Decimal(0),
        distance_sales=Decimal(0),
    )
