"""Requests about taxes: of a basket, and of a customer's VAT id."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import StringConstraints

from oms_aws.master.customer_models import VatId
from oms_aws.orders.models import Basket
from oms_aws.platform.models import Amount, Country, Id, Model, Name
from oms_aws.platform.moments import PlannedDay


class PlaceIn(Model):
    """A place in the eyes of the tax law."""

    country: Country
    postal_code: Annotated[str, StringConstraints(max_length=20)] = ""


class BuyerIn(Model):
    """Buyer; `id` is the customer, on whose account a check of the VAT id may be."""

    type: Literal["B2C", "B2B"] = "B2C"
    id: Id = "none"
    vat_id: VatId | None = None


class QuoteIn(Basket):
    """A basket, who buys it, and between which places; without `supplied_on` as of today."""

    buyer: BuyerIn = BuyerIn()
    ship_to: PlaceIn
    bill_to: PlaceIn | None = None
    ship_from: Country | None = None
    supplied_on: PlannedDay | None = None
    shipping: Amount = Decimal(0)

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        return super().faults() | self.too_fine({"shipping": self.shipping})


class VatCheckAsk(Model):
    """Check a customer's VAT id again, or enter what the tax office said.

    `vat_id` is needed where there is no account with one. With `valid` it is a manual entry, as of
    a qualified confirmation; `consultation` is then its number, and it holds for orders that are
    billed to `name` (of the account, where it is left out).
    """

    vat_id: VatId | None = None
    valid: bool | None = None
    name: Name | None = None
    consultation: Name | None = None
