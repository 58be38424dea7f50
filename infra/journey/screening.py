"""Steps of the stage screening: checks, holds and approvals."""

from __future__ import annotations

from infra.journey.step import BILLABLE, ORDERS, SEEN, R, Step, W
from infra.journey.triggers import Http, Queue, Task

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
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
    Step("screening/list_holds", Http(("GET /v1/holds",)), (R,),
         reads=("holds", "orders", "catalogue")),
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
)
# fmt: on
