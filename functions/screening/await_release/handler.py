"""A held order's run keeps its token until the last hold is released."""

from __future__ import annotations

from typing import Any

from oms_aws.orders.waiting_run import answer_if_free
from oms_aws.platform.task import StepInput, task
from oms_aws.screening.wiring import ScreeningWiring


@task
def handler(asked: StepInput, oms: ScreeningWiring) -> dict[str, Any]:
    oms.intake.keep_token(asked.order_id, asked.token)
    return {"order_id": asked.order_id, "run": answer_if_free(asked.order_id, oms)}
