"""The findings of all checks go into the order at once: it passes, is held, or is refused."""

from __future__ import annotations

from typing import Any

from oms.orders.holding import screen
from oms_aws.platform.log import Saved
from oms_aws.platform.task import StepInput, task
from oms_aws.screening.wiring import ScreeningWiring


@task
def handler(asked: StepInput, oms: ScreeningWiring) -> dict[str, Any]:
    stored = oms.orders.change(
        asked.order_id,
        lambda order: screen(order, asked.found, at=oms.now()),
        Saved("auftakt", "intake"),
    )
    return {"order_id": asked.order_id, "verdict": stored.order.verdict}
