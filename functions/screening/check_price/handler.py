"""Is every line a product of ours, at a price that is not too low?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms.screening import check_price
from oms_aws.edges.task import Asked, task
from oms_aws.wiring import Ports


@task
def handler(asked: Asked, oms: Ports) -> dict[str, Any]:
    order = oms.orders.get(asked.order_id).order
    products = oms.catalogue.products(order.skus)
    finding: dict[str, Any] = msgspec.to_builtins(check_price(order, products))
    return finding
