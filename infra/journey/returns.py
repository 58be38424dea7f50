"""Steps of the stage returns: consumers withdraw, and what they bought comes back."""

from __future__ import annotations

from infra.journey.step import BILLED, SETTLED, R, Step, W
from infra.journey.triggers import Http, Queue

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
    Step("returns/take_withdrawal", Http(("POST /v1/withdrawals",)), (R, W),
         reads=("orders", "catalogue", "withdrawals", "replays"),
         writes=("orders", "withdrawals", "replays")),
    Step("returns/offer_withdrawal", Http(("GET /withdraw", "POST /withdraw"), public=True), (R, W),
         reads=("orders", "catalogue", "withdrawals"), writes=("orders", "withdrawals")),
    Step("returns/prove_withdrawal", Http(("GET /withdrawal/{token}",), public=True),
         (R, "secrets:links"), reads=("catalogue", "withdrawals")),
    Step("returns/read_withdrawals", Http((
        "GET /v1/withdrawals", "GET /v1/withdrawals/{withdrawal}",
    )), (R,),
         reads=("withdrawals", "catalogue")),
    Step("returns/match_withdrawal", Http(("POST /v1/withdrawals/{withdrawal}/match",)), (R, W),
         reads=("orders", "withdrawals"), writes=("orders", "withdrawals")),
    Step("returns/decide_withdrawal", Http((
        "POST /v1/withdrawals/{withdrawal}/decisions", "POST /v1/withdrawals/{withdrawal}/close",
    )), (R, W),
         reads=("withdrawals",), writes=("withdrawals",)),
    Step("returns/prove_goods", Http(("POST /v1/withdrawals/{withdrawal}/goods",)), (R, W),
         reads=("withdrawals",), writes=("withdrawals",)),
    Step("returns/follow_withdrawal", Queue((
        "Withdrawal.Matched", "Withdrawal.Decided", "Withdrawal.Stopped", "Withdrawal.GoodsProved",
        "Fulfilment.RecallAccepted", "Fulfilment.RecallRefused", "Order.Cancelled",
        "CreditNote.Issued", "Payment.Refunded", "Shipment.Returned", "Order.PiecesReturned",
    )), (R, W, "table:forget"),
         reads=("orders", "withdrawals"), writes=("orders", "withdrawals")),
    Step("returns/announce_return", Http(("POST /v1/returns",)), (R, W),
         reads=("orders", "returns", "withdrawals", "replays"),
         writes=("orders", "returns", "replays")),
    Step("returns/read_returns", Http(("GET /v1/returns", "GET /v1/returns/{rma}")), (R,),
         reads=("orders", "returns", "catalogue")),
    Step("returns/receive_return", Http(("POST /v1/returns/{rma}/receipts",)), (R, W),
         reads=("orders", "returns", "catalogue", "stock"),
         writes=("orders", "returns", "stock")),
    Step("returns/decide_return", Http((
        "POST /v1/returns/{rma}/decisions", "POST /v1/returns/{rma}/close",
    )), (R, W),
         reads=("returns",), writes=("returns",)),
    Step("returns/follow_return", Queue(("Return.Received", "Return.Decided")),
         (R, W, "numbers:find"), seconds=60,
         reads=(*BILLED, "returns", "ranges"), writes=(*SETTLED, "returns", "ranges", "sellers")),
)
# fmt: on
