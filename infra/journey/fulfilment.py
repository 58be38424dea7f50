"""Steps of the stage fulfilment: parcels are packed, shipped and followed."""

from __future__ import annotations

from infra.journey.step import ORDERS, SEEN, R, Step, W
from infra.journey.triggers import Http

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
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
)
# fmt: on
