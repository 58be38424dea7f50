"""Pointers: what leads to an order from the names that carriers and providers give its parts."""

from __future__ import annotations

from typing import NamedTuple

from oms.core.refusals import Refusal
from oms.orders.order import Order
from oms_aws.platform import keys
from oms_aws.platform.table import Action, Table


class Pointer(NamedTuple):
    """A write that leads from another name to an order, and what it means when that is taken."""

    action: Action
    reason: str
    text: str
    field: str

    @property
    def taken(self) -> Refusal:
        return Refusal(self.reason, self.text, {self.field: "taken"})


NUMBER = (
    "tracking_number_taken",
    "Another parcel has this tracking number already.",
    "tracking_numbers",
)
AUTHORISATION = (
    "authorisation_taken",
    "Another order is paid from this authorisation already.",
    "payment.reference",
)


def pointing(table: Table, before: Order | None, after: Order) -> list[Pointer]:
    """The pointers from the tracking numbers of what has just left, and from the payment."""
    left = {f.id for f in before.fulfilments if f.shipped_at} if before else set()
    pointers = [
        Pointer(
            table.put(
                keys.tracking(str(parcel.carrier), str(parcel.tracking_number)),
                {"order_id": after.id},
                unless_exists=True,
            ),
            *NUMBER,
        )
        for fulfilment in after.fulfilments
        if fulfilment.shipped_at and fulfilment.id not in left
        for parcel in fulfilment.parcels
    ]
    return [*_authorisation(table, before, after), *pointers]


def _authorisation(table: Table, before: Order | None, after: Order) -> list[Pointer]:
    payment = after.payment
    if not payment.provider or (before and before.payment == payment):
        return []
    action = table.update(
        keys.authorisation(payment.provider, str(payment.reference)),
        "SET order_id = :id",
        {":id": after.id},
        condition="attribute_not_exists(pk) OR order_id = :id",
    )
    return [Pointer(action, *AUTHORISATION)]
