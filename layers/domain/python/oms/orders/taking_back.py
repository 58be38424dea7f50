"""Taking back: pieces that had arrived come back from the customer."""

from __future__ import annotations

from datetime import date, datetime

from oms.core.refusals import Refusal
from oms.orders.applying import tell
from oms.orders.fulfilment_events import PiecesReturned, ReturnAwaited
from oms.orders.lines import Pieces
from oms.orders.order import Order


def awaited(
    order: Order, rma: str, number: str, pieces: Pieces, *, by: date, at: datetime
) -> Order:
    """The order with word that pieces are to come back, until a day."""
    return tell(order, ReturnAwaited(rma, number, pieces, by, at))


def taken_back(order: Order, rma: str, number: str, pieces: Pieces, *, at: datetime) -> Order:
    """The order with pieces that came back with a return; raises Refusal, and Unknown for lines."""
    wrong = {
        f"lines.{number}": f"{there} pieces are with the customer"
        for number, n in pieces.items()
        if n > (there := order.line(number).delivered)
    }
    if wrong:
        text = "Only pieces come back that have arrived, and have not come back before."
        raise Refusal("pieces_not_there", text, wrong)
    return tell(order, PiecesReturned(rma, number, pieces, at)) if pieces else order
