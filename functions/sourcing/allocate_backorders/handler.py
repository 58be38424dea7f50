"""New stock goes to the orders that wait for it; what a shelf lacks is taken from the last."""

from __future__ import annotations

from oms_aws.platform.queue import EventNotice, queue
from oms_aws.sourcing.backorders import serve
from oms_aws.sourcing.wiring import SourcingWiring


@queue
def handler(signal: EventNotice, oms: SourcingWiring) -> None:
    serve(oms, [signal.aggregate.removeprefix("stock/")])
