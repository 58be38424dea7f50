"""What the two ends of a waiting run share: whether the order may go on, and saying so."""

from __future__ import annotations

from typing import Literal

from oms_aws.wiring import Ports


def answer_if_free(order_id: str, oms: Ports) -> Literal["held", "answered", "gone"]:
    """Let the order's waiting run go on if nothing holds it any more.

    Both `await_release` and `resume_intake` ask, so that neither order of the two loses the answer:
    `held` while something holds it or no run waits yet, `gone` when the run ended without us.
    """
    order = oms.orders.get(order_id).order
    token = oms.intake.token(order_id)
    if token is None or order.status == "held":
        return "held"
    verdict = "cancelled" if order.status == "cancelled" else "pass"
    took = oms.intake.go_on(token, {"order_id": order_id, "verdict": verdict})
    return "answered" if took else "gone"
