"""An order claims what can be promised of its open pieces; the rest waits in backorder."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.task import StepInput, task
from oms_aws.sourcing.reserving import reserve
from oms_aws.sourcing.wiring import SourcingWiring


@task
def handler(asked: StepInput, oms: SourcingWiring) -> dict[str, Any]:
    order = reserve(oms, asked.order_id)
    return {"order_id": order.id, "verdict": order.verdict}
