"""Wiring of notices: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.returns.wiring import ReturnsWiring

if TYPE_CHECKING:
    from oms_aws.notices.breaker import Breakers
    from oms_aws.notices.deliveries import DynamoDeliveries
    from oms_aws.notices.signing import SigningSecrets
    from oms_aws.notices.webhooks import DynamoWebhooks


class NoticesWiring(ReturnsWiring):
    """Collaborators of steps that tell others."""

    @cached_property
    def webhooks(self) -> DynamoWebhooks:
        from oms_aws.notices.webhooks import DynamoWebhooks

        return DynamoWebhooks(self.table, self.now)

    @cached_property
    def deliveries(self) -> DynamoDeliveries:
        from oms_aws.notices.deliveries import DynamoDeliveries

        return DynamoDeliveries(self.table, self.now)

    @cached_property
    def signing(self) -> SigningSecrets:
        from oms_aws.notices.signing import SigningSecrets

        return SigningSecrets(self.secrets)

    @cached_property
    def breakers(self) -> Breakers:
        from oms_aws.notices.breaker import Breakers

        return Breakers(self.table, self.new_id)
