"""An order whose last hold went, or that was cancelled while held, lets its waiting run go on."""

from __future__ import annotations

from oms_aws.edges.intake import answer_if_free
from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    run = answer_if_free(signal.order_id, oms)
    if run == "gone" and signal.type == "Order.Released":
        oms.intake.start(signal.order_id, again=signal.id.removeprefix("evt_"))
