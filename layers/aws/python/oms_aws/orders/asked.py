"""The order that a call asks about."""

from __future__ import annotations

from typing import Any

from oms.core.refusals import Unknown
from oms_aws.orders.store import StoredOrder
from oms_aws.orders.wiring import OrdersWiring
from oms_aws.platform.http import Call


def seen_order(call: Call[Any], oms: OrdersWiring) -> StoredOrder:
    """The order that the path names, if it is the caller's business; raises Unknown."""
    stored = oms.orders.get(call.path["order"])
    if not call.caller.may_see(stored.order.shop):
        raise Unknown("order_unknown", f"There is no order {stored.order.id}.")
    return stored
