"""Steps of the stage orders: an order is taken, read, changed and cancelled."""

from __future__ import annotations

from infra.journey.step import BILLABLE, MOVED, ORDERS, SEEN, SUPPLY, R, Step, W
from infra.journey.triggers import Http, Queue

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
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
)
# fmt: on
