"""Wiring of records: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.returns.wiring import ReturnsWiring

if TYPE_CHECKING:
    from oms_aws.records.exports import DynamoExports
    from oms_aws.records.seals import DynamoSeals


class RecordsWiring(ReturnsWiring):
    """Collaborators of steps that keep records."""

    @cached_property
    def exports(self) -> DynamoExports:
        from oms_aws.records.exports import DynamoExports

        return DynamoExports(self.table, self.now, self.new_id)

    @cached_property
    def seals(self) -> DynamoSeals:
        from oms_aws.records.seals import DynamoSeals

        return DynamoSeals(self.table, self.documents)
