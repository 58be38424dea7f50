"""Credit in DynamoDB: an order's record and its customer's counters move with the order itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from oms.orders.order import Order
from oms.payments.credit import COUNTERS, NOTHING, Exceeded, Exposure, bearable, exposure
from oms_aws.platform import indexes, keys
from oms_aws.platform.table import Action, Table


class Record(NamedTuple):
    """Credit that one order takes of its customer's; `booked_by` let it be whatever the limit."""

    order_id: str
    external_number: str
    exposure: Exposure
    booked_by: str | None


class DynamoCredit:
    """The credit of all customers, by shop and currency."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def used(self, shop: str, customer: str, currency: str) -> Exposure:
        """Credit that a customer's orders take in sum."""
        item = self._table.get(keys.credit(shop, customer, currency))
        return stored_exposure(item) if item else NOTHING

    def records(
        self, shop: str, customer: str, currency: str, *, after: str = "", limit: int = 50
    ) -> list[Record]:
        """Records of the orders that take anything, oldest first, behind an order id."""
        pk = indexes.exposures(shop, customer, currency)
        found = self._table.listed("gsi1", pk, after=after, limit=limit)
        ids = [item["gsi1sk"] for item in found]
        items = self._table.get_many(keys.exposure(shop, customer, currency, id) for id in ids)
        return sorted(stored_record(item) for item in items)


def moved(table: Table, before: Order, after: Order) -> list[Action]:
    """The actions that bring record and counters from what the order said to what it says now.

    They belong into the transaction that saves the order, whose version guards them; so they need
    no reading. The first one fails when the limit does not bear the change. Raises Exceeded when it
    never could.
    """
    was, now = exposure(before), exposure(after)
    if was == now:
        return []
    most = bearable(before, after)
    if most is not None and most < 0:
        raise exceeded(after)
    return [_counted(table, after, now.minus(was), most), _recorded(table, after, now)]


def exceeded(order: Order) -> Exceeded:
    """The refusal of a change that the customer's limit does not bear."""
    limit = order.settlement.credit.limit if order.settlement.credit else None
    text = f"The credit limit of {limit} {order.currency} does not bear this."
    return Exceeded("credit_exceeded", text, {"credit": "exceeded"})


def _counted(table: Table, order: Order, change: Exposure, most: int | None) -> Action:
    numbers = {name: getattr(change, name) for name in (*COUNTERS, "used")}
    values: dict[str, Any] = {f":{name}": n for name, n in numbers.items()}
    values |= {":kind": "credit", ":shop": order.shop, ":currency": order.currency}
    values[":customer"] = order.customer.id
    names = {f"#{name}": name for name in (*numbers, "kind", "shop", "currency", "customer")}
    if most is not None:
        values[":most"] = most
    return table.update(
        keys.credit(order.shop, order.customer.id, order.currency),
        "SET #kind = :kind, #shop = :shop, #currency = :currency, #customer = :customer ADD "
        + ", ".join(f"#{name} :{name}" for name in numbers),
        values,
        names=names,
        condition="" if most is None else "attribute_not_exists(#used) OR #used <= :most",
    )


def _recorded(table: Table, order: Order, now: Exposure) -> Action:
    key = keys.exposure(order.shop, order.customer.id, order.currency, order.id)
    return table.put(key, record_attributes(order, now))


def record_attributes(order: Order, now: Exposure) -> dict[str, Any]:
    """The attributes of an order's record; those that take nothing stand in no list."""
    listed = {}
    if now != NOTHING:
        pk = indexes.exposures(order.shop, order.customer.id, order.currency)
        listed = {"gsi1pk": pk, "gsi1sk": order.id}
    return {
        "kind": "exposure",
        "shop": order.shop,
        "customer": order.customer.id,
        "currency": order.currency,
        "order_id": order.id,
        "external_number": order.external_number,
        **{name: getattr(now, name) for name in COUNTERS},
        "booked_by": order.settlement.credit.booked_by if order.settlement.credit else None,
        **listed,
    }


def stored_exposure(item: Mapping[str, Any]) -> Exposure:
    """The counters in a table item."""
    return Exposure(**{name: item.get(name, 0) for name in COUNTERS})


def stored_record(item: Mapping[str, Any]) -> Record:
    """The record in a table item."""
    booked_by = item.get("booked_by")
    return Record(item["order_id"], item["external_number"], stored_exposure(item), booked_by)
