"""An accountant, a clerk or a shop reads what is open, and how long it has been."""

from __future__ import annotations

from typing import Any

from oms_aws.payments.open_item_lists import answered, asked, totals
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route(
    "GET /v1/open-items",
    scope="open-items:read",
    query=("shop", "state", "customer", "due_before", "cursor", "limit"),
)
def list_open_items(call: Call[Any], oms: PaymentsWiring) -> Answer:
    """List what is open by due date, one entry a document: JSON, or `Accept: text/csv`."""
    return answered(call, asked(call, oms.now()), oms)


@step.route(
    "GET /v1/open-items/totals",
    scope="open-items:read",
    query=("shop", "customer", "by"),
)
def sum_up(call: Call[Any], oms: PaymentsWiring) -> Answer:
    """Sum up what is open by currency and age, of all or (`by=customer`) of each customer."""
    return Answer(totals(call, oms))
