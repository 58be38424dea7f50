"""Requests of exports, and what callers see of them."""

from __future__ import annotations

from typing import Any

import msgspec

from oms.core.refusals import Unknown
from oms.records.export import Export, asked
from oms_aws.platform.http import Call
from oms_aws.records.export_models import AskExport
from oms_aws.records.wiring import RecordsWiring


def asked_for(call: Call[AskExport], shop: str, oms: RecordsWiring) -> Export:
    """The export that a request asks for; raises Refusal."""
    return asked(
        Export(
            id=oms.new_id("exp"),
            shop=shop,
            kind=call.body.kind,
            since=call.body.since,
            until=call.body.until,
            asked_by=call.actor,
            asked_at=oms.now(),
        )
    )


def seen_export(call: Call[Any], oms: RecordsWiring) -> Export:
    """The export that the path names, if it is the caller's business; raises Unknown."""
    export = oms.exports.get(call.path["export"]).export
    if not call.caller.may_see(export.shop):
        raise Unknown("export_unknown", f"There is no export {export.id}.")
    return export


def export_view(export: Export, oms: RecordsWiring) -> dict[str, Any]:
    """An export as JSON values, its files with addresses that open for ten minutes."""
    totals = msgspec.to_builtins(export.totals)
    return {
        "id": export.id,
        "shop": export.shop,
        "kind": export.kind,
        "from": export.since,
        "to": export.until,
        "status": export.status,
        "reason": export.reason,
        "asked_by": export.asked_by,
        "asked_at": export.asked_at,
        "totals": totals,
        "files": [
            {
                "name": file.name,
                "size": file.size,
                "sha256": file.sha256,
                "url": oms.documents.url(file.key, file.name),
            }
            for file in export.files
        ],
    }
