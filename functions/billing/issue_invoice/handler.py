"""A confirmed shipment gets its invoice: the next number and what is true now, in one transaction."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from oms.billing import invoice_of
from oms.invoice import Invoice
from oms.order import Document, Order
from oms.refusals import NotNow
from oms_aws.edges.queue import Signal, queue
from oms_aws.orders import Conflict, Saved
from oms_aws.wiring import Ports

TRIES = 20
BOOKS_ARE_KEPT_IN = ZoneInfo("Europe/Berlin")


@queue
def handler(signal: Signal, oms: Ports) -> None:
    for _ in range(TRIES):
        seen = oms.orders.get(signal.order_id)
        fulfilment_id = str(signal.facts["fulfilment"])
        id = fulfilment_id.replace("ful_", "inv_")
        if any(document.id == id for document in seen.order.documents):
            return
        now = oms.now()
        invoice, taken = _issue(seen.order, fulfilment_id, id, now, oms)
        document = Document(id, "invoice", invoice.number, fulfilment_id, now, invoice.gross)
        try:
            oms.orders.save(
                seen, seen.order.invoice(document), Saved("auftakt", signal.id, tuple(taken))
            )
            return
        except Conflict:
            continue
    raise NotNow("many invoices are being issued at once")


def _issue(
    order: Order, fulfilment_id: str, id: str, now: datetime, oms: Ports
) -> tuple[Invoice, list[dict[str, object]]]:
    shop = oms.catalogue.shop(order.shop)
    fulfilment = order.fulfilment(fulfilment_id)
    today = now.astimezone(BOOKS_ARE_KEPT_IN).date()
    number = oms.numbers.next(f"{shop.id}/{shop.invoice_prefix}-{today.year}")
    earlier = [oms.documents.snapshot(d.id, Invoice).taxes for d in order.documents]
    invoice = invoice_of(
        order,
        fulfilment,
        shop=shop,
        products=oms.catalogue.products(order.skus),
        ship_from=oms.catalogue.warehouse(fulfilment.location).address.country,
        earlier=[total for totals in earlier for total in totals],
        number=number.text,
        issued_on=today,
    )
    record = oms.documents.record(id, order.id, order.shop, invoice)
    return invoice, [*oms.numbers.take(number, id), record]
