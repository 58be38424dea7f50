"""Is every line a product of ours, at the price of the customer's list, and is the sum right?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms_aws.platform.task import StepInput, task
from oms_aws.screening.pricing import priced
from oms_aws.screening.wiring import ScreeningWiring


@task
def handler(asked: StepInput, oms: ScreeningWiring) -> list[dict[str, Any]]:
    order = oms.orders.get(asked.order_id).order
    found: list[dict[str, Any]] = msgspec.to_builtins(priced(oms, order))
    return found
