"""A customer's period is over: one invoice bills what was collected, its orders share it."""

from __future__ import annotations

from oms_aws.billing.collective import bill_due, close_complete
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue


@queue
def handler(signal: EventNotice, oms: BillingWiring) -> None:
    by = Saved("auftakt", signal.id)
    kind, _, id = signal.aggregate.partition("/")
    if kind == "bill":
        bill_due(id, by, oms)
    else:
        close_complete(id, signal.facts.get("bill"), by, oms)
