"""Settling: pieces that are stopped, goods that come back, and money that has gone back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from oms.core.refusals import Refusal
from oms.orders import balance, recall
from oms.orders.lines import FREE, Pieces, summed
from oms.returns.withdrawal import Withdrawal, tell
from oms.returns.withdrawal_events import (
    GoodsProof,
    RecalledPieces,
    WithdrawalGoodsProved,
    WithdrawalRecallAnswered,
    WithdrawalRefunded,
    WithdrawalStopped,
)

if TYPE_CHECKING:
    from oms.orders.fulfilments import Fulfilment
    from oms.orders.order import Order

REASONS = {"de": "Widerruf", "en": "Withdrawal from the contract"}
"""What the customer is told of the cancellation, in the order's language."""


def stop(
    withdrawal: Withdrawal, order: Order, others: Iterable[Withdrawal], *, at: datetime
) -> tuple[Withdrawal, Order]:
    """The withdrawal and the order once what has not left of it is cancelled or recalled.

    Of a line that is withdrawn from in part, those pieces are taken that have not left. Pieces that
    somebody had recalled before count as recalled for it, unless for `others`. What was placed
    before stays so: a second time changes nothing.
    """
    wanted = withdrawal.unplaced
    if not wanted or withdrawal.closed_at:
        return withdrawal, order
    here = {n: min(q, _stoppable(order, n)) for n, q in wanted.items()}
    asked = {n: q for n, q in here.items() if q}
    after = order
    if asked:
        reason, by = REASONS[order.customer.locale], f"customer:{order.customer.id}"
        after = recall.cancel(order, asked, cause="customer", reason=reason, by=by, at=at)
    cancelled = _more(order.pieces("cancelled"), after.pieces("cancelled"))
    recalled = {f.id: _more(order.fulfilment(f.id).recalled, f.recalled) for f in after.fulfilments}
    rest = _less(_less(wanted, cancelled), *recalled.values())
    for fulfilment in order.fulfilments:
        before = _unclaimed(fulfilment, others)
        took = {n: min(q, rest.get(n, 0)) for n, q in before.items() if rest.get(n, 0)}
        rest = _less(rest, took)
        recalled[fulfilment.id] = summed((recalled.get(fulfilment.id, {}), took))
    told = tuple(RecalledPieces(id, pieces) for id, pieces in recalled.items() if pieces)
    return tell(withdrawal, WithdrawalStopped(cancelled, told, rest, at)), after


def _stoppable(order: Order, number: str) -> int:
    """Pieces of a line that are here and that nobody recalls yet."""
    line = order.line(number)
    here: int = sum(getattr(line, place) for place in (*FREE, "released", "packed"))
    return max(0, here - sum(f.recalled.get(number, 0) for f in order.fulfilments))


def _unclaimed(fulfilment: Fulfilment, others: Iterable[Withdrawal]) -> Pieces:
    """Pieces being recalled of a fulfilment to be cancelled, for no other withdrawal."""
    if not fulfilment.recalled or (fulfilment.recall and fulfilment.recall.change):
        return {}
    claimed = (
        each.pieces
        for other in others
        if other.stopped
        for each in other.stopped.recalled
        if each.fulfilment == fulfilment.id and not each.answer
    )
    return _less(fulfilment.recalled, *claimed)


def _more(before: Mapping[str, int], after: Mapping[str, int]) -> Pieces:
    return {n: more for n, q in after.items() if (more := q - before.get(n, 0)) > 0}


def _less(pieces: Mapping[str, int], *gone: Mapping[str, int]) -> Pieces:
    left = {n: q - sum(each.get(n, 0) for each in gone) for n, q in pieces.items()}
    return {n: q for n, q in left.items() if q > 0}


def proved(
    withdrawal: Withdrawal, proof: GoodsProof, *, tracking: str, by: str, at: datetime
) -> Withdrawal:
    """The withdrawal whose goods were sent, or are back; what is known already changes nothing.

    Raises Refusal where no goods are to come.
    """
    if not (withdrawal.stopped and withdrawal.stopped.out):
        raise Refusal("no_goods_out", "No goods of it are to come back.")
    known = withdrawal.goods
    if known and (known.proof == "received" or proof == "dispatched"):
        return withdrawal
    return tell(withdrawal, WithdrawalGoodsProved(proof, tracking, by, at))


def gone_on(
    withdrawal: Withdrawal, order: Order, others: Iterable[Withdrawal], *, at: datetime
) -> Withdrawal:
    """The withdrawal with what has become of its order: recalls answered, goods and money back."""
    if withdrawal.finished or not withdrawal.stopped:
        return withdrawal
    for each in withdrawal.stopped.recalled:
        asked = order.fulfilment(each.fulfilment).recall
        if not each.answer and asked and asked.status != "requested":
            answered = WithdrawalRecallAnswered(each.fulfilment, asked.status, at)
            withdrawal = tell(withdrawal, answered)
    out = withdrawal.stopped.out if withdrawal.stopped else {}
    if withdrawal.withheld and not _less(out, order.pieces("returned")):
        withdrawal = proved(withdrawal, "received", tracking="", by="auftakt", at=at)
    if refunded(withdrawal, order, others):
        withdrawal = tell(withdrawal, WithdrawalRefunded(at))
    return withdrawal


def refunded(withdrawal: Withdrawal, order: Order, others: Iterable[Withdrawal]) -> bool:
    """True once nothing of what was withdrawn from is paid for any more.

    What was out is credited, at least with what it cost, and no money is there too much.
    """
    stopped = withdrawal.stopped
    if stopped is None or withdrawal.unplaced or not withdrawal.accepted:
        return False
    if any(not each.answer for each in stopped.recalled):
        return False
    all_out = (each.stopped.out for each in (withdrawal, *others) if each.stopped)
    pieces = summed(all_out)
    credited = sum((d.gross for d in order.documents if d.type == "credit_note"), Decimal(0))
    credited += sum((each.credited for each in order.settlement.collected), Decimal(0))
    return credited >= order.worth(pieces) and not balance.over(order)
