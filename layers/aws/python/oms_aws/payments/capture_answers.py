"""Answers about captures, refunds and what a provider tells."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oms_aws.orders.answers import Order
from oms_aws.platform.answers import ID, Told
from oms_aws.platform.models import Model


class Heard(Model):
    """Order that an event of the provider's was about."""

    order: Annotated[str | None, Field(description="Null: none of ours.", examples=[f"ord_{ID}"])]


ANSWERS: dict[str, Told] = {
    "POST /v1/orders/{order}/captures": Told(
        Order,
        conflict="More than is left of what was authorised (`more_than_authorised`), another "
        "amount with the same reference (`reference_taken`), or an order whose money we move "
        "(`provider_moves_it`).",
    ),
    "POST /v1/orders/{order}/refunds": Told(
        Order,
        conflict="More than is left of what was captured (`more_than_captured`), another amount "
        "with the same reference (`reference_taken`), or an order whose money we move "
        "(`provider_moves_it`).",
    ),
    "POST /v1/orders/{order}/payment-failures/{failure}": Told(
        Order,
        conflict="It was decided otherwise before (`failure_closed`), or the other authorisation "
        "is none (`no_authorisation`), too little (`authorised_too_little`), another order's "
        "(`authorisation_taken`) or of no use (`no_authorisation_needed`).",
    ),
    "POST /v1/providers/stripe/webhook": Told(Heard),
}
