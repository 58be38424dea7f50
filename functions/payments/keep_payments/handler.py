"""An accountant imports what the bank reported, and assigns what no text could."""

from __future__ import annotations

from typing import Any

from oms_aws.payments.models import AssignPayment, PaymentBatch, PaymentRow
from oms_aws.payments.receiving import payment_view, taken
from oms_aws.payments.store import place_of
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Http, Problem, page
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler

STATES = ("unmatched", "partly_matched", "matched")


@step.route("POST /v1/payments", scope="payments:write", takes=PaymentBatch, rows=PaymentRow)
def take_payments(call: Call[PaymentBatch], oms: PaymentsWiring) -> Answer:
    """Take what the bank reported; one answer for each row, in their order."""
    return Answer({"items": list(taken(call, oms))})


@step.route("GET /v1/payments", scope="payments:write", query=("status", "cursor", "limit"))
def list_payments(call: Call[Any], oms: PaymentsWiring) -> Answer:
    """List payments by value date: those that nobody could match, unless you ask for others."""
    state = call.query.get("status", STATES[0])
    if state not in STATES:
        raise Problem(422, "request_invalid", "No such status.", {"status": ", ".join(STATES)})
    limit = call.limit()
    found = oms.payments.listed(state, after=call.cursor, limit=limit)
    seen = [payment_view(each) for each in found if call.caller.may_see(each.shop)]
    answer = page(found, limit, place_of(found[-1]) if found else "")
    return Answer({**answer, "items": seen})


@step.route("POST /v1/payments/{payment}/assignments", scope="payments:write", takes=AssignPayment)
def assign(call: Call[AssignPayment], oms: PaymentsWiring) -> Answer:
    """Assign a payment, or a part of it, to an order; or what is too much of it to another one."""
    by = Saved(call.actor, f"request:{call.request_id}")
    body, id, at = call.body, call.path["payment"], oms.now()
    if body.source:
        done = oms.payments.move(id, body.source, body.order, body.amount, by, at=at)
    else:
        given = body.documents
        done = oms.payments.assign(id, body.order, body.amount, by, at=at, documents=given)
    return Answer(payment_view(done))
