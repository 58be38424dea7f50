"""A person's orders forget them as soon as nothing needs them, and after the last their record."""

from __future__ import annotations

from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.records.erasures import ORDER, PERSON, Person, erase_order, erase_page, erase_record
from oms_aws.records.wiring import RecordsWiring

CLOCK = "auftakt"


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    if signal.type == PERSON:
        erase_page(signal, oms)
        return
    if signal.type == ORDER:
        order = erase_order(signal.order_id, Saved(signal.actor, signal.id), oms)
    elif signal.actor != CLOCK:
        return  # whoever asked looks at the record after the last page
    else:
        order = oms.orders.get(signal.order_id).order
    erase_record(Person(order.shop, order.customer.id), Saved(signal.actor, signal.id), oms)
