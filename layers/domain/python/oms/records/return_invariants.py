"""Invariants of returns: generators of breaches over stored values (`docs/returns.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from oms.orders.lines import summed
from oms.orders.order import Order
from oms.records.breach import Breach
from oms.returns.returning import due
from oms.returns.rma import Return


def accounted(order: Order, returns: Iterable[Return]) -> Iterator[Breach]:
    """Pieces that an order knows to have come back are those that its returns received."""
    came = summed(rma.received for rma in returns)
    taken = order.progress.taken_back
    for number in sorted(came.keys() | taken.keys()):
        if (a := taken.get(number, 0)) != (b := came.get(number, 0)):
            yield Breach(order.id, f"line {number}: {a} pieces came back, its returns have {b}")


def credited(order: Order, returns: Iterable[Return]) -> Iterator[Breach]:
    """Each credit of a return is a credit note of its order, and no piece is credited twice."""
    notes = {each.id: each for each in order.documents if each.type == "credit_note"}
    for rma in returns:
        paid: dict[tuple[str, str], int] = {}
        for credit in rma.credits:
            note = notes.get(credit.note)
            if note is None:
                yield Breach(rma.id, f"credited by {credit.note}, which its order has not")
            elif (note.gross, note.original) != (credit.gross, credit.original):
                yield Breach(rma.id, f"{note.number} comes to {note.gross}, not {credit.gross}")
            for number, n in credit.pieces.items():
                place = credit.receipt, number
                paid[place] = paid.get(place, 0) + n
        accepted = {
            (receipt.number, number): n
            for receipt in rma.receipts
            for number, n in receipt.accepted.items()
        }
        for place, n in paid.items():
            if n > (most := accepted.get(place, 0)):
                receipt, number = place
                what = f"{n} pieces of line {number} of {receipt} are credited, {most} accepted"
                yield Breach(rma.id, what)


def heard(rma: Return, *, at: datetime) -> Iterator[Breach]:
    """No return is silent: what is due was seen to; the clock has a day for it."""
    for each in due(rma):
        if (late := at - each.at).days >= 1:
            yield Breach(rma.id, f"{each.kind} is due since {late.days} days")
