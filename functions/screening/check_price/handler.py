"""Is every line a product of ours, at the price of the customer's list, and is the sum right?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms_aws.edges.task import Asked, task
from oms_aws.pricing import priced
from oms_aws.wiring import Ports


@task
def handler(asked: Asked, oms: Ports) -> list[dict[str, Any]]:
    order = oms.orders.get(asked.order_id).order
    found: list[dict[str, Any]] = msgspec.to_builtins(priced(oms, order))
    return found
