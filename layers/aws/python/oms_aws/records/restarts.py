"""Restarts: the healer of every wait for ourselves is the step that moves it on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from oms.billing.bill import Bill
from oms.orders.deposits import unbilled
from oms.orders.order import Order
from oms.orders.stalled import OURSELVES
from oms.orders.waiting import waiting
from oms_aws.platform.queue import EventNotice

Held = Order | Bill


class Restart(NamedTuple):
    """A step, and the signal that wakes it as the event would have done that got lost."""

    step: str
    signal: EventNotice


def restarts(held: Held, stalled: EventNotice) -> Iterator[Restart]:
    """Steps to wake for all that waits for us, as things stand now."""
    waits = held.waiting() if isinstance(held, Bill) else waiting(held)
    causes = {wait.cause for wait in waits if wait.party == OURSELVES}
    for cause in sorted(causes):
        yield from HEALERS[cause](held, stalled)


def _open(order: Held, stalled: EventNotice) -> Iterator[Restart]:
    """Pieces go through the intake, or are claimed and routed where the checks are behind them."""
    if isinstance(order, Order) and order.screening.screened_at:
        yield Restart("sourcing/follow_change", replace(stalled, type="Order.Changed"))
    else:
        # Each restart is a run of its own, as if a clerk had sent the event back.
        again = replace(stalled, type="Order.Created", redriven=1, cause=stalled.id)
        yield Restart("orders/start_intake", again)


def _invoice(order: Held, stalled: EventNotice) -> Iterator[Restart]:
    """Restart of billing: for what has left, else the final invoice, or a deposit to give back."""
    assert isinstance(order, Order)
    wake = replace(stalled, type="Order.Changed")
    yield Restart("billing/line_up_shipments", wake)
    for fulfilment in unbilled(order):
        left = replace(stalled, type="Shipment.Confirmed", facts={"fulfilment": fulfilment.id})
        yield Restart("billing/line_up_shipments", left)


def _collective(order: Held, stalled: EventNotice) -> Iterator[Restart]:
    assert isinstance(order, Order)
    for bill in dict.fromkeys(each.bill for each in order.to_collect):
        due = replace(stalled, type="Due", aggregate=f"bill/{bill}")
        yield Restart("billing/issue_collective_invoice", due)


def _bill(_: Held, stalled: EventNotice) -> Iterator[Restart]:
    yield Restart("billing/issue_collective_invoice", replace(stalled, type="Due"))


def _document(held: Held, stalled: EventNotice) -> Iterator[Restart]:
    """An e-invoice is checked before its paper is made; what a clerk has to mend is left alone."""
    for document in held.documents:
        if document.kept or document.rejected_at:
            continue
        step = "render_document" if document.ready else "validate_document"
        issued = replace(stalled, type="Invoice.Issued", facts={"document": document.id})
        yield Restart(f"billing/{step}", issued)


def _dunning(held: Held, stalled: EventNotice) -> Iterator[Restart]:
    for document in held.documents:
        if document.dunning and document.dunning.asked_at:
            overdue = replace(stalled, type="Invoice.Overdue", facts={"document": document.id})
            yield Restart("payments/dun_customer", overdue)


def _letter(held: Held, stalled: EventNotice) -> Iterator[Restart]:
    for document in held.documents:
        for letter in document.dunning.letters if document.dunning else ():
            if letter.key is None:
                sent = replace(stalled, type="Invoice.Reminded", facts={"letter": letter.id})
                yield Restart("payments/render_letter", sent)


def _capture(_: Held, stalled: EventNotice) -> Iterator[Restart]:
    yield Restart("payments/capture_payment", replace(stalled, type="Payment.CaptureDue"))


def _refund(_: Held, stalled: EventNotice) -> Iterator[Restart]:
    yield Restart("payments/refund_payment", replace(stalled, type="Payment.Retried"))


HEALERS: Mapping[str, Callable[[Held, EventNotice], Iterator[Restart]]] = {
    "open": _open,
    "invoice": _invoice,
    "collective_invoice": _collective,
    "bill_open": _bill,
    "bill_closed": _bill,
    "document": _document,
    "dunning": _dunning,
    "letter": _letter,
    "capture": _capture,
    "void": _capture,
    "refund": _refund,
}
"""By the cause of a wait for ourselves."""
