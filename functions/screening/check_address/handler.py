"""Can parcels reach the address?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms.screening import check_address
from oms_aws.edges.task import Asked, task
from oms_aws.wiring import Ports


@task
def handler(asked: Asked, oms: Ports) -> dict[str, Any]:
    order = oms.orders.get(asked.order_id).order
    finding: dict[str, Any] = msgspec.to_builtins(check_address(order))
    return finding
