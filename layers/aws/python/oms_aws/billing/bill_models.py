"""Requests about collective invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from oms.billing.crediting import Claim
from oms_aws.billing.crediting_models import ClaimIn, Reason, claims_of, without_claims
from oms_aws.platform.models import MOST_LINES, Amount, Id, Model, Name


class CloseBills(Model):
    """Bills to close now: all of the customer, or that of a purchase order number."""

    purchase_order: Name | None = None


class ReduceShipment(Model):
    """Reduction of a shipment that is not billed yet, by the order's own line numbers.

    `shipping` is in the order's price mode.
    """

    fulfilment: Id
    reason: Reason
    lines: Annotated[tuple[ClaimIn, ...], Field(max_length=MOST_LINES)] = ()
    shipping: Amount = Decimal(0)

    def faults(self) -> dict[str, str]:
        return without_claims(self.lines, self.shipping)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The lines as the domain takes them."""
        return claims_of(self.lines)
