"""Capacity: how many fulfilments leave a warehouse on a day, counted with the orders themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from oms.master.warehouse import Warehouse
from oms.orders.fulfilments import Fulfilment
from oms.orders.order import Order
from oms_aws.platform import keys
from oms_aws.platform.table import Action, Table


class Slot(NamedTuple):
    """A day of a warehouse, there."""

    location: str
    day: date


def is_full(table: Table, warehouse: Warehouse, day: date) -> bool:
    """True if as many fulfilments as the warehouse can send leave on that day already."""
    item = table.get(keys.departures(warehouse.id, day))
    return bool(item and warehouse.capacity is not None and item["leaving"] >= warehouse.capacity)


def moved(table: Table, before: Order, after: Order) -> Iterator[Action]:
    """The actions that bring the counters from what the order said to what it says now.

    They belong into the transaction that saves the order. One fails when others have taken the last
    room of the day meanwhile: then the order is planned again.
    """
    was, now = leaving([before]), leaving([after])
    for slot in sorted({*was, *now}):
        if more := now[slot] - was[slot]:
            yield _counted(table, slot, more, _capacity(after, slot))


def leaving(orders: Iterable[Order]) -> Counter[Slot]:
    """Number of the orders' fulfilments by where and when they leave, of those that are counted."""
    return Counter(
        _slot(each)
        for order in orders
        for each in order.fulfilments
        if each.capacity is not None and each.status != "cancelled"
    )


def counted(item: Mapping[str, object]) -> tuple[Slot, int]:
    """The slot and its count in a table item."""
    slot = Slot(str(item["location"]), date.fromisoformat(str(item["day"])))
    return slot, int(str(item["leaving"]))


def _slot(fulfilment: Fulfilment) -> Slot:
    # The offset of `ship_by` is the warehouse's, so its date is the day there.
    return Slot(fulfilment.location, fulfilment.ship_by.date())


def _capacity(order: Order, slot: Slot) -> int:
    """The least capacity that a fulfilment of the slot was planned with."""
    return min(
        (f.capacity for f in order.fulfilments if f.capacity is not None and _slot(f) == slot),
        default=0,
    )


def _counted(table: Table, slot: Slot, more: int, most: int) -> Action:
    values = {
        ":more": more,
        ":kind": "departures",
        ":location": slot.location,
        ":day": slot.day.isoformat(),
    }
    condition = ""
    if more > 0:
        values[":room"] = most - more
        condition = "attribute_not_exists(leaving) OR leaving <= :room"
    return table.update(
        keys.departures(slot.location, slot.day),
        "ADD leaving :more SET #kind = :kind, #location = :location, #day = :day",
        values,
        names={"#kind": "kind", "#location": "location", "#day": "day"},
        condition=condition,
    )
