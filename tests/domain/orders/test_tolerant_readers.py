"""What a newer version of a step has written, an older one can read: stacks follow one another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from msgspec import Struct

from oms.orders.applying import decode_news
from oms.orders.order import Order, decode_order
from tests.domain.orders.test_order_properties import NOW, Command, Kept, orders, scripts


def of_tomorrow(value: Any) -> Any:
    """A value as JSON of a version that knows one field more of everything."""
    if isinstance(value, Struct):
        known = {name: of_tomorrow(getattr(value, name)) for name in value.__struct_fields__}
        tag = value.__struct_config__
        told = {tag.tag_field: tag.tag} if tag.tag_field else {}
        return {**told, **known, "of_tomorrow": {"unheard": ["of", 1, None]}}
    if isinstance(value, tuple | list):
        return [of_tomorrow(each) for each in value]
    if isinstance(value, dict):
        return {key: of_tomorrow(each) for key, each in value.items()}
    return msgspec.to_builtins(value)


@given(orders, scripts)
def test_fields_that_nobody_knows_yet_are_passed_over(order: Order, script: list[Command]) -> None:
    kept = Kept(order)
    for minute, command in enumerate(script, 1):
        kept.do(command, NOW + timedelta(minutes=minute))
    assert decode_order(msgspec.json.encode(of_tomorrow(kept.order))) == kept.order
    for event in kept.log:
        news = decode_news(event.data)
        assert decode_news(msgspec.json.encode(of_tomorrow(news))) == news
