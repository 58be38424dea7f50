"""A clerk has events told once more to whoever listens, by their numbers in the log."""

from __future__ import annotations

from typing import Any

from msgspec.json import encode

from oms_aws.platform.http import Answer, Call, Http, Problem
from oms_aws.platform.queue import EventNotice
from oms_aws.records.emission_models import MOST, Emission
from oms_aws.records.wiring import RecordsWiring

EMIT = "records/emit_events"

step = Http()
handler = step.handler


@step.route("POST /v1/emissions", scope="dead-letters:write", takes=Emission, status=202)
def emit(call: Call[Any], oms: RecordsWiring) -> Answer:
    """Emit events of an order, a SKU, a bill … again, by their sequence numbers.

    Every listener gets them as the first time; what it has done already it does not do again.
    """
    asked: Emission = call.body
    last = asked.last or asked.first
    if not asked.first <= last < asked.first + MOST:
        text = f"last is not before first, and {MOST} events at most are emitted at once."
        raise Problem(422, "request_invalid", text, {"last": "out of range"})
    events = oms.history.numbered(asked.aggregate, asked.first, last)
    facts = {"first": asked.first, "last": last}
    signal = EventNotice(
        id=call.request_id, type="Emit", aggregate=asked.aggregate, actor=call.actor, facts=facts
    )
    oms.queues.send(EMIT, encode(signal).decode())
    return Answer({"queued": len(events)}, 202)
