"""Money that a shop moved itself, and what is decided about money that could not be moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from oms.core.refusals import Refusal
from oms.orders.money_parts import Payment
from oms.orders.order import Order
from oms.payments.capturing import authorise, failure_of, leave, retry
from oms.payments.shop_captures import Moved
from oms_aws.billing.order_views import order_answer
from oms_aws.orders.asked import seen_order
from oms_aws.payments.capture_models import AuthorisationIn, DecideFailure, MoneyMoved
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.log import Saved


def moved(
    call: Call[MoneyMoved], command: Callable[[Order, Moved, datetime], Order], oms: PaymentsWiring
) -> Answer:
    """The order with what the shop says it moved; raises what the command raises."""
    seen, body, at = seen_order(call, oms), call.body, oms.now()
    told = Moved(
        amount=body.amount,
        reference=body.reference,
        at=(body.at or at).astimezone(UTC),
        document=body.document or "",
    )
    by = Saved(call.actor, f"request:{call.request_id}")
    stored = oms.orders.change(seen.order.id, lambda order: command(order, told, at), by, seen=seen)
    return order_answer(stored, oms)


def decided(call: Call[DecideFailure], oms: PaymentsWiring) -> Answer:
    """The order with what was decided about a failure. Raises Unknown and Refusal."""
    seen, body, id = seen_order(call, oms), call.body, call.path["failure"]
    by, reason, at = call.actor, body.reason, oms.now()

    def command(order: Order) -> Order:
        if body.decision == "leave":
            return leave(order, id, by=by, reason=reason, at=at)
        if body.payment:
            payment = _another(order, id, body.payment)
            order = authorise(order, payment, by=by, reason=reason, at=at)
        return retry(order, id, by=by, reason=reason, at=at)

    saved = Saved(call.actor, f"request:{call.request_id}")
    return order_answer(oms.orders.change(seen.order.id, command, saved, seen=seen), oms)


def _another(order: Order, id: str, given: AuthorisationIn) -> Payment:
    """The payment with another authorisation, for what could not be captured."""
    if failure_of(order, id).of != "capture":
        text = "Only what could not be captured needs another authorisation."
        raise Refusal("no_authorisation_needed", text, {"payment": "not needed"})
    return replace(
        order.payment,
        status="authorised",
        reference=given.reference,
        amount=given.amount,
        authorised_at=given.authorised_at,
    )
