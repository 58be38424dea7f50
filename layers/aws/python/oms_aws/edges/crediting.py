"""Crediting: a credit note, what takes an invoice's place, a deposit: once for each request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from oms.documenting import issued
from oms.order import Order
from oms.refusals import NotNow
from oms_aws.edges.http import Answer, Call, remembered, replayed
from oms_aws.edges.views import document_view
from oms_aws.invoicing import Draft, Wanted, corrected, credited
from oms_aws.orders import Conflict, Saved, VersionDiffers
from oms_aws.settling import Demand, deposit
from oms_aws.taking import Taking
from oms_aws.wiring import Ports

TRIES = 20
Drafted = Callable[[Order, Taking, datetime], Draft]


def credit_issued(
    call: Call[Any], order_id: str, original: str, wanted: Wanted, oms: Ports
) -> Answer:
    """A credit note of an invoice; raises what `credited` raises, and NotNow."""
    id = oms.new_id("crn")

    def drafted(order: Order, taking: Taking, at: datetime) -> Draft:
        return credited(order, order.document(original), wanted, id, oms, taking, at=at)

    return document_issued(call, order_id, drafted, oms)


def corrected_issued(
    call: Call[Any], order_id: str, original: str, reason: str, oms: Ports
) -> Answer:
    """A corrected invoice for a cancelled one; raises what `corrected` raises, and NotNow."""
    id = oms.new_id("inv")

    def drafted(order: Order, taking: Taking, at: datetime) -> Draft:
        return corrected(order, order.document(original), reason, id, oms, taking, at=at)

    return document_issued(call, order_id, drafted, oms)


def deposit_issued(call: Call[Any], order_id: str, demand: Demand, oms: Ports) -> Answer:
    """A deposit on an order; raises what `deposit` raises, VersionDiffers and NotNow."""
    id = oms.new_id("inv")

    def drafted(order: Order, taking: Taking, at: datetime) -> Draft:
        return deposit(order, demand, id, oms, taking, at=at)

    return document_issued(call, order_id, drafted, oms)


def document_issued(call: Call[Any], order_id: str, drafted: Drafted, oms: Ports) -> Answer:
    """Read, decide and save until nobody was faster: so nothing is credited or replaced twice.

    The document, its number and the answer to the request are in the order's own transaction, which
    fails when another document came between.
    """
    for _ in range(TRIES):
        if known := replayed(call, oms):
            return known
        seen = oms.orders.get(order_id)
        if call.if_version not in (None, seen.version):
            raise VersionDiffers(seen.version)
        taking = oms.taking()
        draft = drafted(seen.order, taking, oms.now())
        answer = Answer(document_view(draft.document, oms), 201)
        also = (*draft.alone(taking), *remembered(call, oms, answer))
        by = Saved(call.actor, f"request:{call.request_id}", also)
        try:
            oms.orders.save(seen, issued(seen.order, draft.document), by)
            return answer
        except Conflict:
            continue
    raise NotNow("many documents are being issued at once")
