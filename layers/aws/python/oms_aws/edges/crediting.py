"""Crediting: a credit note of an invoice, issued once for each request."""

from __future__ import annotations

from typing import Any

from oms.documenting import credit
from oms.refusals import NotNow
from oms_aws.edges.http import Answer, Call, remembered, replayed
from oms_aws.edges.views import document_view
from oms_aws.invoicing import Wanted, credited
from oms_aws.orders import Conflict, Saved
from oms_aws.wiring import Ports

TRIES = 20


def issued(call: Call[Any], order_id: str, original: str, wanted: Wanted, oms: Ports) -> Answer:
    """Read, decide and save until nobody was faster: so no line is credited twice.

    The credit note, its number and the answer to the request are in the order's own transaction,
    which fails when another credit note came between. Raises what `credited` raises, and NotNow.
    """
    id = oms.new_id("crn")
    for _ in range(TRIES):
        if known := replayed(call, oms):
            return known
        seen = oms.orders.get(order_id)
        draft = credited(seen.order, seen.order.document(original), wanted, id, oms, at=oms.now())
        answer = Answer(document_view(draft.document, oms), 201)
        also = (*draft.writes, *remembered(call, oms, answer))
        by = Saved(call.actor, f"request:{call.request_id}", also)
        try:
            oms.orders.save(seen, credit(seen.order, draft.document), by)
            return answer
        except Conflict:
            continue
    raise NotNow("many documents are being issued at once")
