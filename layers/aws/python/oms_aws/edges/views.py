"""What callers see of an order."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from oms.core.refusals import Unknown
from oms.orders import balance
from oms.orders.astray import standing
from oms.orders.order import Order
from oms.orders.owing import outstanding, overpaid, owed, received
from oms.orders.parts import PLACES, Document, Fulfilment, Line, Paper, Parcel, PendingChange
from oms.payments.capturing import state
from oms.sourcing.purchase import Purchase, Receipt
from oms_aws.edges.http import Answer, Call, Problem
from oms_aws.edges.query import ID
from oms_aws.edges.rows import not_counted
from oms_aws.orders import Stored, gift_seen, recall_seen
from oms_aws.purchases import Expected
from oms_aws.webhooks import Endpoint
from oms_aws.wiring import Ports


def seen_order(call: Call[Any], oms: Ports) -> Stored:
    """The order that the path names, if it is the caller's business; raises Unknown."""
    stored = oms.orders.get(call.path["order"])
    if not call.caller.may_see(stored.order.shop):
        raise Unknown("order_unknown", f"There is no order {stored.order.id}.")
    return stored


def seen_endpoint(call: Call[Any], oms: Ports, *, ended: bool = False) -> Endpoint:
    """The endpoint that the path names, if the caller keeps it; raises Unknown."""
    endpoint = oms.webhooks.endpoint(call.path["endpoint"], ended=ended)
    if not endpoint.kept_by(call.caller):
        raise Unknown("endpoint_unknown", f"There is no endpoint {endpoint.id}.")
    return endpoint


def shop_meant(call: Call[Any]) -> str:
    """The shop whose master data is meant: the key's own, or the one that `?shop=` names."""
    named = call.query.get("shop", "")
    if call.caller.shop and named not in ("", call.caller.shop):
        raise Unknown("shop_unknown", f"There is no shop {named}.")
    shop = call.caller.shop or named
    if not shop:
        raise Problem(422, "request_invalid", "Whose?", {"shop": "a key for all shops names one"})
    if not re.fullmatch(ID, shop):
        raise Problem(422, "request_invalid", "Whose?", {"shop": f"does not match {ID}"})
    return shop


def order_answer(stored: Stored, oms: Ports) -> Answer:
    """The whole order, with its version as ETag."""
    return Answer(order_view(stored, oms), headers={"ETag": f'"{stored.version}"'})


def order_view(stored: Stored, oms: Ports) -> dict[str, Any]:
    """The whole order as JSON values."""
    order = stored.order
    return {
        "id": order.id,
        "external_number": order.external_number,
        "shop": order.shop,
        "status": order.status,
        "placed_at": order.placed_at,
        "received_at": order.received_at,
        "completed_at": order.completed_at,
        "currency": order.currency,
        "price_mode": order.price_mode,
        "customer": whole(order.customer),
        "billing_address": whole(order.billing_address),
        "shipping_address": whole(order.shipping_address) if order.shipping_address else None,
        "delivery": _delivery(order),
        "shipping": whole(order.shipping),
        "payment": whole(order.payment),
        "note": order.note,
        "cost_centre": order.cost_centre,
        "purchase_order": order.purchase_order,
        "ordered_by": order.ordered_by,
        "gift": gift_seen(order),
        "discounts": [whole(each) for each in order.discounts],
        "lines": [_line(line, order) for line in order.lines],
        "holds": [whole(hold) for hold in order.holds],
        "findings": [whole(finding) for finding in order.findings],
        "fulfilments": [_fulfilment(f, order, oms) for f in order.fulfilments],
        "documents": [document_view(document, oms) for document in order.documents],
        "papers": [paper_view(paper) for paper in order.papers],
        **_money(order),
        "waiting": [whole(waiting) for waiting in order.waiting()],
        "reserved_until": order.reserved_until,
        "refused": order.refused,
        "changes": list(order.changes),
        "pending_change": _pending(order.pending) if order.pending else None,
        "version": stored.version,
    }


def _money(order: Order) -> dict[str, Any]:
    """How the order stands with the customer's money, credit and approval."""
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
        "payments": [whole(payment) for payment in order.payments],
        "captures": [whole(capture) for capture in order.captures],
        "refunds": [whole(refund) for refund in order.refunds],
        "payment_failures": [whole(failure) for failure in order.failures],
        "disputes": [whole(dispute) for dispute in order.disputes],
        "credit": whole(order.credit) if order.credit else None,
        "approvals": [whole(approval) for approval in order.approvals],
    }


def purchase_view(purchase: Purchase) -> dict[str, Any]:
    """A purchase order as callers see it."""
    return {
        "id": purchase.id,
        "location": purchase.location,
        "supplier": purchase.supplier,
        "status": purchase.status,
        "cancelled": purchase.cancelled,
        "lines": [whole(line) for line in purchase.lines],
        "receipts": [_receipt_view(receipt) for receipt in purchase.receipts],
        "version": purchase.version,
    }


def _receipt_view(receipt: Receipt) -> dict[str, Any]:
    return {
        "number": receipt.number,
        "received_at": receipt.received_at,
        "lines": receipt.lines,
        "not_counted": [not_counted(sku, at) for sku, at in receipt.counted_later.items()],
    }


def expected_view(expected: Expected) -> dict[str, Any]:
    """What is still to come of a line of a purchase order."""
    line = expected.line
    return {
        "purchase": expected.purchase,
        "number": line.number,
        "location": expected.location,
        "sku": line.sku,
        "expected_on": line.expected_on,
        "missing": line.missing,
    }


def as_it_stands(document: Document, oms: Ports) -> Document:
    """A document with how it stands: of a share, how the bill's document does."""
    if not document.bill:
        return document
    whole = oms.bills.get(document.bill).bill.document(document.id)
    mine = {name: getattr(document, name) for name in ("fulfilment", "covers", "gross", "bill")}
    return msgspec.structs.replace(whole, **mine)


def document_view(document: Document, oms: Ports) -> dict[str, Any]:
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
    return {
        "partial_allowed": order.partial_allowed,
        "priority": order.priority if order.priority is not None else order.rank,
        "promised_on": order.promised_on,
    }


def _line(line: Line, order: Order) -> dict[str, Any]:
    quantities = {"ordered": line.ordered, **{place: getattr(line, place) for place in PLACES}}
    return {
        "number": line.number,
        "sku": line.sku,
        "unit_price": str(line.unit_price),
        "discounts": [whole(each) for each in line.discounts],
        "kind": line.nature.kind,
        "components": [whole(component) for component in line.nature.components],
        "available_from": line.nature.available_from,
        "expected_on": order.expected.get(line.number),
        "quantities": quantities,
    }


def _fulfilment(fulfilment: Fulfilment, order: Order, oms: Ports) -> dict[str, Any]:
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


def _parcel(parcel: Parcel, oms: Ports) -> dict[str, Any]:
    return {
        "id": parcel.id,
        "weight_g": parcel.weight_g,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": oms.catalogue.tracking_link(parcel.carrier, parcel.tracking_number),
        "status": parcel.status,
        "scanned_at": parcel.scanned_at,
    }


def whole(value: msgspec.Struct) -> dict[str, Any]:
    """Every field, those at their default as well, also of what is inside."""
    return {name: _shown(getattr(value, name)) for name in value.__struct_fields__}


def _shown(value: Any) -> Any:
    match value:
        case msgspec.Struct():
            return whole(value)
        case tuple():
            return [_shown(each) for each in value]
    return msgspec.to_builtins(value)
