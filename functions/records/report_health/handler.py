"""Is the system up, and does its table answer?"""

from __future__ import annotations

from typing import Any

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.records.wiring import RecordsWiring

step = Http()
handler = step.handler


@step.route("GET /v1/health")
def health(call: Call[Any], oms: RecordsWiring) -> Answer:
    """Say that the system is up."""
    oms.catalogue.shops()
    return Answer({"status": "ok", "time": oms.now()})
