"""A finished order's events go into the write-once archive, as JSON lines."""

from __future__ import annotations

from msgspec.json import encode

from oms.retention import kept_until
from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    stored = oms.orders.get(signal.order_id)
    if not stored.order.finished:
        return
    events = list(oms.orders.log(signal.order_id))
    lines = b"\n".join(encode(event) for event in events) + b"\n"
    key = f"orders/{stored.order.received_at:%Y/%m}/{signal.order_id}/{len(events):06d}.jsonl"
    until = kept_until("book", stored.order.received_at.date())
    oms.documents.keep(key, lines, "application/jsonl", until=until)
