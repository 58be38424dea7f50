"""An order whose last hold went, or that was cancelled while held, lets its waiting run go on."""

from __future__ import annotations

from oms_aws.orders.waiting_run import answer_if_free
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.screening.wiring import ScreeningWiring


@queue
def handler(signal: EventNotice, oms: ScreeningWiring) -> None:
    run = answer_if_free(signal.order_id, oms)
    if run == "gone" and signal.type == "Order.Released":
        oms.intake.start(signal.order_id, again=signal.id.removeprefix("evt_"))
