"""Fulfilments of an order: their parcels, and what is recalled of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from oms.core.parties import Address
from oms.core.pseudonyms import Personal
from oms.core.values import Value
from oms.orders.lines import Pieces

DIGITAL = "digital"
"""Where fulfilments without a parcel come from."""


class ParcelFailure(Value, frozen=True, omit_defaults=True):
    """Failure of a carrier to deliver a parcel, or its way back, and until when that may take."""

    status: str
    at: datetime
    until: datetime
    text: Personal | None = None
    reminded_at: datetime | None = None


class Parcel(Value, frozen=True, omit_defaults=True):
    """A packed parcel; `scanned_at` is the time of the newest scan that counted.

    It keeps its last `failure` to be delivered, whatever was heard of it since then.
    """

    id: str
    weight_g: int
    pieces: Pieces
    carrier: str | None = None
    tracking_number: str | None = None
    status: str = "pending"
    scanned_at: datetime | None = None
    failure: ParcelFailure | None = None


Cause = Literal["customer", "shop", "fraud", "unpaid", "out_of_stock", "other"]
"""Why pieces are cancelled: what cancellations are counted by."""


class Recall(Value, frozen=True, omit_defaults=True):
    """Pieces that a warehouse is asked to give back, as they are to be cancelled, or changed.

    It answers `accepted` (they are back on the shelf) or `refused`, with its own `answer` as text.
    `change` names the change that waits for them.
    """

    pieces: Pieces
    reason: Personal
    cause: Cause
    by: str
    requested_at: datetime
    until: datetime
    status: Literal["requested", "accepted", "refused"] = "requested"
    answer: Personal = ""
    answered_at: datetime | None = None
    change: str = ""


class Fulfilment(Value, frozen=True, omit_defaults=True):
    """Pieces of an order that one warehouse packs and ships.

    `ship_to` is set once the order goes elsewhere than what this warehouse has. `capacity` is how
    many may leave there that day, itself among them; None where nobody counts. What left before its
    invoice could be issued, because deposits are to be deducted, `awaits` that.
    """

    id: str
    location: str
    pieces: Pieces
    planned_at: datetime
    ship_by: datetime
    status: Literal["released", "packed", "shipped", "delivered", "returned", "cancelled"] = (
        "released"
    )
    reasons: tuple[str, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    ship_to: Address | None = None
    recall: Recall | None = None
    capacity: int | None = None
    awaits: bool = False
    returned_at: datetime | None = None

    @property
    def recalled(self) -> Pieces:
        """The pieces that the warehouse has not answered about yet."""
        return self.recall.pieces if self.recall and self.recall.status == "requested" else {}
