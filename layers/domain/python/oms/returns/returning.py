"""Returning: what is done to a return, and by when the clock has to look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from oms.core.refusals import Refusal, Unknown
from oms.core.values import Due
from oms.orders.lines import summed
from oms.orders.order import Order
from oms.returns.inspection import GoodsReceipt
from oms.returns.periods import day_of, over_at
from oms.returns.return_events import (
    ReturnClosed,
    ReturnCredit,
    ReturnCredited,
    ReturnDecided,
    ReturnOverdue,
    ReturnReceived,
    ReturnUncredited,
)
from oms.returns.rma import Return, ReturnAnnounced, tell
from oms.returns.verdicts import Decision

EXPECTED_WITHIN = timedelta(days=30)
"""So long after its announcement a clerk hears that nothing of a return has come."""

CREDIT_AGAIN_AFTER = timedelta(minutes=10)
"""So long after a receipt the clock sees to it that it is credited, if nothing else has."""

WITH_CUSTOMER = ("shipped", "delivered")


def announced(rma: Return, order: Order, others: Iterable[Return]) -> Return:
    """A new return of pieces that the customer has, with its event; raises Refusal and Unknown.

    What other returns of the order still wait for cannot be announced again.
    """
    coming = summed(each.missing for each in others)
    wrong = {}
    for wanted in rma.lines:
        line = order.line(wanted.number)
        there = sum(getattr(line, place) for place in WITH_CUSTOMER)
        left = max(0, there - coming.get(line.number, 0))
        if wanted.quantity > left:
            wrong[f"lines.{line.number}"] = f"{left} pieces can come back"
    if wrong:
        raise Refusal("not_returnable", "So many pieces cannot come back.", wrong)
    return replace(rma, events=(ReturnAnnounced(rma),))


def received(rma: Return, receipt: GoodsReceipt) -> Return:
    """The return after a parcel came back; the same one again changes nothing.

    Of what comes back by the merchant's word alone, a clerk decides whether a piece that is worth
    nothing any more (grade D) is paid back. Raises Refusal.
    """
    for known in rma.receipts:
        if known.number == receipt.number:
            if _bare(known) == _bare(receipt):
                return rma
            text = f"The receipt {receipt.number} was taken with other content."
            raise Refusal("receipt_differs", text, {"number": "taken already"})
    if rma.closed_at:
        raise Refusal("return_closed", "It is closed: announce a new return.")
    if rma.basis == "goodwill":
        lines = (replace(x, decision=None) if x.grade == "D" else x for x in receipt.lines)
        receipt = replace(receipt, lines=tuple(lines))
    return tell(rma, ReturnReceived(receipt))


def _bare(receipt: GoodsReceipt) -> tuple[object, ...]:
    """Content of a receipt as its warehouse gave it, without what a clerk decided since."""
    lines = [(x.number, x.quantity, x.grade, x.disposition) for x in receipt.lines]
    return receipt.location, lines, receipt.unexpected


def decided(
    rma: Return,
    receipt: str,
    decisions: Mapping[str, Decision],
    *,
    reason: str,
    by: str,
    at: datetime,
) -> Return:
    """The return with lines of a receipt decided on; raises Refusal and Unknown."""
    if rma.closed_at:
        raise Refusal("return_closed", "It is closed: nothing more is done about it.")
    found = [each for each in rma.receipts if each.number == receipt]
    if not found:
        raise Unknown("receipt_unknown", f"The return has no receipt {receipt}.")
    said: dict[str, set[Decision | None]] = {}
    for line in found[0].lines:
        said.setdefault(line.number, set()).add(line.decision)
    wrong = {
        f"lines.{number}": "decided already" if number in said else "not a line of it"
        for number, decision in decisions.items()
        if not said.get(number, set()) & {None, decision}
    }
    if wrong:
        raise Refusal("line_not_open", "Only lines are decided on that wait for it.", wrong)
    open = (number for number in decisions if None in said[number])
    return tell(
        rma, *(ReturnDecided(receipt, number, decisions[number], reason, by, at) for number in open)
    )


def credited(rma: Return, credit: ReturnCredit, *, at: datetime) -> Return:
    """The return with a credit note over pieces of it."""
    return tell(rma, ReturnCredited(credit, at))


def not_credited(rma: Return, receipt: str, refusal: Refusal, *, at: datetime) -> Return:
    """The return with a receipt that could not be credited, and why."""
    return tell(rma, ReturnUncredited(receipt, refusal.reason, refusal.text, at))


def closed(rma: Return, *, reason: str, by: str, at: datetime) -> Return:
    """The return closed; a second time changes nothing. Raises Refusal while money is to move."""
    if rma.closed_at:
        return rma
    if rma.status == "received":
        raise Refusal("return_in_work", "What came back is being credited: try again in a minute.")
    return tell(rma, ReturnClosed(reason, by, at))


def due(rma: Return) -> tuple[Due, ...]:
    """Due times of the return, the earliest first."""
    return tuple(sorted(_dues(rma), key=lambda due: due.at))


def _dues(rma: Return) -> Iterator[Due]:
    if rma.closed_at:
        return
    for receipt, _ in rma.to_credit:
        yield Due("credit", receipt.number, receipt.received_at + CREDIT_AGAIN_AFTER)
    if rma.missing and not rma.overdue_at:
        yield Due("arrival", "", over_at(rma.expected_by))


def overdue(rma: Return, *, at: datetime) -> Return:
    """The return with word of what should have come by now, once."""
    late = any(each.kind == "arrival" and each.at <= at for each in due(rma))
    return tell(rma, ReturnOverdue(at)) if late else rma


def expected_by(at: datetime) -> date:
    """Day until which a return that is announced now has come."""
    return day_of(at + EXPECTED_WITHIN)
