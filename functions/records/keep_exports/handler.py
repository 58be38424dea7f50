"""An accountant asks for an export of the books, and takes it when it is written."""

from __future__ import annotations

from typing import Any

from oms.records.export import requested
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.http import Answer, Call, Http, page, remembered, replayed, shop_meant
from oms_aws.platform.log import Saved
from oms_aws.records.export_models import AskExport
from oms_aws.records.export_requests import asked_for, export_view, seen_export
from oms_aws.records.wiring import RecordsWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/exports",
    scope="exports:write",
    takes=AskExport,
    status=202,
    query=("shop",),
    headers=("Idempotency-Key",),
)
def ask_export(call: Call[AskExport], oms: RecordsWiring) -> Answer:
    """Ask for the vouchers of some days, as a DATEV batch or as an auditor's tables (Z3)."""
    shop = oms.catalogue.shop(shop_meant(call))
    if known := replayed(call, oms):
        return known
    wanted = asked_for(call, shop.id, oms)
    answer = Answer(export_view(wanted, oms), 202, {"Location": f"/v1/exports/{wanted.id}"})
    by = Saved(call.actor, f"request:{call.request_id}", remembered(call, oms, answer))
    try:
        oms.exports.create(requested(wanted), by)
    except Conflict:
        if known := replayed(call, oms):
            return known
        raise
    return answer


@step.route("GET /v1/exports/{export}", scope="exports:write")
def get_export(call: Call[Any], oms: RecordsWiring) -> Answer:
    """Read how an export stands, with short-lived addresses of its files."""
    return Answer(export_view(seen_export(call, oms), oms))


@step.route("GET /v1/exports", scope="exports:write", query=("shop", "cursor", "limit"))
def list_exports(call: Call[Any], oms: RecordsWiring) -> Answer:
    """List a shop's exports, newest first."""
    limit = call.limit()
    found = oms.exports.listed(shop_meant(call), after=call.cursor, limit=limit)
    items = [export_view(export, oms) for export in found]
    return Answer(page(items, limit, found[-1].id if found else ""))
