"""A day that is over is sealed: one hash in the archive speaks for all that happened on it."""

from __future__ import annotations

from typing import Any

from oms.seal import due
from oms_aws.logs import logger
from oms_aws.wiring import ports


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """Answer a schedule; running twice in one period seals nothing twice."""
    oms = ports()
    sealed: list[str] = []
    last, chain = oms.seals.last()
    while day := due(last, oms.now()):
        made = oms.seals.seal(day, chain)
        last, chain = day, made.chain
        sealed.append(day.isoformat())
        logger.info("sealed", extra={"day": day, "events": len(made.entries), "root": made.root})
    return {"sealed": sealed}
