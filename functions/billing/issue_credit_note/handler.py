"""A clerk or an accountant credits parts of an invoice, cancels it, or issues it anew."""

from __future__ import annotations

from oms_aws.billing.crediting import cancelled_whole, corrected_issued, credit_issued
from oms_aws.billing.crediting_models import CancelDocument, IssueCreditNote
from oms_aws.billing.invoicing import Wanted
from oms_aws.billing.opening import seen_document
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/credit-notes",
    scope="credit-notes:write",
    takes=IssueCreditNote,
    status=201,
    headers=("Idempotency-Key",),
)
def issue(call: Call[IssueCreditNote], oms: BillingWiring) -> Answer:
    """Credit pieces, amounts or shipping costs of an invoice."""
    order = seen_order(call, oms).order
    wanted = Wanted(call.body.reason, call.body.claims, call.body.shipping)
    return credit_issued(call, order.id, call.body.document, wanted, oms)


@step.route(
    "POST /v1/documents/{document}/cancel",
    scope="credit-notes:write",
    takes=CancelDocument,
    status=201,
    headers=("Idempotency-Key",),
)
def cancel(call: Call[CancelDocument], oms: BillingWiring) -> Answer:
    """Cancel an invoice: a credit note over all that is left of it."""
    owner, _ = seen_document(call, oms)
    return cancelled_whole(call, owner, call.path["document"], oms)


@step.route(
    "POST /v1/documents/{document}/corrections",
    scope="credit-notes:write",
    takes=CancelDocument,
    status=201,
    headers=("Idempotency-Key",),
)
def correct(call: Call[CancelDocument], oms: BillingWiring) -> Answer:
    """Issue a cancelled invoice anew, from what master data say now."""
    owner, _ = seen_document(call, oms)
    return corrected_issued(call, owner, call.path["document"], call.body.reason, oms)
