"""A cancelled or changed order may be paid already for what is left: then it goes on."""

from __future__ import annotations

from oms.payments.payment import settle
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.screening.wiring import ScreeningWiring


@queue
def handler(signal: EventNotice, oms: ScreeningWiring) -> None:
    oms.orders.change(
        signal.order_id, lambda order: settle(order, at=oms.now()), Saved("auftakt", signal.id)
    )
