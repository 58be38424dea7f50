"""An order claims what can be promised of its open pieces; the rest waits in backorder."""

from __future__ import annotations

from typing import Any

from oms_aws.edges.task import Asked, task
from oms_aws.sourcing import reserve
from oms_aws.wiring import Ports


@task
def handler(asked: Asked, oms: Ports) -> dict[str, Any]:
    order = reserve(oms, asked.order_id)
    return {"order_id": order.id, "verdict": order.verdict}
