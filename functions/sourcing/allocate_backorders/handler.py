"""New stock goes to the orders that wait for it; what a shelf lacks is taken from the last."""

from __future__ import annotations

from oms_aws.backorders import serve
from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    serve(oms, [signal.aggregate.removeprefix("stock/")])
