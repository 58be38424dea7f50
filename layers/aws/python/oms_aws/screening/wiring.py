"""Wiring of screening: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.orders.wiring import OrdersWiring

if TYPE_CHECKING:
    from oms_aws.screening.rulesets import DynamoRulesets
    from oms_aws.screening.velocity import DynamoVelocity


class ScreeningWiring(OrdersWiring):
    """Collaborators of steps that check orders."""

    @cached_property
    def velocity(self) -> DynamoVelocity:
        from oms_aws.screening.velocity import DynamoVelocity

        return DynamoVelocity(self.table, self.now)

    @cached_property
    def rulesets(self) -> DynamoRulesets:
        from oms_aws.screening.rulesets import DynamoRulesets

        return DynamoRulesets(self.table, self.now)
