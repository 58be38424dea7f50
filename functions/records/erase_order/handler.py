"""An order forgets its customer as soon as nothing needs them, and after the last their record."""

from __future__ import annotations

from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.records.erasures import Person, erase_order, erase_record
from oms_aws.records.wiring import RecordsWiring


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    by = Saved(signal.actor, signal.id)
    if signal.type == "Erase":
        order = erase_order(signal.order_id, by, oms)
    else:
        order = oms.orders.get(signal.order_id).order
    erase_record(Person(order.shop, order.customer.id), by, oms)
