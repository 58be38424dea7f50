"""An export that was asked for is written into the archive, always the same bytes."""

from __future__ import annotations

from oms.core.refusals import Refusal
from oms.records.export import ExportRefused, ExportWritten, finish
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.records.bookkeeping import written
from oms_aws.records.wiring import RecordsWiring


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    seen = oms.exports.get(signal.aggregate.removeprefix("export/"))
    if seen.export.status != "asked":
        return
    try:
        files, totals, books = written(seen.export, oms)
        event: ExportWritten | ExportRefused = ExportWritten(files, totals, oms.now(), books)
    except Refusal as refusal:
        event = ExportRefused(refusal.text, oms.now())
    try:
        oms.exports.save(seen, finish(seen.export, event), Saved("auftakt", signal.id))
    except Conflict:
        return
