"""Steps of the stage billing: documents, and the numbers and taxes on them."""

from __future__ import annotations

from infra.journey.step import BILLED, SETTLED, R, Step, W
from infra.journey.triggers import Http, Queue

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
    Step("billing/line_up_shipments", Queue((
        "Shipment.Confirmed", "Order.Cancelled", "Order.Changed", "Order.Refused",
        "CreditNote.Issued",
    )), (R, W, "queue:redrive"),
         reads=(*BILLED,), writes=SETTLED),
    Step("billing/issue_invoice", Queue((), in_turn=True, side_by_side=10),
         (R, W, "queue:redrive", "numbers:find"), seconds=30, memory=1769,
         reads=(*BILLED, "ranges"), writes=(*SETTLED, "ranges", "sellers")),
    Step("billing/issue_credit_note", Http((
        "POST /v1/orders/{order}/credit-notes", "POST /v1/documents/{document}/cancel",
        "POST /v1/documents/{document}/corrections",
    )), (R, W, "numbers:find"), seconds=29,
         reads=(*BILLED, "ranges", "replays"), writes=(*SETTLED, "ranges", "sellers", "replays")),
    Step("billing/issue_deposit", Http(("POST /v1/orders/{order}/deposits",)),
         (R, W, "numbers:find"), seconds=29,
         reads=(*BILLED, "ranges", "replays"), writes=(*SETTLED, "ranges", "sellers", "replays")),
    Step("billing/issue_collective_invoice", Queue((
        "Bill.Closed", "Bill.Cancelled", "Invoice.Deferred", "Order.Cancelled",
    ), batch=1, side_by_side=2), (R, W, "numbers:find"), seconds=300, memory=1769,
         reads=(*BILLED, "ranges"), writes=(*SETTLED, "ranges", "sellers")),
    Step("billing/keep_bills", Http((
        "POST /v1/customers/{customer}/collective-invoices",
        "GET /v1/customers/{customer}/collective-invoices", "POST /v1/orders/{order}/reductions",
    )), (R, W), seconds=29,
         reads=(*BILLED, "replays"), writes=(*SETTLED, "replays")),
    Step("billing/make_pro_forma", Http((
        "GET /v1/orders/{order}/pro-forma", "POST /v1/orders/{order}/pro-forma",
    )), (R, W, "documents:put", "documents:read"), seconds=29, memory=1024,
         layers=("typesetting",),
         reads=BILLED, writes=SETTLED),
    Step("billing/validate_document",
         Queue(("Invoice.Issued", "CreditNote.Issued"), batch=5, side_by_side=2),
         (R, W, "documents:put", "documents:read"), seconds=60, memory=1024,
         layers=("einvoicing", "validation"),
         reads=BILLED, writes=SETTLED),
    Step("billing/render_document",
         Queue((
             "Invoice.Issued", "CreditNote.Issued", "Document.Validated", "Document.Withdrawn",
         ), batch=5),
         (R, W, "documents:put", "documents:read"), seconds=120, memory=1024,
         layers=("typesetting",),
         reads=BILLED, writes=SETTLED),
    Step("billing/quote_tax", Http(("POST /v1/tax/quote",)), (R, W),
         reads=BILLED, writes=("vat_checks",)),
    Step("billing/read_documents", Http((
        "GET /v1/orders/{order}/documents", "GET /v1/documents/{document}",
    )), (R, "documents:read"),
         reads=("orders", "papers")),
    Step("billing/show_document", Http(("GET /d/{token}",), public=True),
         (R, "secrets:links", "documents:read"), reads=("orders", "papers")),
)
# fmt: on
