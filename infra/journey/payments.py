"""Steps of the stage payments: money is captured, refunded, received and dunned."""

from __future__ import annotations

from infra.journey.step import BILLED, SETTLED, R, Step, W
from infra.journey.triggers import Http, Queue

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
    Step("payments/keep_payments", Http((
        "POST /v1/payments", "GET /v1/payments", "POST /v1/payments/{payment}/assignments",
    )), (R, W), seconds=29, memory=1024,
         reads=(*BILLED, "payments", "open_items", "ranges", "shops"),
         writes=(*SETTLED, "payments")),
    Step("payments/list_open_items",
         Http(("GET /v1/open-items", "GET /v1/open-items/totals")), (R,),
         seconds=29, memory=1024,
         reads=(*BILLED, "open_items", "catalogue")),
    Step("payments/capture_payment", Queue((
        "Invoice.Issued", "Order.Cancelled", "Order.Refused", "Order.Changed",
        "Payment.Received", "Payment.Authorised", "Payment.CaptureDue", "Payment.Retried",
    ), batch=5), (R, W, "secrets:stripe"), seconds=120,
         reads=(*BILLED, "rehearsal"), writes=(*SETTLED, "rehearsal")),
    Step("payments/refund_payment", Queue((
        "CreditNote.Issued", "Payment.Captured", "Payment.Retried",
    ), batch=5), (R, W, "secrets:stripe"), seconds=120,
         reads=(*BILLED, "rehearsal"), writes=(*SETTLED, "rehearsal")),
    Step("payments/keep_captures", Http((
        "POST /v1/orders/{order}/captures", "POST /v1/orders/{order}/refunds",
        "POST /v1/orders/{order}/payment-failures/{failure}",
    )), (R, W),
         reads=BILLED, writes=SETTLED),
    Step("payments/hear_provider", Http(("POST /v1/providers/stripe/webhook",), public=True),
         (R, W, "secrets:stripe"), seconds=29,
         reads=("orders", "shop_records"), writes=("orders",)),
    Step("payments/hold_dunning", Http(("POST /v1/open-items/{document}/dunning-hold",)), (R, W),
         reads=BILLED, writes=SETTLED),
    Step("payments/dun_customer", Queue((
        "Invoice.Overdue", "Payment.Received", "CreditNote.Issued",
    )), (R, W), seconds=60,
         reads=BILLED, writes=SETTLED),
    Step("payments/render_letter", Queue(("Invoice.Reminded", "Invoice.Dunned"), batch=5),
         (R, W, "documents:put", "documents:read"), seconds=120, memory=1024,
         layers=("typesetting",),
         reads=BILLED, writes=SETTLED),
    Step("payments/read_credit", Http(("GET /v1/customers/{customer}/credit",)), (R,),
         reads=("orders", "catalogue", "exposures")),
)
# fmt: on
