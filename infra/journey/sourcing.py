"""Steps of the stage sourcing: stock, reservations, backorders and purchases."""

from __future__ import annotations

from infra.journey.step import MOVED, SUPPLY, R, Step, W
from infra.journey.triggers import Http, Queue, Task

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
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
)
# fmt: on
