"""A clerk reads what failed for good, and why."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from oms_aws.platform.http import Answer, Call, Http, page
from oms_aws.records.wiring import RecordsWiring

step = Http()
handler = step.handler


@step.route("GET /v1/dead-letters", scope="dead-letters:write", query=("cursor", "limit"))
def list_dead_letters(call: Call[Any], oms: RecordsWiring) -> Answer:
    """List dead letters in order of their arrival."""
    limit = call.limit()
    letters = list(oms.dead_letters.listed(after=call.cursor, limit=limit))
    last = letters[-1].id if letters else ""
    return Answer(page([asdict(letter) for letter in letters], limit, last))
