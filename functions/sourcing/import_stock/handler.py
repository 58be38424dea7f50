"""A warehouse reports what is on its shelves; what did not change, or is older, is dropped."""

from __future__ import annotations

from oms_aws.counting import Count, Counting
from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models import StockBatch, StockRow
from oms_aws.edges.rows import parsed_rows, refused
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("POST /v1/stock/batch", scope="stock:write", takes=StockBatch, rows=StockRow)
def import_stock(call: Call[StockBatch], oms: Ports) -> Answer:
    """Take a warehouse's counts; broken rows are refused one by one."""
    warehouse = oms.catalogue.warehouse(call.body.location)
    rows, broken = parsed_rows(call.body.rows, StockRow)
    known = oms.catalogue.products(row.sku for _, row in rows)
    counts = {row.sku: Count(row.sku, row.on_hand) for _, row in rows if row.sku in known}
    broken += [refused(n, row.sku, "no such product") for n, row in rows if row.sku not in known]
    last = {row.sku: n for n, row in rows}
    broken += [
        refused(n, row.sku, f"row {last[row.sku]} counts it again")
        for n, row in rows
        if row.sku in known and last[row.sku] != n
    ]
    by = Counting(
        warehouse.id,
        call.body.as_of,
        warehouse.safety_stock,
        call.actor,
        f"request:{call.request_id}",
    )
    tally = oms.stock.take_counts(counts.values(), by)
    return Answer({**tally, "refused": sorted(broken, key=lambda row: row["row"])})
