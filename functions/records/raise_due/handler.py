"""Every few minutes, orders and bills with something due are handed to the step for it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from msgspec.json import encode

from oms_aws.edges.queue import Signal
from oms_aws.logs import logger
from oms_aws.wiring import ports

MOST = 5_000
STEPS = {"order": "records/see_to_due", "bill": "billing/issue_collective_invoice"}
"""What sees to what is due, by the kind of aggregate."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Answer a schedule; what was handed on a short while ago is not handed on again.

    It is noted after it was handed on: a crash between the two hands it on once more at worst.
    """
    oms, raised = ports(), 0
    for due in islice(oms.due.overdue(), MOST):
        signal = Signal(id=f"due-{due.at}", type="Due", aggregate=due.aggregate, at=due.at)
        kind = due.aggregate.partition("/")[0]
        oms.queues.send(STEPS[kind], encode(signal).decode())
        oms.due.handed_on(due)
        raised += 1
    if raised == MOST:
        logger.warning("more is due than one run hands on", extra={"raised": raised})
    return {"raised": raised}
