"""Wiring of billing: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.fulfilment.wiring import FulfilmentWiring
from oms_aws.screening.wiring import ScreeningWiring
from oms_aws.sourcing.wiring import SourcingWiring

if TYPE_CHECKING:
    from oms_aws.billing.bills import DynamoBills
    from oms_aws.billing.counter_batch import CounterBatch
    from oms_aws.billing.counterfoils import S3Counterfoils
    from oms_aws.billing.debtors import Debtors
    from oms_aws.billing.documents import S3Documents
    from oms_aws.billing.numbers import DynamoNumbers
    from oms_aws.billing.recall import Recall
    from oms_aws.billing.turnover import DynamoTurnover


class BillingWiring(ScreeningWiring, SourcingWiring, FulfilmentWiring):
    """Collaborators of steps that issue documents."""

    @cached_property
    def bills(self) -> DynamoBills:
        from oms_aws.billing.bills import DynamoBills

        return DynamoBills(self.table, self.now, self.new_id)

    @cached_property
    def numbers(self) -> DynamoNumbers:
        from oms_aws.billing.numbers import DynamoNumbers

        return DynamoNumbers(self.table)

    def counter_batch(self) -> CounterBatch:
        """The counters as a new transaction finds them."""
        from oms_aws.billing.counter_batch import CounterBatch

        return CounterBatch(self.numbers, self.turnover, self.recall.last)

    @cached_property
    def counterfoils(self) -> S3Counterfoils:
        from oms_aws.billing.counterfoils import S3Counterfoils

        return S3Counterfoils(self.documents)

    @cached_property
    def recall(self) -> Recall:
        from oms_aws.billing.recall import Recall, Stores

        stores = Stores(
            self.table,
            self.numbers,
            self.documents,
            self.counterfoils,
            self.turnover,
            self.catalogue,
        )
        return Recall(stores, self.now)

    @cached_property
    def turnover(self) -> DynamoTurnover:
        from oms_aws.billing.turnover import DynamoTurnover

        return DynamoTurnover(self.table)

    @cached_property
    def documents(self) -> S3Documents:
        from oms_aws.billing.documents import S3Documents

        return S3Documents(self.aws("s3"), self.settings.documents, self.table, self.settings.lock)

    @cached_property
    def debtors(self) -> Debtors:
        from oms_aws.billing.debtors import Debtors

        return Debtors(self.table, self.documents, self.now)
