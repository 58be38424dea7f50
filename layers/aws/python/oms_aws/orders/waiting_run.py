"""Both ends of a waiting run: the order may go on or not, and that it does is said."""

from __future__ import annotations

from typing import Literal

from oms_aws.orders.wiring import OrdersWiring


def answer_if_free(order_id: str, oms: OrdersWiring) -> Literal["held", "answered", "gone"]:
    """Let the order's waiting run go on if nothing holds it any more.

    Both `await_release` and `resume_intake` ask, so that neither order of the two loses the answer:
    `held` while something holds it, `gone` when no run waits: it ended without us, or was not held
    by its checks and never waited, or will ask for itself once it comes to wait.
    """
    order = oms.orders.get(order_id).order
    token = oms.intake.token(order_id)
    if order.status == "held":
        return "held"
    if token is None:
        return "gone"
    verdict = "cancelled" if order.status == "cancelled" else "pass"
    took = oms.intake.go_on(token, {"order_id": order_id, "verdict": verdict})
    return "answered" if took else "gone"
