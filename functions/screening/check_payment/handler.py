"""Does the payment cover what the order costs, and is it fresh?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms.payment import check_payment
from oms_aws.edges.task import Asked, task
from oms_aws.invoicing import gross_due
from oms_aws.wiring import Ports


@task
def handler(asked: Asked, oms: Ports) -> dict[str, Any]:
    order = oms.orders.get(asked.order_id).order
    rules = oms.catalogue.shop_of_late(order.shop).payment
    due = gross_due(order, oms)
    finding: dict[str, Any] = msgspec.to_builtins(check_payment(order, due, rules, at=oms.now()))
    return finding
