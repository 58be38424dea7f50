"""What a newer version of a step has written, an older one can read: stacks follow one another."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import given
from msgspec.structs import replace

from oms.orders.applying import decode_event
from oms.orders.order import ORDER_FORMATS, Order
from tests.domain.orders.test_order_properties import NOW, Command, Kept, orders, scripts
from tests.world.releases import of_tomorrow


@given(orders, scripts)
def test_fields_that_nobody_knows_yet_are_passed_over(order: Order, script: list[Command]) -> None:
    kept = Kept(order)
    for minute, command in enumerate(script, 1):
        kept.do(command, NOW + timedelta(minutes=minute))
    tomorrow = msgspec.json.encode(of_tomorrow(kept.order))
    assert ORDER_FORMATS.read(tomorrow, ORDER_FORMATS.newest + 1) == kept.order
    for event in kept.log:
        news = decode_event(event)
        later = replace(event, data=msgspec.Raw(msgspec.json.encode(of_tomorrow(news))), format=2)
        assert decode_event(later) == news
