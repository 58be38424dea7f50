"""The table of contents: one line per step, in the order an order travels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal


@dataclass(frozen=True)
class Http:
    """Routes of the HTTP API; `public` ones prove themselves, the others ask the authoriser."""

    routes: tuple[str, ...]
    public: bool = False


@dataclass(frozen=True)
class Queue:
    """Events on the bus that a queue of the step's own collects; what it gives up is kept.

    Without events it is woken by messages of another step alone, by objects (`arrives` is the
    folder of the uploads in which a new one wakes it), or by the clock, `every` so many minutes.
    `in_turn` makes it FIFO: what is of one group is delivered one after another.
    `batch` is the greatest number of events a delivery brings, `tries` how often a step fails at
    an event before that becomes a dead letter (a delivery that never reached the step is none),
    `side_by_side` the greatest number of deliveries at one time.
    """

    events: tuple[str, ...]
    batch: int = 10
    tries: int = 5
    side_by_side: int = 5
    arrives: str = ""
    every: int = 0
    in_turn: bool = False


@dataclass(frozen=True)
class Task:
    """A state of a Step Functions flow; `waits` hands the step a task token."""

    flow: str
    waits: bool = False


@dataclass(frozen=True)
class Stream:
    """The table's stream, narrowed to new event items."""

    batch: int = 100


@dataclass(frozen=True)
class DeadLetters:
    """What every other step gave up."""


@dataclass(frozen=True)
class Authoriser:
    """Asked by the HTTP API who is calling."""


Trigger = Http | Queue | Task | Stream | DeadLetters | Authoriser

Grant = Literal[
    "table:read",  # GetItem, BatchGetItem, Query on the table and its indexes
    "table:write",  # PutItem, UpdateItem, ConditionCheckItem (TransactWriteItems is made of these)
    "bus:put",  # events:PutEvents
    "flow:start",  # states:StartExecution on the flows
    "flow:answer",  # states:SendTaskSuccess, SendTaskFailure
    "documents:put",  # s3:PutObject, PutObjectRetention
    "documents:read",  # s3:GetObject
    "numbers:find",  # s3:ListBucket and s3:GetObject on the counterfoils among the documents
    "uploads:put",  # s3:PutObject, which a signed form hands on for one object
    "uploads:read",  # s3:GetObject
    "mail:send",  # ses:SendEmail
    "queue:redrive",  # sqs:SendMessage to the steps' queues
    "queue:subscribers",  # sqs:SendMessage to the queues of the steps that call endpoints
    "secrets:stripe",  # ssm:GetParameter on the parameters of the Stripe account
    "secrets:links",  # ssm:GetParameter on the key that signs links
    "secrets:links:make",  # and ssm:PutParameter
    "secrets:carriers",  # ssm:GetParameter on the carriers' secrets
    "secrets:carriers:keep",  # ssm:PutParameter on them
    "secrets:webhooks",  # ssm:GetParameter on what signs for endpoints
    "secrets:webhooks:keep",  # and ssm:PutParameter, DeleteParameter
]

Room = Literal[
    "clients", "keyring", "key_uses", "carriers", "papers", "catalogue", "shops", "orders",
    "prices", "taxes", "vat_checks", "velocity", "lists", "replays", "holds", "stock", "incoming",
    "departures", "uploads", "failures", "holders", "products", "customers", "price_lists",
    "price_entries", "warehouses", "shop_records", "rules", "sellers", "ranges", "payments",
    "rehearsal", "order_lists", "fulfilment_lists", "exposures", "open_items", "exports",
    "notifications", "endpoints", "deliveries", "dead_letters", "due", "events", "seals",
]  # fmt: skip
"""Partition keys that belong together; `infra.rooms` says which."""


@dataclass(frozen=True)
class Step:
    """One step: its folder under functions/, what wakes it, and what it may do.

    `reads` and `writes` are the rooms of the table that "table:read" and "table:write" reach: every
    step with such a grant names them.
    """

    name: str
    on: Trigger
    may: tuple[Grant, ...] = ()
    seconds: int = 20
    memory: int = 512
    layers: tuple[str, ...] = field(default=())
    reads: tuple[Room, ...] = ()
    writes: tuple[Room, ...] = ()

    @property
    def stage(self) -> str:
        return self.name.split("/")[0]

    @property
    def verb_noun(self) -> str:
        return self.name.split("/")[1]


R: Final = "table:read"
W: Final = "table:write"

ORDERS: Final[tuple[Room, ...]] = ("orders",)
SEEN: Final[tuple[Room, ...]] = ("orders", "catalogue", "carriers")  # an order, as it is shown
BILLABLE: Final[tuple[Room, ...]] = ("orders", "catalogue", "taxes")  # with its tax
SUPPLY: Final[tuple[Room, ...]] = (*BILLABLE, "stock", "incoming", "departures")
MOVED: Final[tuple[Room, ...]] = ("orders", "stock", "departures", "vat_checks")
BILLED: Final[tuple[Room, ...]] = (*BILLABLE, "papers", "carriers", "stock")  # with its papers
SETTLED: Final[tuple[Room, ...]] = ("orders", "papers", "vat_checks")
LOGS: Final[tuple[Room, ...]] = (
    "orders",
    "papers",
    "stock",
    "incoming",
    "exports",
    "endpoints",
    "events",
)
TOLD: Final[tuple[Room, ...]] = (*LOGS, "deliveries", "holders", "catalogue")

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
JOURNEY: tuple[Step, ...] = (
    # master: who may call, and what we sell from where
    Step("master/authorise_client", Authoriser(), (R, W), reads=("clients",), writes=("key_uses",)),
    Step("master/keep_keys", Http((
        "GET /v1/keys", "POST /v1/keys", "POST /v1/keys/{api_key}/rotations",
        "DELETE /v1/keys/{api_key}",
    )), (R, W), reads=("clients", "keyring", "key_uses", "catalogue"),
         writes=("clients", "keyring", "shops", "holders")),
    Step("master/keep_products", Http((
        "PUT /v1/products/{sku}", "GET /v1/products/{sku}", "GET /v1/products",
        "GET /v1/products/{sku}/history", "POST /v1/products/batch", "PUT /v1/products/{sku}/owner",
    )), (R, W), seconds=29, memory=1024,
         reads=("products", "shops"), writes=("products",)),
    Step("master/keep_customers", Http((
        "PUT /v1/customers/{customer}", "GET /v1/customers/{customer}", "GET /v1/customers",
        "GET /v1/customers/{customer}/history", "POST /v1/customers/batch",
    )), (R, W), seconds=29, memory=1024,
         reads=("customers", "shops"), writes=("customers",)),
    Step("master/check_vat_id", Http(("POST /v1/customers/{customer}/vat-check",)), (R, W),
         reads=("customers", "catalogue"), writes=("vat_checks",)),
    Step("master/keep_price_lists", Http((
        "PUT /v1/price-lists/{list}", "GET /v1/price-lists/{list}", "GET /v1/price-lists",
        "GET /v1/price-lists/{list}/history",
    )), (R, W),
         reads=("price_lists",), writes=("price_lists",)),
    Step("master/keep_prices", Http((
        "PUT /v1/price-lists/{list}/prices/{sku}", "GET /v1/price-lists/{list}/prices/{sku}",
        "GET /v1/price-lists/{list}/prices/{sku}/history", "GET /v1/price-lists/{list}/prices",
        "POST /v1/prices/batch",
    )), (R, W), seconds=29, memory=1024,
         reads=("prices", "price_entries", "catalogue"), writes=("price_entries",)),
    Step("master/keep_warehouses", Http((
        "PUT /v1/warehouses/{warehouse}", "GET /v1/warehouses/{warehouse}", "GET /v1/warehouses",
        "GET /v1/warehouses/{warehouse}/history", "POST /v1/warehouses/batch",
    )), (R, W), seconds=29, memory=1024,
         reads=("warehouses", "catalogue"), writes=("warehouses",)),
    Step("master/keep_shops", Http((
        "PUT /v1/shops/{shop}", "GET /v1/shops/{shop}", "GET /v1/shops/{shop}/history",
    )), (R, W, "documents:put", "documents:read"), memory=1024, layers=("typesetting",),
         reads=("shop_records",), writes=("shop_records",)),
    Step("master/keep_carriers", Http(("PUT /v1/carriers/{carrier}",)),
         (R, W, "secrets:carriers:keep"), reads=("carriers",), writes=("carriers",)),
    Step("master/keep_rules", Http((
        "PUT /v1/rules/{name}", "GET /v1/rules/{name}", "GET /v1/rules/{name}/history",
        "POST /v1/rules/{name}/activations",
    )), (R, W), layers=("rules",),
         reads=("rules",), writes=("rules",)),
    Step("master/try_rules", Http(("POST /v1/rules/{name}/trials",)), (R,), seconds=29, memory=1024,
         layers=("rules",),
         reads=("rules", "orders", "order_lists")),
    # orders
    Step("orders/receive_order", Http(("POST /v1/orders",)), (R, W),
         reads=(*SEEN, "replays", "catalogue"), writes=("replays", "orders")),
    Step("orders/read_order", Http(("GET /v1/orders/{order}",)), (R,),
         reads=(*SEEN, "papers", "exposures")),
    Step("orders/list_orders", Http(("GET /v1/orders",)), (R,),
         reads=(*SEEN, "order_lists")),
    Step("orders/read_events", Http(("GET /v1/orders/{order}/events",)), (R,),
         reads=SEEN),
    Step("orders/cancel_order", Http(("POST /v1/orders/{order}/cancellations",)), (R, W),
         reads=(*SEEN, "replays"), writes=("replays", "orders")),
    Step("orders/change_order", Http((
        "POST /v1/orders/{order}/changes", "POST /v1/orders/{order}/changes/{change}/confirm",
    )), (R, W),
         reads=(*BILLABLE, "replays", "carriers", "prices", "stock"),
         writes=("replays", "vat_checks", "orders", "stock", "departures")),
    Step("orders/confirm_order", Http((
        "GET /v1/orders/{order}/confirmation", "POST /v1/orders/{order}/confirmation",
    )), (R, W, "secrets:links:make", "documents:put", "documents:read"), seconds=29, memory=1024,
         layers=("typesetting",),
         reads=("orders", "papers", "catalogue", "carriers"), writes=("orders", "papers")),
    Step("orders/show_confirmation", Http(("GET /o/{token}",), public=True),
         (R, W, "secrets:links", "documents:put", "documents:read"), seconds=29, memory=1024,
         layers=("typesetting",), reads=("orders", "papers", "catalogue"),
         writes=("orders", "papers")),
    Step("orders/finish_change",
         Queue(("Fulfilment.RecallAccepted", "Fulfilment.RecallRefused")), (R, W),
         reads=(*SUPPLY, "carriers", "prices"), writes=MOVED),
    Step("orders/start_intake", Queue(("Order.Created",)), (R, W, "flow:start"),
         reads=ORDERS, writes=ORDERS),
    # screening
    Step("screening/check_address", Task("intake"), (R,), reads=("orders", "catalogue")),
    Step("screening/check_payment", Task("intake"), (R, W), reads=BILLABLE, writes=("vat_checks",)),
    Step("screening/check_price", Task("intake"), (R,), reads=(*BILLABLE, "prices")),
    Step("screening/check_credit", Task("intake"), (R, W), reads=BILLABLE,
         writes=("orders", "vat_checks")),
    Step("screening/check_fraud", Task("intake"), (R, W), layers=("rules",),
         reads=("orders", "catalogue", "velocity", "lists"), writes=("velocity",)),
    Step("screening/settle_checks", Task("intake"), (R, W), reads=ORDERS, writes=ORDERS),
    Step("screening/await_release", Task("intake", waits=True), (R, W, "flow:answer"),
         reads=ORDERS, writes=ORDERS),
    Step("screening/release_hold", Http(("POST /v1/orders/{order}/holds/{hold}/release",)), (R, W),
         reads=(*BILLABLE, "carriers", "prices"), writes=("orders", "vat_checks")),
    Step("screening/list_holds", Http(("GET /v1/holds",)), (R,), reads=("holds", "catalogue")),
    Step("screening/keep_lists", Http((
        "POST /v1/lists/{which}", "POST /v1/lists/{which}/removals", "GET /v1/lists/{which}",
    )), (R, W), reads=("lists",), writes=("lists",)),
    Step("screening/correct_address", Http(("POST /v1/orders/{order}/address",)), (R, W),
         layers=("rules",), reads=(*SEEN, "replays"), writes=("orders", "replays")),
    Step("screening/ask_address", Http(("GET /a/{token}", "POST /a/{token}"), public=True),
         (R, W, "secrets:links"), layers=("rules",), reads=("orders", "catalogue"),
         writes=("orders",)),
    Step("screening/resume_intake", Queue(("Order.Released", "Order.Cancelled")),
         (R, W, "flow:answer", "flow:start"), reads=ORDERS, writes=ORDERS),
    Step("screening/decide_approval", Http(("POST /v1/orders/{order}/approvals",)), (R, W),
         reads=SEEN, writes=ORDERS),
    Step("screening/answer_approval", Http((
        "GET /approve/{token}", "POST /approve/{token}",
    ), public=True), (R, W, "secrets:links"), reads=("orders", "catalogue"), writes=("orders",)),
    Step("screening/settle_payment", Queue(("Order.Cancelled", "Order.Changed")), (R, W),
         reads=ORDERS, writes=ORDERS),
    # sourcing
    Step("sourcing/reserve_stock", Task("intake"), (R, W), seconds=60, reads=SUPPLY, writes=MOVED),
    Step("sourcing/route_order", Task("intake"), (R, W), seconds=60, reads=SUPPLY, writes=MOVED),
    Step("sourcing/settle_stock", Queue((
        "Order.Cancelled", "Order.Refused", "Stock.Released", "Shipment.Confirmed",
    )), (R, W), seconds=60, reads=SUPPLY, writes=MOVED),
    Step("sourcing/follow_change", Queue(("Order.Changed", "Order.ChangeDropped")),
         (R, W), seconds=60, reads=SUPPLY, writes=MOVED),
    Step("sourcing/import_stock", Http(("POST /v1/stock/batch",)), (R, W), seconds=29, memory=1024,
         reads=("catalogue", "stock"), writes=("stock",)),
    Step("sourcing/keep_purchases", Http((
        "PUT /v1/purchase-orders/{purchase}", "GET /v1/purchase-orders/{purchase}",
        "GET /v1/purchase-orders",
    )), (R, W), reads=("catalogue", "incoming"), writes=("incoming",)),
    Step("sourcing/receive_goods", Http(("POST /v1/purchase-orders/{purchase}/receipts",)), (R, W),
         seconds=29, reads=("catalogue", "stock", "incoming"), writes=("stock", "incoming")),
    Step("sourcing/offer_upload", Http((
        "POST /v1/stock/uploads", "GET /v1/stock/uploads/{upload}",
    )), (R, W, "uploads:put"), reads=("catalogue", "uploads"), writes=("uploads",)),
    Step("sourcing/import_upload", Queue((), batch=1, side_by_side=2, arrives="stock/"),
         (R, W, "uploads:read"), seconds=600, memory=1024,
         reads=("catalogue", "stock", "uploads"), writes=("stock", "uploads")),
    Step("sourcing/read_stock", Http(("GET /v1/stock/{sku}",)), (R,),
         reads=("catalogue", "stock", "incoming")),
    Step("sourcing/keep_buffers", Http(("PUT /v1/stock/{sku}/buffers/{shop}",)), (R, W),
         reads=("catalogue", "stock"), writes=("stock",)),
    Step("sourcing/answer_availability", Http(("POST /v1/availability",)), (R, W),
         reads=SUPPLY, writes=("stock",)),
    Step("sourcing/allocate_backorders", Queue(("Stock.Changed", "Stock.Buffered")), (R, W),
         seconds=60, reads=SUPPLY, writes=MOVED),
    Step("sourcing/expect_backorders", Queue((
        "Line.Backordered", "Backorder.Due", "Incoming.Changed",
    )), (R, W), seconds=60, reads=SUPPLY, writes=MOVED),
    Step("sourcing/cancel_waiting", Http(("GET /w/{token}", "POST /w/{token}"), public=True),
         (R, W, "secrets:links"), reads=("orders", "catalogue"), writes=("orders",)),
    Step("sourcing/route_allocated", Queue(("Backorder.Allocated",)), (R, W), seconds=60,
         reads=SUPPLY, writes=MOVED),
    # fulfilment
    Step("fulfilment/list_fulfilments", Http((
        "GET /v1/fulfilments", "GET /v1/fulfilments/{fulfilment}",
    )), (R,),
         reads=(*SEEN, "fulfilment_lists")),
    Step("fulfilment/pack_parcels", Http(("POST /v1/fulfilments/{fulfilment}/pack",)), (R, W),
         reads=SEEN, writes=ORDERS),
    Step("fulfilment/answer_recall", Http(("POST /v1/fulfilments/{fulfilment}/recall",)), (R, W),
         reads=SEEN, writes=ORDERS),
    Step("fulfilment/ship_parcels", Http(("POST /v1/fulfilments/{fulfilment}/ship",)), (R, W),
         reads=SEEN, writes=ORDERS),
    Step("fulfilment/print_papers", Http((
        "GET /v1/fulfilments/{fulfilment}/papers/{paper}",
    )), (R, W, "documents:put", "documents:read"), seconds=29, memory=1024,
         layers=("typesetting",),
         reads=(*SEEN, "papers"), writes=("orders", "papers")),
    Step("fulfilment/take_back", Http(("POST /v1/fulfilments/{fulfilment}/returned",)), (R, W),
         reads=SEEN, writes=ORDERS),
    Step("fulfilment/hear_carrier", Http(("POST /v1/carriers/{carrier}/webhook",), public=True),
         (R, W, "secrets:carriers"), reads=("orders", "carriers"), writes=("orders",)),
    # billing
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
    # payments
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
         (R, W, "secrets:stripe"), seconds=29, reads=("orders",), writes=("orders",)),
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
    # notices
    Step("notices/tell_customer", Queue((
        "Order.Created", "Order.Held", "Order.HoldEscalated", "Order.Changed", "Order.Refused",
        "Order.Cancelled", "Order.ChangeDropped", "Document.Archived", "Fulfilment.RecallRefused",
        "Eta.Changed", "Invoice.Awaited", "Invoice.Deferred",
        "Payment.Reminded", "Letter.Archived", "Order.Approved", "Order.Rejected",
        "Approval.Reminded", "Approval.Escalated", "Shipment.Failed", "Shipment.Overdue",
        "Shipment.Returned", "Webhook.Paused", "Webhook.Resumed",
    )), (R, W, "secrets:links:make", "mail:send"),
         reads=(*BILLED, "notifications", "endpoints"), writes=(*SETTLED, "notifications")),
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
    # records
    Step("records/relay_events", Stream(), ("bus:put",)),
    Step("records/archive_order",
         Queue(("Order.Completed", "Order.Refused", "Order.Cancelled", "Notification.Sent",
               "Payment.Received", "Paper.Archived", "Bill.Settled")),
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
    Step("records/see_to_due", Queue(()), (R, W),
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
    Step("records/report_health", Http(("GET /v1/health",), public=True), (R,),
         reads=("catalogue",)),
    Step("records/show_docs", Http(("GET /", "GET /docs", "GET /openapi.json"), public=True)),
)
# fmt: on
