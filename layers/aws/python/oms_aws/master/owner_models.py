"""The model of a product's handing over."""

from __future__ import annotations

from oms_aws.platform.models import Id, Model


class OwnerIn(Model):
    """The shop whose key may change the product from now on; null: no shop's."""

    shop: Id | None
