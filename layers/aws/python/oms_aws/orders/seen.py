"""An order as others see it: its lines, fulfilments, gift and recalls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from oms.core.parties import Address
from oms.fulfilment.label import label_lines
from oms.orders.astray import standing
from oms.orders.fulfilments import Fulfilment, Parcel
from oms.orders.lines import Line, Pieces
from oms.orders.order import Order
from oms.sourcing.bundles import parts


def fulfilment_seen(order: Order, fulfilment: Fulfilment) -> dict[str, Any]:
    """A fulfilment as warehouses see it, from its order."""
    return labelled(fulfilment_listed(order, fulfilment))


def labelled(view: dict[str, Any]) -> dict[str, Any]:
    """A fulfilment with what stands on its parcels' labels."""
    to = view["ship_to"]
    address = to if isinstance(to, Address) else msgspec.convert(to, Address)
    return {**view, "label": label_lines(address)}


def fulfilment_listed(order: Order, fulfilment: Fulfilment) -> dict[str, Any]:
    """A fulfilment as its list keeps it: the label follows from `ship_to`."""
    lines = {line.number: line for line in order.lines}
    return {
        "id": fulfilment.id,
        "order_id": order.id,
        "external_number": order.external_number,
        "shop": order.shop,
        "location": fulfilment.location,
        "status": standing(fulfilment),
        "lines": [_line_seen(lines[number], n) for number, n in fulfilment.pieces.items()],
        "ship_to": fulfilment.ship_to or order.ship_to,
        "method": order.shipping.method,
        "ship_by": fulfilment.ship_by,
        "note": order.wishes.note,
        "gift": gift_seen(order),
        "parcels": [_parcel(parcel, lines) for parcel in fulfilment.parcels],
        "recall": recall_seen(fulfilment, {n: li.sku for n, li in lines.items()}),
    }


def gift_seen(order: Order) -> dict[str, str | None] | None:
    """Words that go with a gift, or None."""
    gift = order.wishes.gift
    if gift is None:
        return None
    return {"message": gift.message, "from": gift.sender, "to": gift.recipient}


def lines_of(order: Order, pieces: Pieces) -> list[dict[str, Any]]:
    """Pieces by line, with the SKU of each."""
    return [
        {"number": line.number, "sku": line.sku, "quantity": pieces[line.number]}
        for line in order.lines
        if line.number in pieces
    ]


def recall_seen(fulfilment: Fulfilment, skus: Mapping[str, str]) -> dict[str, Any] | None:
    """Recall of a fulfilment, and how the warehouse answered; `skus` is by line."""
    recall = fulfilment.recall
    if recall is None:
        return None
    return {
        "status": recall.status,
        "lines": [
            {"number": number, "sku": skus[number], "quantity": quantity}
            for number, quantity in recall.pieces.items()
        ],
        "cause": recall.cause,
        "reason": recall.reason,
        "requested_at": recall.requested_at,
        "until": recall.until,
        "answer": recall.answer,
        "answered_at": recall.answered_at,
    }


def _line_seen(line: Line, quantity: int) -> dict[str, Any]:
    """Pieces of a line; of a bundle also what is in them, which is what lies in the bins."""
    seen: dict[str, Any] = {"number": line.number, "sku": line.sku, "quantity": quantity}
    if line.nature.components:
        seen["components"] = [
            {"sku": sku, "quantity": quantity * each} for sku, each in parts(line).items()
        ]
    return seen


def _parcel(parcel: Parcel, lines: dict[str, Line]) -> dict[str, Any]:
    return {
        "id": parcel.id,
        "weight_g": parcel.weight_g,
        "lines": [_line_seen(lines[number], n) for number, n in parcel.pieces.items()],
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
    }
