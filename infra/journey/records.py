"""Steps of the stage records: events relayed, archived, sealed and exported; dead letters."""

from __future__ import annotations

from infra.journey.step import BILLED, LOGS, SETTLED, R, Step, W
from infra.journey.triggers import DeadLetters, Http, Queue, Stream

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
    Step("records/relay_events", Stream(), ("bus:put",)),
    Step("records/archive_order",
         Queue(("Order.Completed", "Order.Refused", "Order.Cancelled", "Notification.Sent",
               "Payment.Received", "Paper.Archived", "Order.PersonErased", "Bill.Settled")),
         (R, W, "documents:put", "documents:read"),
         reads=BILLED, writes=SETTLED),
    Step("records/keep_dead_letter", DeadLetters(), (R, W),
         reads=(*BILLED, "dead_letters", "failures", "endpoints", "deliveries"),
         writes=(*SETTLED, "dead_letters", "deliveries")),
    Step("records/list_dead_letters", Http(("GET /v1/dead-letters",)), (R,),
         reads=("dead_letters",)),
    Step("records/redrive_dead_letter", Http(("POST /v1/dead-letters/{letter}/redrive",)),
         (R, W, "queue:redrive"),
         reads=("dead_letters",), writes=("dead_letters",)),
    Step("records/raise_due", Queue((), every=5, batch=1, side_by_side=2),
         (R, W, "queue:redrive"), seconds=60,
         reads=("due",), writes=("due",)),
    Step("records/see_to_due", Queue(()), (R, W, "table:forget"),
         reads=BILLED, writes=SETTLED),
    Step("records/ask_emission", Http(("POST /v1/emissions",)), (R, W, "queue:redrive"),
         reads=LOGS, writes=("events",)),
    Step("records/emit_events", Queue(()), (R, W, "bus:put", "queue:redrive"), seconds=60,
         reads=LOGS, writes=("events",)),
    Step("records/restart_stalled", Queue(("Order.Stalled", "Bill.Stalled")),
         (R, W, "queue:redrive"),
         reads=BILLED, writes=SETTLED),
    Step("records/keep_exports", Http((
        "POST /v1/exports", "GET /v1/exports/{export}", "GET /v1/exports",
    )), (R, W, "documents:read"),
         reads=("exports", "replays", "catalogue"), writes=("exports", "replays")),
    Step("records/write_export", Queue(("Export.Requested",), batch=1, side_by_side=2),
         (R, W, "documents:put", "documents:read"), seconds=300, memory=1769,
         reads=(*BILLED, "exports", "payments", "open_items"), writes=("exports",)),
    Step("records/seal_day", Queue((), every=60, batch=1, side_by_side=2),
         (R, W, "documents:put", "documents:read", "queue:redrive"), seconds=300,
         reads=("events", "seals"), writes=("seals",)),
    Step("records/erase_person", Http(("POST /v1/customers/{customer}/erasure",)),
         (R, "queue:redrive"), seconds=28,
         reads=("orders", "customers", "papers", "withdrawals")),
    Step("records/erase_order", Queue(("Order.PersonErased",), batch=1, side_by_side=2),
         (R, W, "table:forget", "queue:redrive"), seconds=60,
         reads=(*BILLED, "customers", "withdrawals"),
         writes=("orders", "customers", "withdrawals")),
    Step("records/tell_person", Http(("GET /v1/customers/{customer}/data",)), (R,),
         reads=(*BILLED, "customers", "lists", "withdrawals")),
    Step("records/report_health", Http(("GET /v1/health",), public=True), (R,),
         reads=("catalogue",)),
    Step("records/show_docs", Http(("GET /", "GET /docs", "GET /openapi.json"), public=True)),
)
# fmt: on
