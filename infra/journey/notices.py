"""Steps of the stage notices: customers and subscribers are told."""

from __future__ import annotations

from infra.journey.step import BILLED, SETTLED, TOLD, R, Step, W
from infra.journey.triggers import Http, Queue

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
    Step("notices/tell_customer", Queue((
        "Order.Created", "Order.Held", "Order.HoldEscalated", "Order.Changed", "Order.Refused",
        "Order.Cancelled", "Order.ChangeDropped", "Document.Archived", "Fulfilment.RecallRefused",
        "Eta.Changed", "Invoice.Awaited", "Invoice.Deferred",
        "Payment.Reminded", "Letter.Archived", "Order.Approved", "Order.Rejected",
        "Approval.Reminded", "Approval.Escalated", "Shipment.Failed", "Shipment.Overdue",
        "Shipment.Returned", "Order.ReturnAwaited", "Order.PiecesReturned", "Webhook.Paused",
        "Webhook.Resumed", "Withdrawal.Received",
    )), (R, W, "secrets:links:make", "mail:send"),
         reads=(*BILLED, "notifications", "endpoints", "withdrawals"),
         writes=(*SETTLED, "notifications", "withdrawals")),
    Step("notices/tell_subscriber", Queue(("*",), batch=5, tries=8, side_by_side=10),
         (R, W, "queue:subscribers", "secrets:webhooks"), seconds=60,
         reads=TOLD, writes=("endpoints", "deliveries")),
    Step("notices/serve_line", Queue((), batch=1),
         (R, W, "queue:subscribers", "secrets:webhooks"), seconds=60,
         reads=TOLD, writes=("endpoints", "deliveries")),
    Step("notices/keep_webhooks", Http((
        "POST /v1/webhooks", "GET /v1/webhooks", "GET /v1/webhooks/{endpoint}",
        "PATCH /v1/webhooks/{endpoint}", "DELETE /v1/webhooks/{endpoint}",
        "POST /v1/webhooks/{endpoint}/secret",
    )), (R, W, "queue:subscribers", "secrets:webhooks:keep"),
         reads=("endpoints", "deliveries", "catalogue"), writes=("endpoints", "deliveries")),
    Step("notices/try_webhook", Http(("POST /v1/webhooks/{endpoint}/test",)),
         (R, "secrets:webhooks"),
         reads=("endpoints",)),
    Step("notices/list_deliveries", Http(("GET /v1/webhooks/{endpoint}/deliveries",)), (R,),
         reads=("endpoints", "deliveries")),
    Step("notices/replay_deliveries", Http(("POST /v1/webhooks/{endpoint}/replay",)),
         (R, W, "queue:subscribers"),
         reads=TOLD, writes=("endpoints", "deliveries")),
)
# fmt: on
