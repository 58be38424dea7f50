"""Invoicing: a document with the next number of its range, and the writes that make both final."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from oms.billing.bill import Bill
from oms.billing.billing import final_of, invoice_of
from oms.billing.crediting import Claim, NotCreditable, credit_note, everything_left
from oms.billing.documenting import bills_of, credit_notes_of, payable, replaced
from oms.billing.drafting import corrected_invoice, part_of
from oms.billing.einvoice import format_of
from oms.billing.estimates import estimate, vat_id_matters
from oms.billing.invoice import Deposit, Group, Invoice
from oms.billing.issuable import demand_issuable
from oms.billing.numbering import range_of
from oms.billing.stationery import dressed
from oms.core.calendar import book_day
from oms.core.refusals import Refusal
from oms.master.shop import Shop
from oms.orders.deposits import deducted
from oms.orders.documents import Document
from oms.orders.fulfilments import DIGITAL, Fulfilment
from oms.orders.ledger import ledger
from oms.orders.order import Order
from oms.screening.vat_check import buyer_of
from oms.tax.threshold import Standing, Watch
from oms_aws.billing.counter_batch import CounterBatch, Sale
from oms_aws.billing.numbers import Number
from oms_aws.billing.wiring import BillingWiring
from oms_aws.master.vat_checks import Found
from oms_aws.platform.table import Action


class Draft(NamedTuple):
    """A document that is issued once its writes are, together with its order and the counters.

    One without a number is issued later: `told` says what the order tells of it now.
    """

    document: Document
    writes: tuple[Action, ...]
    number: Number | None
    sale: Sale | None
    told: Callable[[Order, Document], Order] | None = None

    def alone(self, taking: CounterBatch) -> tuple[Action, ...]:
        """All writes, for a transaction in which it is the only document."""
        taking.add(self.number, self.sale)
        return (*self.writes, *taking.moves())


class Wanted(NamedTuple):
    """Wish to credit an invoice, and why; without claims, all that is left of it.

    `exactly` is what rates come to, gross (`oms.billing.crediting`).
    """

    reason: str
    claims: tuple[Claim, ...] | None = None
    shipping: Decimal = Decimal(0)
    exactly: Mapping[Group, Decimal] | None = None


def gross_due(order: Order, oms: BillingWiring, vat: Found | None = None) -> Decimal:
    """Cost of the whole order for the customer, gross, in its currency."""
    return order.total if order.price_mode == "gross" else estimated(order, oms, vat).gross


def due_or_why(order: Order, oms: BillingWiring, vat: Found | None = None) -> Decimal | Refusal:
    """As `gross_due`, or why nobody can say it: an unknown product, a rate that is not there."""
    try:
        return gross_due(order, oms, vat)
    except Refusal as refusal:
        return refusal


def estimated(order: Order, oms: BillingWiring, vat: Found | None = None) -> Invoice:
    """One invoice over the whole order as it would be if all left the home state now.

    `vat` is what is known of the buyer's VAT id, where somebody has asked already.
    """
    shop = oms.catalogue.cached_shop(order.shop)
    products = oms.catalogue.products(order.skus)
    if vat is None and vat_id_matters(order, shop):
        vat = vat_found(order, shop, oms)

    def made(standing: Standing) -> Invoice:
        return estimate(
            order,
            shop=shop,
            products=products,
            ship_from=shop.tax.home,
            on=book_day(order.placed_at),
            vat_check=vat.check if vat else None,
            distance_sales=standing,
        )

    return watched(made, lambda year: oms.turnover.seen(shop, year).watch, shop)


def vat_found(order: Order, shop: Shop, oms: BillingWiring) -> Found:
    """Check of the VAT id of an order's customer; VIES is asked where nothing is known."""
    vat_id = str(order.customer.vat_id)
    return oms.vat_checks.of(shop, order.customer.id, vat_id, buyer_of(order))


def drafted(
    order: Order,
    fulfilment_id: str,
    id: str,
    oms: BillingWiring,
    taking: CounterBatch,
    *,
    at: datetime,
) -> Draft:
    """The invoice for a shipped fulfilment under the number that is next in `taking`."""
    shop = oms.catalogue.cached_shop(order.shop)
    number = taking.number(range_of(shop, "invoice", book_day(at)))
    fulfilment = order.fulfilment(fulfilment_id)
    invoice = drafted_alone(order, fulfilment, number.text, oms, taking, at=at)
    document = Document(id, invoice.kind, invoice.number, fulfilment_id, at, invoice.gross)
    document = replace(document, format=format_of(invoice))
    return draft_of(document, invoice, number, order, shop, oms)


def final(
    order: Order,
    shipped: Sequence[Fulfilment],
    deposits: Sequence[Deposit],
    oms: BillingWiring,
    taking: CounterBatch,
    *,
    at: datetime,
) -> tuple[Invoice, Number]:
    """The invoice over several shipments, less deposits, and its number."""
    shop = oms.catalogue.cached_shop(order.shop)
    number = taking.number(range_of(shop, "final", book_day(at)))
    known = known_of(order, bills_of(order), number.text, oms, at=at)
    made = _billing(order, shipped, deposits, known, oms)
    return watched(made, lambda year: taking.sales(shop, year), shop), number


def corrected(
    order: Order,
    original: Document,
    reason: str,
    id: str,
    oms: BillingWiring,
    taking: CounterBatch,
    *,
    at: datetime,
) -> Draft:
    """The invoice that takes the place of a cancelled one, from what master data say now.

    Raises Refusal unless the original is an invoice that was credited whole and not corrected yet.
    """
    before = replaced(order, original)
    if order.erased:
        raise Refusal("person_erased", "The order has no buyer any more: its customer is erased.")
    snapshot = oms.documents.snapshot(original.id, Invoice)
    notes = [oms.documents.snapshot(n.id, Invoice) for n in credit_notes_of(order, original.id)]
    if any(everything_left(snapshot, notes)):
        raise Refusal("not_cancelled", f"Cancel {original.number} first: a part of it still holds.")
    shop = oms.catalogue.cached_shop(order.shop)
    number = taking.number(range_of(shop, "corrected", book_day(at)))
    known = known_of(order, before, number.text, oms, at=at, until=original.issued_at)
    shipped = [order.fulfilment(each) for each in original.billed]
    # Of a final invoice all is billed anew: what credited it has given the deposits back.
    deposits = () if original.type == "final" else None
    made = _billing(order, shipped, deposits, known, oms)
    again = watched(made, lambda year: taking.sales(shop, year), shop)
    invoice = corrected_invoice(snapshot, again, reason=reason)
    demand_issuable(invoice)
    document = Document(id, invoice.kind, invoice.number, original.fulfilment, at, invoice.gross)
    document = replace(
        document, original=original.id, format=format_of(invoice), covers=original.covers
    )
    return draft_of(document, invoice, number, order, shop, oms)


def known_of(
    order: Order,
    before: Sequence[Document],
    number: str,
    oms: BillingWiring,
    *,
    at: datetime,
    until: datetime | None = None,
) -> dict[str, Any]:
    """Facts that all bills of an order take, by the arguments of `oms.billing.billing`.

    `before` are the order's bills so far; what was collected `until` then counts as well.
    """
    shop = oms.catalogue.cached_shop(order.shop)
    others = [each for each in order.settlement.collected if until is None or each.at < until]
    return {
        "shop": shop,
        "account": oms.catalogue.cached_account(order.shop, order.customer.id),
        "products": oms.catalogue.cached_products(order.skus),
        "earlier": [
            *(oms.documents.snapshot(each.id, Invoice) for each in before),
            *(entry.draft for entry in oms.bills.collected_of(others)),
        ],
        "vat_check": oms.vat_checks.at_issue(shop, order) if vat_id_matters(order, shop) else None,
        "number": number,
        "issued_on": book_day(at),
    }


def drafted_alone(
    order: Order,
    fulfilment: Fulfilment,
    number: str,
    oms: BillingWiring,
    taking: CounterBatch,
    *,
    at: datetime,
) -> Invoice:
    """Draft of the invoice of a shipment under a number, on the right side of the threshold."""
    shop = oms.catalogue.cached_shop(order.shop)
    known = known_of(order, bills_of(order), number, oms, at=at)
    made = _billing(order, (fulfilment,), None, known, oms)
    return watched(made, lambda year: taking.sales(shop, year), shop)


def _billing(
    order: Order,
    shipped: Sequence[Fulfilment],
    deposits: Sequence[Deposit] | None,
    known: dict[str, Any],
    oms: BillingWiring,
) -> Callable[[Standing], Invoice]:
    """Bill of shipments: one of its own without `deposits`, else all of them in one."""
    shop: Shop = known["shop"]
    places = [(fulfilment, _ship_from(fulfilment, shop, oms)) for fulfilment in shipped]

    def made(standing: Standing) -> Invoice:
        if deposits is not None:
            return final_of(order, places, deposits, **known, distance_sales=standing)
        ((fulfilment, place),) = places
        return invoice_of(order, fulfilment, **known, ship_from=place, distance_sales=standing)

    return made


def credited(
    order: Order,
    original: Document,
    wanted: Wanted,
    id: str,
    oms: BillingWiring,
    taking: CounterBatch,
    *,
    at: datetime,
) -> Draft:
    """The credit note for parts of an invoice under the number that is next in `taking`.

    Raises NotCreditable when more is wanted than earlier credit notes have left, or only a part of
    an invoice that was never sent.
    """
    _demand_creditable(order, original, wanted)
    shop = oms.catalogue.cached_shop(order.shop)
    day = book_day(at)
    snapshot, earlier = creditable(order, original, oms)
    claims, shipping = wanted.claims, wanted.shipping
    if claims is None:
        claims, shipping = everything_left(snapshot, earlier)
    number = taking.number(range_of(shop, "credit_note", day))
    note = credit_note(
        snapshot,
        earlier,
        claims,
        shipping=shipping,
        number=number.text,
        issued_on=day,
        reason=wanted.reason,
        unpaid=unpaid(order, original.id),
        exactly=wanted.exactly,
    )
    document = Document(id, note.kind, note.number, original.fulfilment, at, note.gross)
    document = replace(document, covers=original.covers if original.bill else ())
    sent = None if original.rejected or original.withdrawn_at else format_of(note)
    document = replace(document, original=original.id, format=sent)
    return draft_of(document, note, number, order, shop, oms)


def _demand_creditable(order: Order, original: Document, wanted: Wanted) -> None:
    if deducted(order.documents, original.id):
        text = f"A final invoice has deducted {original.number}: credit that one."
        raise NotCreditable("deposit_deducted", text)
    if original.rejected and wanted.claims is not None:
        text = f"{original.number} was never sent, as its e-invoice breaks rules: cancel it."
        raise NotCreditable("document_rejected", text)


def unpaid(order: Order, document: str) -> Decimal:
    """Amount of an order's document, or of its share of one, that nobody has paid yet; gross."""
    item = ledger(order).item(document)
    return item.unpaid if item else Decimal(0)


def creditable(
    order: Order, original: Document, oms: BillingWiring
) -> tuple[Invoice, list[Invoice]]:
    """Part of a document that billed an order, and the credit notes so far."""
    if original.bill:
        return part_billed(oms.bills.get(original.bill).bill, original.id, oms, order=order.id)
    known = credit_notes_of(order, original.id)
    notes = [oms.documents.snapshot(each.id, Invoice) for each in known]
    return oms.documents.snapshot(original.id, Invoice), notes


def part_billed(
    bill: Bill, id: str, oms: BillingWiring, *, order: str | None = None
) -> tuple[Invoice, list[Invoice]]:
    """Part of a bill's document for an order, or for all, and every credit of that so far.

    The lines of all of them have the numbers that are printed on the document.
    """
    shares = [each for each in bill.shares(id) if order in (None, each.order)]
    covered = {fulfilment for each in shares for fulfilment in each.fulfilments}
    entries = [e for e in oms.bills.collected(bill.id) if e.draft.fulfilment_id in covered]
    part, reductions = part_of(
        oms.documents.snapshot(id, Invoice),
        [entry.draft for entry in entries],
        [credit for entry in entries for credit in entry.credits],
    )
    known = [c for c in bill.credits if c.document == id and order in (None, c.order)]
    notes = [oms.documents.snapshot(each.note, Invoice) for each in known]
    return part, [*reductions, *notes]


def draft_of(
    document: Document,
    snapshot: Invoice,
    number: Number,
    order: Order,
    shop: Shop,
    oms: BillingWiring,
) -> Draft:
    """The document, with its record and the entry of its number.

    One that was issued before the table was restored to an earlier time is issued as it was then;
    raises Refusal when that is of another kind.
    """
    if known := oms.documents.adopted(document.id):
        snapshot = known.snapshot
        if snapshot.kind != document.type:
            text = f"{document.id} is archived as {known.text}, which is of another kind."
            raise Refusal("document_archived", text)
        document = replace(
            document,
            number=known.text,
            issued_at=known.issued_at,
            gross=snapshot.gross,
            format=format_of(snapshot),
        )
        return Draft(payable(document, snapshot), (oms.documents.adopt(known),), None, None)
    record = oms.documents.record(
        document.id, order.id, order.shop, dressed(snapshot, shop), number, document.issued_at
    )
    writes = (oms.numbers.entry(number, document.id), record)
    return Draft(payable(document, snapshot), writes, number, counted(snapshot, shop))


def counted(invoice: Invoice, shop: Shop) -> Sale | None:
    """Sale that a document adds to the distance sales of its year; a credit note takes off."""
    net = invoice.distance_sales
    return Sale(shop, invoice.supplied_on.year, net) if net else None


def _ship_from(fulfilment: Fulfilment, shop: Shop, oms: BillingWiring) -> str:
    """The country of the warehouse, or of the seller for what no warehouse ships."""
    if fulfilment.location == DIGITAL:
        return shop.seller.country
    return oms.catalogue.cached_warehouse(fulfilment.location).address.country


def watched(
    made: Callable[[Standing], Invoice], sales: Callable[[int], Watch], shop: Shop
) -> Invoice:
    """The invoice on the right side of the threshold, after the `sales` of a year so far."""
    invoice = made("below")
    if not invoice.distance_sales:
        return invoice
    if sales(invoice.supplied_on.year).standing(invoice.distance_sales, shop.tax) == "above":
        return made("above")
    return invoice
