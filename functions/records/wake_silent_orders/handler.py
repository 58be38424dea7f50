"""Every few minutes, orders that only we can move on and that did not move are started again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from oms_aws.edges.queue import Signal, queue
from oms_aws.logs import logger
from oms_aws.wiring import Ports

SILENT_AFTER = timedelta(minutes=5)


@queue
def handler(signal: Signal, oms: Ports) -> None:
    """Running twice in one period starts nothing twice."""
    period = f"w{oms.now():%Y%m%d%H%M}"[:-1]
    woken = [
        id
        for shop in oms.orders.shops()
        for status in ("received", "accepted")
        for id in _silent(shop, status, oms)
    ]
    for id in woken:
        oms.intake.start(id, again=period)
    if woken:
        logger.warning("woken", extra={"orders": woken})


def _silent(shop: str, status: str, oms: Ports) -> Iterator[str]:
    limit, after = oms.now() - SILENT_AFTER, ""
    while page := oms.orders.listed(shop, status=status, after=after):
        for summary in page:
            order = oms.orders.get(summary["id"]).order
            ours = any(waiting.party == "auftakt" for waiting in order.waiting())
            if ours and (order.changed_at or order.received_at) < limit:
                yield order.id
        after = page[-1]["id"]
