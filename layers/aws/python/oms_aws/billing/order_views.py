"""Orders as callers see them, with their documents and their money."""

from __future__ import annotations

from typing import Any

import msgspec

from oms.orders import balance
from oms.orders.astray import standing
from oms.orders.documents import Document, Paper
from oms.orders.fulfilments import Fulfilment, Parcel
from oms.orders.lines import LINE_STATES, Line
from oms.orders.order import Order
from oms.orders.owing import outstanding, overpaid, owed, received
from oms.orders.pending import PendingChange
from oms.orders.waiting import waiting as waiting_order
from oms.payments.capturing import state
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.seen import gift_seen, recall_seen
from oms_aws.orders.store import StoredOrder
from oms_aws.platform.http import Answer
from oms_aws.platform.shown import whole


def order_answer(stored: StoredOrder, oms: BillingWiring) -> Answer:
    """The whole order, with its version as ETag."""
    return Answer(order_view(stored, oms), headers={"ETag": f'"{stored.version}"'})


def order_view(stored: StoredOrder, oms: BillingWiring) -> dict[str, Any]:
    """The whole order as JSON values."""
    order = stored.order
    return {
        "id": order.id,
        "external_number": order.external_number,
        "shop": order.shop,
        "status": order.status,
        "placed_at": order.placed_at,
        "received_at": order.received_at,
        "completed_at": order.progress.completed_at,
        "currency": order.currency,
        "price_mode": order.price_mode,
        "customer": whole(order.customer),
        "billing_address": whole(order.billing_address),
        "shipping_address": whole(order.shipping_address) if order.shipping_address else None,
        "delivery": _delivery(order),
        "shipping": whole(order.shipping),
        "payment": whole(order.payment),
        "note": order.wishes.note,
        "cost_centre": order.references.cost_centre,
        "purchase_order": order.references.purchase_order,
        "ordered_by": order.references.ordered_by,
        "gift": gift_seen(order),
        "discounts": [whole(each) for each in order.discounts],
        "lines": [_line(line, order) for line in order.lines],
        "holds": [whole(hold) for hold in order.screening.holds],
        "findings": [whole(finding) for finding in order.screening.findings],
        "fulfilments": [_fulfilment(f, order, oms) for f in order.fulfilments],
        "documents": [document_view(document, oms) for document in order.documents],
        "papers": [paper_view(paper) for paper in order.papers],
        **_money(order),
        "waiting": [whole(waiting) for waiting in waiting_order(order)],
        "reserved_until": order.reserved_until,
        "refused": order.screening.refused,
        "changes": list(order.changes.confirmed),
        "pending_change": _pending(order.changes.pending) if order.changes.pending else None,
        "erasure": whole(order.erasure) if order.erasure else None,
        "version": stored.version,
    }


def _money(order: Order) -> dict[str, Any]:
    """Standing of the order with the customer's money, credit and approval."""
    return {
        "totals": {
            "goods": str(order.goods_total),
            "discount": str(order.discount),
            "shipping": str(order.shipping.price),
            "total": str(order.total),
            "currency": order.currency,
        },
        "settlement": {
            "owed": str(owed(order)),
            "received": str(received(order)),
            "outstanding": str(outstanding(order)),
            "overpaid": str(overpaid(order)),
            "state": state(order),
            "authorised": str(balance.authorised(order)),
            "captured": str(balance.captured(order)),
            "refunded": str(balance.refunded(order)),
            "billed": str(balance.billed(order)),
            "unpaid": str(balance.unpaid(order)),
            "currency": order.currency,
        },
        "payments": [whole(payment) for payment in order.settlement.payments],
        "captures": [whole(capture) for capture in order.settlement.captures],
        "refunds": [whole(refund) for refund in order.settlement.refunds],
        "payment_failures": [whole(failure) for failure in order.settlement.failures],
        "disputes": [whole(dispute) for dispute in order.settlement.disputes],
        "credit": whole(order.settlement.credit) if order.settlement.credit else None,
        "approvals": [whole(approval) for approval in order.screening.approvals],
    }


def as_it_stands(document: Document, oms: BillingWiring) -> Document:
    """A document with how it stands: of a share, how the bill's document does."""
    if not document.bill:
        return document
    whole = oms.bills.get(document.bill).bill.document(document.id)
    mine = {name: getattr(document, name) for name in ("fulfilment", "covers", "gross", "bill")}
    return msgspec.structs.replace(whole, **mine)


def document_view(document: Document, oms: BillingWiring) -> dict[str, Any]:
    """A document as callers see it; its address asks for a key."""
    document = as_it_stands(document, oms)
    return {
        "id": document.id,
        "type": document.type,
        "number": document.number,
        "fulfilment": document.fulfilment,
        "bill": document.bill or None,
        "issued_at": document.issued_at,
        "gross": str(document.gross),
        "status": _stand(document),
        "original": document.original,
        "format": document.format,
        "rejected": list(document.rejected),
        "sha256": document.sha256,
        "xml_sha256": document.xml_sha256,
        "url": f"{oms.settings.public_url}/v1/documents/{document.id}",
    }


def paper_view(paper: Paper) -> dict[str, Any]:
    """A paper that somebody asked for, as callers see it."""
    return {
        "id": paper.id,
        "kind": paper.kind,
        "fulfilment": paper.fulfilment or None,
        "made_at": paper.at,
        "sha256": paper.sha256,
    }


def _stand(document: Document) -> str:
    if document.key:
        return "archived"
    return "rejected" if document.rejected else "issued"


def _pending(pending: PendingChange) -> dict[str, Any]:
    return {name: getattr(pending, name) for name in ("id", "by", "requested_at")}


def _delivery(order: Order) -> dict[str, Any]:
    wishes = order.wishes
    return {
        "partial_allowed": wishes.partial_allowed,
        "priority": wishes.priority if wishes.priority is not None else wishes.rank,
        "promised_on": wishes.promised_on,
    }


def _line(line: Line, order: Order) -> dict[str, Any]:
    quantities = {"ordered": line.ordered, **{place: getattr(line, place) for place in LINE_STATES}}
    return {
        "number": line.number,
        "sku": line.sku,
        "unit_price": str(line.unit_price),
        "discounts": [whole(each) for each in line.discounts],
        "kind": line.nature.kind,
        "components": [whole(component) for component in line.nature.components],
        "available_from": line.nature.available_from,
        "withdrawal_exclusion": line.nature.exclusion,
        "expected_on": order.progress.expected.get(line.number),
        "quantities": quantities,
    }


def _fulfilment(fulfilment: Fulfilment, order: Order, oms: BillingWiring) -> dict[str, Any]:
    skus = {line.number: line.sku for line in order.lines}
    return {
        "id": fulfilment.id,
        "location": fulfilment.location,
        "status": standing(fulfilment),
        "ship_by": fulfilment.ship_by,
        "shipped_at": fulfilment.shipped_at,
        "delivered_at": fulfilment.delivered_at,
        "returned_at": fulfilment.returned_at,
        "lines": [
            {"number": number, "sku": skus[number], "quantity": quantity}
            for number, quantity in fulfilment.pieces.items()
        ],
        "parcels": [_parcel(parcel, oms) for parcel in fulfilment.parcels],
        "reasons": list(fulfilment.reasons),
        "recall": recall_seen(fulfilment, skus),
    }


def _parcel(parcel: Parcel, oms: BillingWiring) -> dict[str, Any]:
    return {
        "id": parcel.id,
        "weight_g": parcel.weight_g,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": oms.catalogue.tracking_link(parcel.carrier, parcel.tracking_number),
        "status": parcel.status,
        "scanned_at": parcel.scanned_at,
    }
