"""Orders that wait too long for us are sent to the steps that should have moved them on."""

from __future__ import annotations

from msgspec.json import encode

from oms_aws.billing.opening import Holder
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.records.restarts import restarts
from oms_aws.records.wiring import RecordsWiring


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    for step, again in restarts(Holder(signal.aggregate, oms).held, signal):
        oms.queues.send(step, encode(again).decode())
