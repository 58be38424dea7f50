"""A finished order's or bill's events go into the write-once archive, as JSON lines."""

from __future__ import annotations

from msgspec.json import encode

from oms.billing.retention import kept_until
from oms.orders import waiting
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.records.wiring import RecordsWiring


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    kind, _, id = signal.aggregate.partition("/")
    if kind == "bill":
        bill = oms.bills.get(id).bill
        finished, since, log = bill.finished, bill.opened_at, oms.bills.log(id)
    else:
        order = oms.orders.get(id).order
        finished, since, log = waiting.finished(order), order.received_at, oms.orders.log(id)
    if not finished:
        return
    events = list(log)
    lines = b"\n".join(encode(event) for event in events) + b"\n"
    place = f"{kind}s/{since:%Y/%m}/{id}/{len(events):06d}.jsonl"
    until = kept_until("book", since.date())
    oms.documents.keep(place, lines, "application/jsonl", until=until)
