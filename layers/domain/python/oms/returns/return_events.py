"""Events of a return after it was announced, and what they carry."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from oms.core.events import DomainEvent
from oms.core.values import Value
from oms.orders.lines import Pieces
from oms.returns.inspection import GoodsReceipt
from oms.returns.verdicts import Decision


class ReturnCredit(Value, frozen=True, omit_defaults=True):
    """Credit note over pieces of a receipt; amounts are gross, in the order's currency.

    `ground` is what the money goes back for, `shipping` what of it is the cost of delivery, in the
    invoice's price mode.
    """

    receipt: str
    note: str
    number: str
    original: str
    pieces: Pieces
    gross: Decimal
    ground: str
    shipping: Decimal = Decimal(0)


class ReturnReceived(DomainEvent, frozen=True, tag="Return.Received"):
    """A parcel came back, and what was in it was looked at."""

    receipt: GoodsReceipt


class ReturnDecided(DomainEvent, frozen=True, tag="Return.Decided"):
    """A clerk decided whether pieces of a line of a receipt are paid back."""

    receipt: str
    number: str
    decision: Decision
    reason: str
    by: str
    at: datetime


class ReturnCredited(DomainEvent, frozen=True, tag="Return.Credited"):
    """Pieces that came back are credited; the money follows the credit note."""

    credit: ReturnCredit
    at: datetime


class ReturnUncredited(DomainEvent, frozen=True, tag="Return.Uncredited"):
    """Pieces of a receipt could not be credited: a clerk has to see why, and closes the return."""

    receipt: str
    reason: str
    text: str
    at: datetime


class ReturnOverdue(DomainEvent, frozen=True, tag="Return.Overdue"):
    """Announced goods have not come back in time."""

    at: datetime


class ReturnClosed(DomainEvent, frozen=True, tag="Return.Closed"):
    """A clerk, or the shop, closed a return: nothing more is expected of it."""

    reason: str
    by: str
    at: datetime
