"""A clerk sends a dead letter back to its step, after the cause was mended."""

from __future__ import annotations

import json
from typing import Any

from msgspec.json import encode

from oms_aws.platform.dead_letters import DeadLetter
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.records.dead_letters import relayed_again
from oms_aws.records.wiring import RecordsWiring

RELAY, EMIT = "records/relay_events", "records/emit_events"

step = Http()
handler = step.handler


@step.route("POST /v1/dead-letters/{letter}/redrive", scope="dead-letters:write", status=202)
def redrive(call: Call[Any], oms: RecordsWiring) -> Answer:
    """Send a dead letter back to its step.

    The message goes first and the note follows: a crash between them sends it twice at worst.
    Events that could not be put on the bus are emitted from the log, with those of their time.
    """
    letter = oms.dead_letters.get(call.path["letter"])
    if letter.step == RELAY:
        oms.queues.send(EMIT, encode(relayed_again(letter)).decode())
    elif letter.group:
        once = f"{letter.id}/{call.request_id}"
        oms.queues.line_up(letter.step, _again(letter), group=letter.group, once=once)
    else:
        oms.queues.send(letter.step, _again(letter))
    oms.dead_letters.redriven(letter, by=call.actor, at=oms.now())
    return Answer({"id": letter.id, "step": letter.step}, 202)


def _again(letter: DeadLetter) -> str:
    """The message as a clerk's: it names the letter, and counts how often it was sent back."""
    try:
        signal = json.loads(letter.body)
    except ValueError:
        return letter.body
    if not isinstance(signal, dict):
        return letter.body
    for said in ("failure", "tried"):
        signal.pop(said, None)
    times = int(signal.get("redriven") or 0) + 1
    return json.dumps({**signal, "redriven": times, "cause": letter.id})
