"""Projections of an order: its fulfilments, holds and purchase order number as items of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from oms.core.pseudonyms import Vault, blanked
from oms.orders.astray import standing
from oms.orders.findings import Hold
from oms.orders.fulfilments import Fulfilment
from oms.orders.order import Order, encode
from oms.orders.waiting import through
from oms_aws.orders.seen import fulfilment_listed, labelled
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import packed, unpacked


def fulfilment_view(item: Mapping[str, Any], vaults: Mapping[keys.Key, Vault]) -> dict[str, Any]:
    """A fulfilment as warehouses see it, from its item and its order's vault."""
    vault = vaults[keys.order_vault(item["order_id"])]
    view: dict[str, Any] = msgspec.json.decode(blanked(vault.shown(unpacked(item["body"]))))
    return labelled(view)


def ordered_entries(order: Order) -> list[tuple[keys.Key, dict[str, Any]]]:
    """What the customer's purchase order number leads to: whether the order is through."""
    if not order.references.purchase_order:
        return []
    key = keys.ordered(order.shop, order.customer.id, order.references.purchase_order, order.id)
    return [(key, {"kind": "ordered", "through": through(order)})]


def fulfilment_attributes(order: Order, fulfilment: Fulfilment) -> dict[str, Any]:
    """The attributes of a fulfilment's item, from the order as the table has it."""
    return {
        "kind": "fulfilment",
        "order_id": order.id,
        "shop": order.shop,
        "status": standing(fulfilment),
        "body": packed(encode(fulfilment_listed(order, fulfilment))),
        "gsi1pk": indexes.fulfilments_at(fulfilment.location, standing(fulfilment)),
        "gsi1sk": indexes.place(fulfilment.ship_by, fulfilment.id),
    }


def hold_attributes(order: Order, hold: Hold) -> dict[str, Any]:
    """The attributes of a hold's item; it is in the list while it holds the order."""
    body = {
        "order": order.id,
        "external_number": order.external_number,
        "shop": order.shop,
        "hold": hold.id,
        "reason": hold.reason,
        "text": hold.text,
        "text_de": hold.text_de,
        "owner": hold.owner,
        "raised_at": hold.raised_at,
        "deadline": hold.deadline,
        "escalated_at": hold.escalated_at,
    }
    attributes = {"kind": "hold", "body": encode(body).decode()}
    if hold.released_at or order.status != "held":
        return attributes
    place = f"{indexes.due_at(hold.deadline)}#{order.id}.{hold.id}"
    return {**attributes, "gsi1pk": indexes.holds_of(order.shop), "gsi1sk": place}
