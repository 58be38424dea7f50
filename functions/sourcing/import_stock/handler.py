"""A warehouse reports what is on its shelves; what did not change, or is older, is dropped."""

from __future__ import annotations

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.sourcing.count_files import Source, count, in_order, known_only, sifted
from oms_aws.sourcing.models import StockBatch, StockRow
from oms_aws.sourcing.wiring import SourcingWiring

step = Http()
handler = step.handler


@step.route("POST /v1/stock/batch", scope="stock:write", takes=StockBatch, rows=StockRow)
def import_stock(call: Call[StockBatch], oms: SourcingWiring) -> Answer:
    """Take a warehouse's counts; broken rows are refused one by one."""
    body = call.body
    oms.catalogue.warehouse(body.location)
    rows, broken = sifted(body.rows, oms.now())
    rows, unknown, buckets = known_only(rows, oms)
    as_of = min(body.as_of, oms.now())
    source = Source(body.location, as_of, call.actor, f"request:{call.request_id}")
    taken = count(rows, source, buckets, oms)
    said = {**taken._asdict(), "ignored": len(taken.not_counted)}
    return Answer({**said, "refused": in_order([*broken, *unknown])})
