"""Wiring of returns: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.payments.wiring import PaymentsWiring

if TYPE_CHECKING:
    from oms_aws.returns.rmas import DynamoReturns
    from oms_aws.returns.withdrawals import DynamoWithdrawals


class ReturnsWiring(PaymentsWiring):
    """Collaborators of steps that take statements and goods back."""

    @cached_property
    def withdrawals(self) -> DynamoWithdrawals:
        from oms_aws.returns.withdrawals import DynamoWithdrawals

        return DynamoWithdrawals(self.table, self.now, self.new_id)

    @cached_property
    def returns(self) -> DynamoReturns:
        from oms_aws.returns.rmas import DynamoReturns

        return DynamoReturns(self.table, self.now, self.new_id)
