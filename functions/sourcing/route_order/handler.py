"""Reserved pieces go to the warehouses that ship them best; each gets a fulfilment."""

from __future__ import annotations

from typing import Any

from oms_aws.edges.task import Asked, task
from oms_aws.sourcing import route
from oms_aws.wiring import Ports


@task
def handler(asked: Asked, oms: Ports) -> dict[str, Any]:
    order = route(oms, asked.order_id)
    return {"order_id": order.id, "status": order.status}
