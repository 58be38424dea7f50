"""Reserved pieces go to the warehouses that ship them best; each gets a fulfilment."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.issuable import examined
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.task import StepInput, task
from oms_aws.sourcing.reserving import route


@task
def handler(asked: StepInput, oms: BillingWiring) -> dict[str, Any]:
    order = route(oms, asked.order_id, lambda order: examined(order, oms))
    return {"order_id": order.id, "status": order.status}
