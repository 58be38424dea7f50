"""Does the payment cover what the order costs?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from oms.billing import amount_due, book_day
from oms.order import Order
from oms.screening import check_payment
from oms_aws.edges.task import Asked, task
from oms_aws.wiring import Ports


@task
def handler(asked: Asked, oms: Ports) -> dict[str, Any]:
    order = oms.orders.get(asked.order_id).order
    due = order.total if order.price_mode == "gross" else _due_with_tax(order, oms)
    finding: dict[str, Any] = msgspec.to_builtins(check_payment(order, due))
    return finding


def _due_with_tax(order: Order, oms: Ports) -> Decimal:
    return amount_due(
        order,
        shop=oms.catalogue.shop_of_late(order.shop),
        products=oms.catalogue.products(order.skus),
        ship_from="DE",
        on=book_day(order.placed_at),
    )
