"""Wiring of sourcing: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.orders.wiring import OrdersWiring

if TYPE_CHECKING:
    from oms_aws.sourcing.purchases import DynamoPurchases
    from oms_aws.sourcing.stock import DynamoStock


class SourcingWiring(OrdersWiring):
    """Collaborators of steps that reserve, route and receive."""

    @cached_property
    def stock(self) -> DynamoStock:
        from oms_aws.sourcing.stock import DynamoStock

        return DynamoStock(self.table, self.now, self.new_id)

    @cached_property
    def purchases(self) -> DynamoPurchases:
        from oms_aws.sourcing.purchases import DynamoPurchases

        return DynamoPurchases(self.table, self.stock, self.now, self.new_id)
