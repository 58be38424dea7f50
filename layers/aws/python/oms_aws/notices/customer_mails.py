"""Mails of an order: who is told what, from the order and the event that causes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from msgspec.structs import replace

from oms.billing.bill import Bill
from oms.billing.invoice import Invoice
from oms.core.parties import Language
from oms.core.refusals import Refusal
from oms.fulfilment.label import label_lines
from oms.orders.applying import decode_event
from oms.orders.documents import Document
from oms.orders.findings import Hold
from oms.orders.order import Order
from oms.orders.order_events import OrderCancelled as Cancelled
from oms.orders.order_events import OrderChanged as Changed
from oms.orders.sourcing_events import EtaChanged
from oms.returns.withdrawal import Withdrawal
from oms.screening.address import HOLDS
from oms_aws.notices import business_mails, parcel_mails, return_mails
from oms_aws.notices.bill_mails import of_bill, of_bill_letter
from oms_aws.notices.following import following
from oms_aws.notices.letter_parts import BankDetails, Item, ShippedParcel
from oms_aws.notices.letters import compose
from oms_aws.notices.mailing import Case, Mail, einvoice_link
from oms_aws.notices.money_letters import CreditIssued, InvoiceIssued
from oms_aws.notices.order_letters import (
    AddressWanted,
    ChangeRefused,
    HoldEscalated,
    OrderCancelled,
    OrderChanged,
    OrderReceived,
    OrderRefused,
    OrderWaits,
    RecallRefused,
)
from oms_aws.notices.parcel_letters import ParcelShipped
from oms_aws.notices.waiting import waiting_items
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.notices.withdrawal_mails import of_receipt
from oms_aws.platform.links import hold_of
from oms_aws.platform.log import read_event
from oms_aws.platform.queue import EventNotice
from oms_aws.platform.wording import date_text

Mails = Mail | tuple[Mail, ...] | None


def mails_for(
    signal: EventNotice, holder: Order | Bill | Withdrawal, oms: NoticesWiring
) -> tuple[Mail, ...]:
    """The mails that an event causes, each in its reader's language and of another kind."""
    mails = _mails_for(signal, holder, oms)
    if mails is None:
        return ()
    return (mails,) if isinstance(mails, Mail) else mails


def _mails_for(signal: EventNotice, holder: Order | Bill | Withdrawal, oms: NoticesWiring) -> Mails:
    if isinstance(holder, Withdrawal):
        return of_receipt(holder, oms)
    if isinstance(holder, Bill):
        of = of_bill_letter if signal.type == "Letter.Archived" else of_bill
        return of(signal, holder, oms)
    if signal.type not in WRITERS:
        raise Refusal("no_letter", f"Nobody is told of {signal.type}.")
    if holder.erased:
        return None
    shop = oms.catalogue.cached_shop(holder.shop)
    return WRITERS[signal.type](Case(signal, holder, shop, oms))


def _received(case: Case) -> Mail:
    order = case.order
    facts = OrderReceived(
        **case.common,
        items=case.items(order.pieces("ordered"), rights=True),
        goods=order.goods_total,
        discount=order.discount,
        shipping=order.shipping.price,
        total=order.total,
        currency=order.currency,
        price_mode=order.price_mode,
        ship_to=label_lines(order.ship_to),
        confirmation_url=_confirmation(case),
        withdraw_url=_withdraw(case),
    )
    return case.to_customer("order_received", facts)


def _confirmation(case: Case) -> str | None:
    """Link to a business's order confirmation, if the shop wants that; it is set then."""
    order = case.order
    if order.customer.type != "B2B" or not case.shop.papers.confirmation_link:
        return None
    return case.oms.links.link("confirmation", order.id, at=order.received_at)


def _withdraw(case: Case) -> str | None:
    """The page on which a consumer may withdraw, at any time of the period (§ 356a (1) BGB)."""
    if case.order.customer.type != "B2C":
        return None
    return f"{case.oms.settings.public_url}/withdraw?shop={quote(case.shop.id)}"


def _changed(case: Case) -> Mail:
    order = case.order
    entry = read_event(case.oms.table, case.signal.aggregate, case.signal.sequence)
    event = decode_event(entry)
    if not isinstance(event, Changed):
        raise Refusal("not_a_change", f"{case.signal.id} is no change.")
    added = {line.number: line.added for line in event.lines if line.added}
    removed = {line.number: sum(line.removed.values()) for line in event.lines if line.removed}
    prices = {line.number: line.unit_price for line in event.lines if line.unit_price is not None}
    repriced = {line.number for line in event.lines if line.sku is None} & prices.keys()
    lines = (replace(li, unit_price=prices.get(li.number, li.unit_price)) for li in order.lines)
    then = case._replace(order=replace(order, lines=tuple(lines)))
    address = event.shipping_address or event.billing_address
    facts = OrderChanged(
        **case.common,
        items=then.items(added),
        removed=then.items(removed),
        repriced=then.items(dict.fromkeys(repriced, 1)),
        total=event.total,
        currency=order.currency,
        price_mode=order.price_mode,
        ship_to=label_lines(address) if address else (),
        method=event.shipping.method if event.shipping else None,
        vat_id=event.vat_id,
    )
    return case.to_customer("order_changed", facts)


def _held(case: Case) -> Mail | None:
    """Only of what the customer can do something about."""
    hold, language = case.hold, case.order.customer.locale
    if hold.reason not in HOLDS or hold.owner != "customer":
        return business_mails.of_hold(case)
    link = case.oms.links.link("address", hold_of(case.order.id, hold.id), at=hold.raised_at)
    facts = AddressWanted(
        **case.common,
        text=_in(language, hold),
        ship_to=label_lines(case.order.ship_to),
        url=link,
        until=date_text(hold.deadline.date(), language),
    )
    return case.to_customer("address_wanted", facts)


def _refused(case: Case) -> Mail:
    reason = str(case.signal.facts["reason"])
    facts = OrderRefused(
        **case.common,
        items=case.items(case.order.pieces("ordered")),
        payment_failed=reason == "payment_failed",
    )
    return case.to_customer("order_refused", facts)


def _escalated(case: Case) -> Mail:
    hold, shop, language = case.hold, case.shop, case.shop.language
    facts = HoldEscalated(
        **{**case.common, "customer": f"Team {shop.name}"},
        order_id=case.order.id,
        reason=hold.reason,
        text=_in(language, hold),
        owner=hold.owner,
        raised_at=f"{hold.raised_at:%Y-%m-%d %H:%M} UTC",
        deadline=f"{hold.deadline:%Y-%m-%d %H:%M} UTC",
    )
    letter = compose("hold_escalated", facts, language)
    return Mail("hold_escalated", shop.support_email, letter)


def _in(language: Language, hold: Hold) -> str:
    return (hold.text_de or hold.text) if language == "de" else hold.text


def _cancelled(case: Case) -> Mail:
    entry = read_event(case.oms.table, case.signal.aggregate, case.signal.sequence)
    event = decode_event(entry)
    if not isinstance(event, Cancelled):
        raise Refusal("not_a_cancellation", f"{case.signal.id} is no cancellation.")
    left = {line.number: line.ordered - line.cancelled for line in case.order.lines}
    facts = OrderCancelled(
        **case.common,
        items=case.items(event.by_line),
        whole=event.whole,
        reason=event.reason or None,
        remaining=case.items({number: n for number, n in left.items() if n}),
    )
    return case.to_customer("order_cancelled", facts)


def _recall_refused(case: Case) -> Mail | None:
    if case.signal.facts.get("change"):
        return None
    recall = case.order.fulfilment(str(case.signal.facts["fulfilment"])).recall
    facts = RecallRefused(**case.common, items=case.items(recall.pieces if recall else {}))
    return case.to_customer("recall_refused", facts)


def _dropped(case: Case) -> Mail | None:
    if case.signal.facts["reason"] == "order_cancelled":
        return None
    left = {line.number: line.ordered - line.cancelled for line in case.order.lines}
    items = case.items({number: n for number, n in left.items() if n})
    return case.to_customer("change_refused", ChangeRefused(**case.common, items=items))


def _shipped(case: Case, id: str, document: Document | None = None) -> Mail:
    """Parcels have left, with their invoice unless that comes later."""
    order, oms = case.order, case.oms
    fulfilment = order.fulfilment(id)
    facts = ParcelShipped(
        **case.common,
        items=case.items(fulfilment.pieces),
        parcels=tuple(
            ShippedParcel(
                str(parcel.carrier),
                str(parcel.tracking_number),
                oms.catalogue.tracking_link(parcel.carrier, parcel.tracking_number),
            )
            for parcel in fulfilment.parcels
        ),
        following=following(case),
        invoice_number=document.number if document else None,
        invoice_url=_paper(document, oms) if document else None,
        einvoice_url=einvoice_link(document, oms) if document else None,
    )
    return case.to_customer("parcel_shipped", facts)


def _awaited(case: Case) -> Mail:
    return _shipped(case, str(case.signal.facts["fulfilment"]))


def _paper(document: Document, oms: NoticesWiring) -> str:
    return oms.links.link("document", document.id, at=document.issued_at)


def _billed(case: Case, document: Document) -> Mail:
    """A deposit, or the invoice of what was told of as it left."""
    invoice, order = case.oms.documents.snapshot(document.id, Invoice), case.order
    terms, bank = invoice.terms, invoice.seller.bank
    left = {li.number: n for li in order.lines if (n := li.ordered - li.cancelled)}
    facts = InvoiceIssued(
        **case.common,
        number=document.number,
        deposit=document.type == "prepayment",
        items=case.items(left),
        amount=invoice.gross,
        currency=invoice.currency,
        until=date_text(terms.due_on, invoice.locale) if terms else None,
        bank=BankDetails(invoice.seller.name, bank.name, bank.iban, bank.bic, document.number)
        if terms and bank
        else None,
        url=_paper(document, case.oms),
        einvoice_url=einvoice_link(document, case.oms),
    )
    return case.to_customer("invoice_issued", facts)


def _archived(case: Case) -> Mail | None:
    """An invoice goes with its parcels, what corrects it by itself; nothing of one never sent."""
    document = case.order.document(str(case.signal.facts["document"]))
    original = case.order.document(document.original) if document.original else None
    unsent = original is not None and original.withdrawn_at is not None
    if document.withdrawn_at or (unsent and document.type == "credit_note"):
        return None
    if original is None or unsent:
        told = document.fulfilment and case.order.fulfilment(document.fulfilment).awaits
        if told or not document.fulfilment:
            return _billed(case, document)
        return _shipped(case, document.fulfilment, document)
    return _credited(case, document)


def _credited(case: Case, document: Document) -> Mail:
    note = case.oms.documents.snapshot(document.id, Invoice)
    facts = CreditIssued(
        **case.common,
        number=document.number,
        invoice_number=note.original.number if note.original else "",
        items=tuple(Item(li.description, li.quantity, li.sku) for li in note.lines),
        amount=note.gross,
        anew=note.kind == "corrected",
        currency=note.currency,
        url=_paper(document, case.oms),
        einvoice_url=einvoice_link(document, case.oms),
    )
    return case.to_customer("credit_issued", facts)


def _waits(case: Case) -> Mail | None:
    """Of the lines whose day is news, those that still wait."""
    order = case.order
    entry = read_event(case.oms.table, case.signal.aggregate, case.signal.sequence)
    event = decode_event(entry)
    if not isinstance(event, EtaChanged):
        raise Refusal("not_expected", f"{case.signal.id} says nothing of a day.")
    items = waiting_items(order, event.expected, case.oms)
    if not items:
        return None
    link = case.oms.links.link("waiting", order.id, at=event.at)
    facts = OrderWaits(**case.common, items=items, first=event.first, cancel_url=link)
    return case.to_customer("order_waits", facts)


WRITERS: Mapping[str, Callable[[Case], Mails]] = {
    "Order.Created": _received,
    "Order.Held": _held,
    "Payment.Reminded": business_mails.of_reminder,
    "Letter.Archived": business_mails.of_letter,
    "Order.Approved": business_mails.of_approval,
    "Order.Rejected": business_mails.of_rejection,
    "Approval.Reminded": business_mails.of_approval_reminder,
    "Approval.Escalated": business_mails.of_escalation,
    "Order.HoldEscalated": _escalated,
    "Order.Changed": _changed,
    "Order.Refused": _refused,
    "Order.Cancelled": _cancelled,
    "Order.ChangeDropped": _dropped,
    "Fulfilment.RecallRefused": _recall_refused,
    "Eta.Changed": _waits,
    "Invoice.Awaited": _awaited,
    "Document.Archived": _archived,
    "Invoice.Deferred": _awaited,
    "Shipment.Failed": parcel_mails.of_failure,
    "Shipment.Overdue": parcel_mails.of_delay,
    "Shipment.Returned": parcel_mails.of_return,
    "Order.ReturnAwaited": return_mails.of_announcement,
    "Order.PiecesReturned": return_mails.of_arrival,
}
"""Who writes what of an event: whatever `notices/tell_customer` listens to stands here."""
