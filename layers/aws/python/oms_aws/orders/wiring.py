"""Wiring of orders: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.master.wiring import MasterWiring

if TYPE_CHECKING:
    from oms_aws.orders.credit import DynamoCredit
    from oms_aws.orders.devices import DynamoDevices
    from oms_aws.orders.intake import StepFunctionsIntake
    from oms_aws.orders.open_items import DynamoOpenItems
    from oms_aws.orders.search import DynamoSearch
    from oms_aws.orders.store import DynamoOrders


class OrdersWiring(MasterWiring):
    """Collaborators of steps that take, read and change orders."""

    @cached_property
    def orders(self) -> DynamoOrders:
        from oms_aws.orders.store import DynamoOrders

        return DynamoOrders(self.table, self.now, self.new_id)

    @cached_property
    def devices(self) -> DynamoDevices:
        from oms_aws.orders.devices import DynamoDevices

        return DynamoDevices(self.table, self.now)

    @cached_property
    def search(self) -> DynamoSearch:
        from oms_aws.orders.search import DynamoSearch

        return DynamoSearch(self.table)

    @cached_property
    def credit(self) -> DynamoCredit:
        from oms_aws.orders.credit import DynamoCredit

        return DynamoCredit(self.table)

    @cached_property
    def open_items(self) -> DynamoOpenItems:
        from oms_aws.orders.open_items import DynamoOpenItems

        return DynamoOpenItems(self.table)

    @cached_property
    def intake(self) -> StepFunctionsIntake:
        from oms_aws.orders.intake import StepFunctionsIntake

        return StepFunctionsIntake(self.aws("stepfunctions"), self.settings.intake, self.table)
