"""Wiring of payments: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.billing.wiring import BillingWiring

if TYPE_CHECKING:
    from oms.core.values import Provider as ProviderName
    from oms_aws.payments.providers import Provider
    from oms_aws.payments.providers.rehearsal import Rehearsal
    from oms_aws.payments.providers.stripe import Stripe
    from oms_aws.payments.store import DynamoPayments


class PaymentsWiring(BillingWiring):
    """Collaborators of steps that move money."""

    @cached_property
    def payments(self) -> DynamoPayments:
        from oms_aws.payments.store import DynamoPayments

        return DynamoPayments(self.table, self.orders, self.catalogue, self.open_items)

    @cached_property
    def stripe(self) -> Stripe:
        from oms_aws.payments.providers.stripe import Stripe

        return Stripe(lambda: self.secrets.get("stripe/secret-key"), self.settings.stripe)

    @cached_property
    def rehearsal(self) -> Rehearsal:
        from oms_aws.payments.providers.rehearsal import Rehearsal

        return Rehearsal(self.table, self.now)

    def provider(self, name: ProviderName) -> Provider:
        """The payment provider of that name; raises Misconfigured where it may not be used."""
        from oms_aws.platform.secrets import Misconfigured

        if name == "stripe":
            return self.stripe
        if not self.rehearses:
            raise Misconfigured("the test provider is not allowed in this deployment")
        return self.rehearsal
