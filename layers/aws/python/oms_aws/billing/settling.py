"""Settling: what an order with deposits wants next, until its documents add up to what it is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from oms.billing.billing import deposit_of
from oms.billing.deposits import IssuedDeposit, part_of, surplus
from oms.billing.documenting import bills_of, credit_notes_of
from oms.billing.einvoice import format_of
from oms.billing.estimates import still_to_bill
from oms.billing.invoice import Deposit, Invoice, TaxTotal
from oms.billing.issuable import demand_issuable
from oms.billing.numbering import range_of
from oms.core import money
from oms.core.calendar import book_day
from oms.core.parties import Language
from oms.orders.advances import exchange_after, last_step, unpaid
from oms.orders.deposits import had_deposits, open_deposits, to_bill, to_come, unbilled, uncredited
from oms.orders.documents import Document
from oms.orders.order import Order
from oms.tax.exchange import EURO, exchange_on
from oms.tax.threshold import Standing
from oms_aws.billing.counter_batch import CounterBatch
from oms_aws.billing.invoicing import Draft, Wanted, credited, draft_of, drafted, final, known_of
from oms_aws.billing.wiring import BillingWiring

REASONS: dict[str, dict[Language, str]] = {
    "cancelled": {
        "de": "Die Bestellung wird nicht mehr ausgeführt",
        "en": "The order will not be carried out any more",
    },
    "smaller": {
        "de": "Die Anzahlung ist höher als das, was noch zu berechnen ist",
        "en": "The deposit is more than what is still to be invoiced",
    },
    "unpaid": {
        "de": "Die Anzahlung ist nicht bezahlt und wird mit der Ware berechnet",
        "en": "The deposit was not paid and is invoiced with the goods",
    },
}
"""Why the system credits deposits, as their credit notes say it."""


class Demand(NamedTuple):
    """A deposit that somebody asks for: an amount in the order's price mode, or a percentage."""

    amount: Decimal | None = None
    percent: Decimal | None = None
    due_on: date | None = None

    def of(self, order: Order) -> Decimal:
        """The amount, of what the order costs without its cancelled pieces."""
        if self.amount is not None:
            return self.amount
        return money.rounded(order.charged * (self.percent or 0) / 100, order.currency)


def invoice_id(fulfilment: str) -> str:
    """The id of the invoice that a shipment asks for."""
    return fulfilment.replace("ful_", "inv_")


def wanted(
    order: Order, fulfilment: str | None, oms: BillingWiring, taking: CounterBatch, *, at: datetime
) -> Draft | None:
    """The document that an order wants now; None while there is nothing to it.

    Without deposits that is the invoice of the shipment that asks. With them, what is more than is
    still to be billed is credited, one deposit at a time; and once nothing is to come any more,
    what nobody has paid of them is credited, and one invoice bills all that has left. Shipments
    whose deposits were all credited are billed one by one.
    """
    if not had_deposits(order):
        return _alone(order, fulfilment, oms, taking, at=at) if fulfilment else None
    if not open_deposits(order.documents):
        left = unbilled(order)
        return _alone(order, left[0].id, oms, taking, at=at) if left else None
    return (
        _credit(order, oms, taking, at=at)
        or _not_paid(order, oms, taking, at=at)
        or _final(order, oms, taking, at=at)
    )


def _alone(
    order: Order, fulfilment: str, oms: BillingWiring, taking: CounterBatch, *, at: datetime
) -> Draft:
    return drafted(order, fulfilment, invoice_id(fulfilment), oms, taking, at=at)


def _credit(
    order: Order, oms: BillingWiring, taking: CounterBatch, *, at: datetime
) -> Draft | None:
    """The credit note for what of a deposit is too much."""
    opened = open_deposits(order.documents)
    asked = [_asked(order, each, oms) for each in opened]
    found = surplus(_whole(order, oms, taking, at=at), asked, order.currency)
    if found is None:
        return None
    deposit, claims = found
    rest = to_bill(order)
    why = REASONS["smaller" if rest else "cancelled"][order.customer.locale]
    original, wanted = opened[asked.index(deposit)], Wanted(why, claims if rest else None)
    return credited(order, original, wanted, oms.new_id("crn"), oms, taking, at=at)


def _not_paid(
    order: Order, oms: BillingWiring, taking: CounterBatch, *, at: datetime
) -> Draft | None:
    """The credit note for what nobody has paid of a deposit, before the final invoice.

    That one deducts what was received, and its tax (§ 14 (5) sentence 2 UStG), and asks for the
    rest: two invoices must not ask for the same money.
    """
    if to_come(order) or not unbilled(order):
        return None
    for each in reversed(open_deposits(order.documents)):
        missing = unpaid(order, each)
        if not missing:
            continue
        reason = REASONS["unpaid"][order.customer.locale]
        wanted = Wanted(reason)
        if missing < uncredited(each, order.documents):
            part = part_of(_asked(order, each, oms), missing)
            wanted = Wanted(reason, part.claims, exactly=part.gross)
        return credited(order, each, wanted, oms.new_id("crn"), oms, taking, at=at)
    return None


def _asked(order: Order, deposit: Document, oms: BillingWiring) -> IssuedDeposit:
    """A deposit and its credit notes, as they were issued."""
    notes = credit_notes_of(order, deposit.id)
    snapshots = tuple(oms.documents.snapshot(each.id, Invoice) for each in notes)
    return IssuedDeposit(oms.documents.snapshot(deposit.id, Invoice), snapshots)


def _whole(
    order: Order, oms: BillingWiring, taking: CounterBatch, *, at: datetime
) -> tuple[TaxTotal, ...]:
    """Taxes that are still to be billed, rate by rate: as they will be, once nothing is to come."""
    left = unbilled(order)
    if not to_come(order):
        return final(order, left, (), oms, taking, at=at)[0].taxes if left else ()
    known = known_of(order, bills_of(order), "none", oms, at=at)
    invoice, _ = _as_of_now(order, known, taking)
    return invoice.taxes if invoice else ()


def _as_of_now(
    order: Order, known: dict[str, Any], taking: CounterBatch
) -> tuple[Invoice | None, Standing]:
    """Invoice of the rest as if it left today, and the side of the threshold for it."""
    shop = known["shop"]
    some = {name: known[name] for name in ("shop", "products", "earlier", "vat_check")}
    invoice = still_to_bill(order, on=known["issued_on"], **some)
    if invoice is None or not invoice.distance_sales:
        return invoice, "below"
    sales = taking.sales(shop, invoice.supplied_on.year)
    if sales.standing(invoice.distance_sales, shop.tax) == "below":
        return invoice, "below"
    return still_to_bill(order, on=known["issued_on"], distance_sales="above", **some), "above"


def _final(order: Order, oms: BillingWiring, taking: CounterBatch, *, at: datetime) -> Draft | None:
    """The invoice over all that left, once nothing is to come any more."""
    left = unbilled(order)
    if to_come(order) or not left:
        return None
    opened = open_deposits(order.documents)
    deposits = [_deducted(order, each, oms, at=at) for each in opened]
    invoice, number = final(order, left, deposits, oms, taking, at=at)
    last = left[-1].id
    document = Document(invoice_id(last), "final", invoice.number, last, at, invoice.gross)
    covers = tuple(each.id for each in left)
    document = replace(document, format=format_of(invoice), covers=covers)
    shop = oms.catalogue.cached_shop(order.shop)
    return draft_of(document, invoice, number, order, shop, oms)


def _deducted(order: Order, each: Document, oms: BillingWiring, *, at: datetime) -> Deposit:
    """A deposit as the final invoice deducts it: in EUR with what its money was worth."""
    found = _asked(order, each, oms).deducted
    if order.currency == EURO or found.exchange is None:
        return found
    steps = oms.open_items.advances(order.id, each.id, len(each.taxed))
    taxed = each.taxed[-1].amount if each.taxed else Decimal(0)
    if (stands := money.total([tax.gross for tax in found.taxes])) > taxed:
        rates = oms.catalogue.cached_shop(order.shop).tax.exchange
        now = exchange_on(order.currency, book_day(at), rates)
        steps.append(last_step(order, each, taxed, stands, at, now))
    return replace(found, exchange=exchange_after(steps, found.exchange))


def deposit(
    order: Order, demand: Demand, id: str, oms: BillingWiring, taking: CounterBatch, *, at: datetime
) -> Draft:
    """A deposit that is asked for; raises Refusal when it is no part of what is still to bill."""
    shop = oms.catalogue.cached_shop(order.shop)
    number = taking.number(range_of(shop, "prepayment", book_day(at)))
    known = known_of(order, bills_of(order), number.text, oms, at=at)
    opened = open_deposits(order.documents)
    _, side = _as_of_now(order, known, taking)
    invoice = deposit_of(
        order,
        demand.of(order),
        standing=[total for each in opened for total in _asked(order, each, oms).standing],
        due_on=demand.due_on,
        distance_sales=side,
        **known,
    )
    demand_issuable(invoice)
    document = Document(id, "prepayment", invoice.number, "", at, invoice.gross)
    document = replace(document, format=format_of(invoice))
    return draft_of(document, invoice, number, order, shop, oms)
