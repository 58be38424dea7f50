"""A customer's period is over: one invoice bills what was collected, its orders share it."""

from __future__ import annotations

from oms_aws.collective import bill_due, close_complete
from oms_aws.edges.queue import Signal, queue
from oms_aws.orders import Saved
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    by = Saved("auftakt", signal.id)
    kind, _, id = signal.aggregate.partition("/")
    if kind == "bill":
        bill_due(id, by, oms)
    else:
        close_complete(id, signal.facts.get("bill"), by, oms)
