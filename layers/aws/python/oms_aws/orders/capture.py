"""Capture: a shop's request becomes an order."""

from __future__ import annotations

from datetime import datetime

import msgspec

from oms.core.calendar import book_day
from oms.orders.applying import tell
from oms.orders.order import Order, OrderCreated, Placed, begun
from oms.tax.exchange import EURO, known_for
from oms_aws.orders.models import PaymentIn, PlaceOrder
from oms_aws.orders.store import LARGEST_ORDER, size_of
from oms_aws.orders.wiring import OrdersWiring
from oms_aws.platform.http import Problem


def captured(asked: PlaceOrder, id: str, shop: str, at: datetime) -> Order:
    """The order as it was placed, all pieces open, with the event of its creation."""
    lines = [
        {
            "number": line.number,
            "sku": line.sku,
            "unit_price": line.unit_price,
            "ordered": line.quantity,
            "open": line.quantity,
            "discounts": [each.model_dump() for each in line.discounts],
        }
        for line in asked.lines
    ]
    values = asked.model_dump(exclude={"lines", "delivery", "total"})
    placed = msgspec.convert(
        {
            **values,
            "id": id,
            "shop": shop,
            "received_at": at,
            "lines": lines,
            "claimed_total": asked.total,
            "partial_allowed": asked.delivery.partial_allowed is not False,
            "partial_said": asked.delivery.partial_allowed is not None,
            "priority": asked.delivery.priority,
            "promised_on": asked.delivery.promised_on,
        },
        Placed,
    )
    return tell(begun(placed), OrderCreated(placed))


def demand_fitting(order: Order) -> None:
    """Raises Problem when the order is so large that what follows would not fit its item."""
    if (size := size_of(order)) > LARGEST_ORDER:
        text = (
            f"Compressed the order takes {size} bytes, at most {LARGEST_ORDER} are kept: send "
            "fewer lines, or shorter numbers, SKUs, codes of discounts and notes."
        )
        raise Problem(413, "order_too_large", text)


def demand_rate(currency: str, placed_at: datetime, shop: str, oms: OrdersWiring) -> None:
    """Raises Problem when nothing says what the order's currency is in euro in its month."""
    if currency == EURO:
        return
    on = book_day(placed_at)
    if known_for(currency, on, oms.catalogue.cached_shop(shop).tax.exchange):
        return
    if not known_for(currency, on, oms.catalogue.shop(shop).tax.exchange):
        text = f"The shop {shop} has no exchange rate of {currency} for {on:%Y-%m}."
        raise Problem(422, "no_exchange_rate", text, {"currency": f"no rate for {on:%Y-%m}"})


def demand_provider(payment: PaymentIn | None, shop: str, oms: OrdersWiring) -> None:
    """Raises Problem when a payment names a provider that the shop, or we, may not use."""
    if payment is None or payment.provider is None:
        return
    allowed = oms.catalogue.cached_shop(shop).payment.providers
    if payment.provider not in allowed or (payment.provider == "test" and not oms.rehearses):
        fields = {"payment.provider": "not allowed for this shop"}
        raise Problem(422, "request_invalid", "The request has wrong fields.", fields)
