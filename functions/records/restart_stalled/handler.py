"""What waits too long for us is sent to the steps that should have moved it on."""

from __future__ import annotations

from msgspec.json import encode

from oms_aws.edges.papers import Holder
from oms_aws.edges.queue import Signal, queue
from oms_aws.edges.restarts import restarts
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    for step, again in restarts(Holder(signal.aggregate, oms).held, signal):
        oms.queues.send(step, encode(again).decode())
