"""A clerk keeps the blocklist and the allowlist of the fraud check."""

from __future__ import annotations

from typing import Any

from oms.core.refusals import Unknown
from oms_aws.platform.http import Answer, Call, Http, page
from oms_aws.screening.rule_models import ListEntry
from oms_aws.screening.velocity import LISTS
from oms_aws.screening.wiring import ScreeningWiring

step = Http()
handler = step.handler


@step.route("POST /v1/lists/{which}", scope="rules:write", takes=ListEntry)
def add_entry(call: Call[ListEntry], oms: ScreeningWiring) -> Answer:
    """Put a value on the blocklist or the allowlist."""
    body = call.body
    put = oms.velocity.put_on(_list(call), body.type, body.value, by=call.actor, reason=body.reason)
    return Answer(put)


@step.route("POST /v1/lists/{which}/removals", scope="rules:write", takes=ListEntry)
def remove_entry(call: Call[ListEntry], oms: ScreeningWiring) -> Answer:
    """Take a value off a list; that it was there stays on record."""
    body = call.body
    put = oms.velocity.take_off(
        _list(call), body.type, body.value, by=call.actor, reason=body.reason
    )
    return Answer(put)


@step.route("GET /v1/lists/{which}", scope="rules:read", query=("cursor", "limit"))
def list_entries(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """List the values of a list, those taken off it with when that was."""
    limit = call.limit()
    items = oms.velocity.entries(_list(call), after=call.cursor, limit=limit)
    last = str(items[-1]["sk"]) if items else ""
    names = ("type", "value", "reason", "by", "at", "removed_at")
    return Answer(page([{name: i.get(name) for name in names} for i in items], limit, last))


def _list(call: Call[Any]) -> str:
    name = call.path["which"]
    if name not in LISTS:
        raise Unknown("list_unknown", f"There is no list {name}; there are {', '.join(LISTS)}.")
    return name
