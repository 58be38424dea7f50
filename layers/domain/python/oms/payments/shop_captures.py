"""Captures and refunds that a shop has made itself, and tells of."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from oms.core import money
from oms.core.refusals import Refusal
from oms.orders import balance
from oms.orders.applying import tell
from oms.orders.money_events import PaymentCaptured
from oms.orders.money_parts import Capture, Refund
from oms.orders.order import Order
from oms.payments.capturing import DEEDS, id_of_capture, note_refund, state


class Moved(Struct, frozen=True, kw_only=True):
    """Money that a shop has moved itself; `document` is the invoice or credit note it names."""

    amount: Decimal
    reference: str
    at: datetime
    document: str = ""


def shop_captured(order: Order, moved: Moved, at: datetime) -> Order:
    """The shop has captured itself; the same reference again changes nothing.

    Raises Refusal when it is more than was authorised, and Unknown.
    """
    _require_shops_own(order, moved)
    for known in order.settlement.captures:
        if known.by == "shop" and known.reference == moved.reference:
            _require_same(known.amount, moved)
            return order
    able = balance.capturable(order)
    if "capture" not in DEEDS[state(order)] or moved.amount > able:
        text = f"{able} {order.currency} of the authorisation are left."
        raise Refusal("more_than_authorised", text, {"amount": f"at most {able}"})
    if moved.document:
        order.document(moved.document)
    id, authorisation = (
        id_of_capture(order, "cap", len(order.settlement.captures)),
        order.payment.reference or "",
    )
    capture = Capture(
        id, moved.document, moved.amount, moved.at, moved.reference, "shop", authorisation
    )
    return tell(order, PaymentCaptured(capture, at))


def shop_refunded(order: Order, moved: Moved, at: datetime) -> Order:
    """The shop has refunded itself; the same reference again changes nothing.

    Raises Refusal when it is more than the shop has captured, and Unknown.
    """
    _require_shops_own(order, moved)
    for known in order.settlement.refunds:
        if known.by == "shop" and known.reference == moved.reference:
            _require_same(known.amount, moved)
            return order
    back = sum((r.amount for r in order.settlement.refunds if r.by == "shop"), balance.NOTHING)
    able = balance.captured(order) - back
    if "refund" not in DEEDS[state(order)] or moved.amount > able:
        text = f"{able} {order.currency} of what was captured are left."
        raise Refusal("more_than_captured", text, {"amount": f"at most {able}"})
    if moved.document:
        order.document(moved.document)
    refund = Refund("", moved.document, moved.amount, moved.at, moved.reference, "shop")
    refund = replace(refund, authorisation=order.payment.reference or "")
    return note_refund(order, refund, at=at)


def _require_shops_own(order: Order, moved: Moved) -> None:
    if order.payment.provider:
        text = f"Money of this order is moved through {order.payment.provider}, by us."
        raise Refusal("provider_moves_it", text)
    if not money.is_whole(moved.amount, order.currency):
        text = f"{moved.amount} {order.currency} has a part of the smallest unit."
        raise Refusal("amount_not_possible", text, {"amount": "too many decimal places"})


def _require_same(known: Decimal, moved: Moved) -> None:
    if known != moved.amount:
        text = f"With this reference {known} were reported before."
        raise Refusal("reference_taken", text, {"reference": "taken"})
