"""Network addresses of the devices that orders came from: each apart, until it has no use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from oms.core.pseudonyms import DEVICE
from oms.orders.order import Order
from oms_aws.platform import keys
from oms_aws.platform.table import Action, Table
from oms_aws.platform.vaults import new_vault, stored_vault, vault_action

KEPT = timedelta(hours=25)
"""The longest time over which checks against fraud count orders, and an hour to do so in."""


def without_device(table: Table, order: Order, at: datetime) -> tuple[Order, list[Action]]:
    """A new order with a pseudonym for its device's address, and what keeps that for a while.

    DynamoDB takes the address away by itself some time after KEPT.
    """
    if not order.screening.client_ip:
        return order, []
    (hidden, events), vault = new_vault().hidden((order, order.events), DEVICE)
    expires = int((at + KEPT).timestamp())
    keeping = vault_action(table, keys.order_device(order.id), vault, expires=expires)
    return replace(hidden, events=events), [keeping]


class DynamoDevices:
    """The addresses that are kept."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def known(self, order: Order) -> Order:
        """The order with the address of its device, or with none once that has no use."""
        item = self._table.get(keys.order_device(order.id)) if order.screening.client_ip else None
        if item is None or item["expires"] <= self._now().timestamp():
            return order.within("screening", client_ip=None)
        known = stored_vault(item).values
        return order.within("screening", client_ip=known.get(str(order.screening.client_ip)))
