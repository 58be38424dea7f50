"""Withdrawing: what is done to a withdrawal, and by when the clock has to look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from oms.core.refusals import Refusal
from oms.core.values import Due
from oms.orders.lines import Pieces
from oms.returns.forgetting import erase, erasure_due
from oms.returns.periods import over_at
from oms.returns.verdicts import Decision, withdrawn
from oms.returns.withdrawal import Withdrawal, tell
from oms.returns.withdrawal_events import (
    LineDecision,
    WithdrawalAcknowledged,
    WithdrawalClosed,
    WithdrawalDecided,
    WithdrawalGoodsOverdue,
    WithdrawalMatched,
    WithdrawalRefundOverdue,
    WithdrawalUnacknowledged,
    WithdrawalUnmatched,
)

if TYPE_CHECKING:
    from oms.orders.order import Order

ACKNOWLEDGE_WITHIN = timedelta(hours=1)
"""So long after a statement its receipt has gone out ("without delay", § 356a (4) BGB)."""

MATCH_AGAIN_AFTER = timedelta(hours=1)
"""So long after a statement its order is looked for once more: it may have come later."""


STOP_WITHIN = timedelta(minutes=15)
"""So long after its order is known, what has not left is cancelled or recalled."""


def matched(
    withdrawal: Withdrawal,
    order: Order,
    others: Iterable[Withdrawal],
    *,
    by: str,
    at: datetime,
    lines: Mapping[str, int] | None = None,
) -> Withdrawal:
    """The withdrawal once its order is known, with the verdict on each line.

    `lines` is which pieces it is about, by line; without them what the statement says, or all of
    the order. `others` are the withdrawals from it before. Raises Refusal when another order is
    known already, and Unknown for lines.
    """
    if withdrawal.closed_at:
        raise Refusal("withdrawal_closed", "It is closed: nothing more is done about it.")
    if withdrawal.order == order.id:
        return withdrawal
    if withdrawal.order:
        text = f"It is about the order {withdrawal.external_number} already."
        raise Refusal("withdrawal_matched", text, {"order": "another one"})
    wanted = lines or withdrawal.statement.lines or None
    found = withdrawn(order, wanted, left(order, others), declared_at=withdrawal.declared_at)
    country = order.ship_to.country
    event = WithdrawalMatched(order.id, order.external_number, found, country, by, at)
    return tell(withdrawal, event)


def left(order: Order, withdrawals: Iterable[Withdrawal]) -> Pieces:
    """Pieces of an order, by line, that nobody has cancelled, sent back or withdrawn from.

    What a withdrawal has stopped is cancelled in the order, and what was out of it may be back: it
    counts once.
    """
    open = [each for each in withdrawals if not each.closed_at]
    found: Pieces = {}
    for line in order.lines:
        taken = sum(each.taken.get(line.number, 0) for each in open)
        stopped = sum(each.stopped.ended(line.number) for each in open if each.stopped)
        out = sum(each.stopped.out.get(line.number, 0) for each in open if each.stopped)
        otherwise = max(0, line.cancelled - stopped) + max(0, line.returned - out)
        found[line.number] = max(0, line.ordered - taken - otherwise)
    return found


def decided(
    withdrawal: Withdrawal,
    decisions: Mapping[str, Decision],
    *,
    reason: str,
    by: str,
    at: datetime,
) -> Withdrawal:
    """The withdrawal with lines accepted or declined that nobody had decided on; raises Refusal."""
    if withdrawal.closed_at:
        raise Refusal("withdrawal_closed", "It is closed: nothing more is done about it.")
    known = {line.number: line for line in withdrawal.lines}
    wrong = {
        f"lines.{number}": "not a line of it" if number not in known else "decided already"
        for number, decision in decisions.items()
        if number not in known or known[number].decision not in (None, decision)
    }
    if wrong:
        raise Refusal("line_not_open", "Only lines are decided on that wait for it.", wrong)
    open = tuple(
        LineDecision(number, decision)
        for number, decision in decisions.items()
        if known[number].decision is None
    )
    return tell(withdrawal, WithdrawalDecided(open, reason, by, at)) if open else withdrawal


def closed(withdrawal: Withdrawal, *, reason: str, by: str, at: datetime) -> Withdrawal:
    """The withdrawal closed by a clerk; a second time changes nothing."""
    if withdrawal.closed_at:
        return withdrawal
    return tell(withdrawal, WithdrawalClosed(reason, by, at))


def acknowledged(withdrawal: Withdrawal, message_id: str, *, at: datetime) -> Withdrawal:
    """The withdrawal once its receipt went out; a second time changes nothing."""
    if withdrawal.acknowledged_at:
        return withdrawal
    return tell(withdrawal, WithdrawalAcknowledged(message_id, at))


def due(withdrawal: Withdrawal) -> tuple[Due, ...]:
    """Due times of the withdrawal, the earliest first."""
    return tuple(sorted(_dues(withdrawal), key=lambda due: due.at))


def _dues(withdrawal: Withdrawal) -> Iterator[Due]:
    since = withdrawal.received_at
    yield from erasure_due(withdrawal)
    if withdrawal.erased:
        return
    if not withdrawal.acknowledged_at and not withdrawal.unacknowledged_at:
        yield Due("receipt", "", since + ACKNOWLEDGE_WITHIN)
    if withdrawal.status == "unmatched" and not withdrawal.unmatched_at:
        yield Due("match", "", since + MATCH_AGAIN_AFTER)
    if withdrawal.finished:
        return
    if withdrawal.unplaced and withdrawal.matched_at:
        yield Due("stop", "", withdrawal.matched_at + STOP_WITHIN)
    back_by, pay_by = withdrawal.goods_due, withdrawal.refund_due
    if back_by and withdrawal.withheld and not withdrawal.goods_overdue_at:
        yield Due("goods", "", over_at(back_by))
    if pay_by and not withdrawal.refund_overdue_at:
        yield Due("refund", "", over_at(pay_by))


def overdue(withdrawal: Withdrawal, *, at: datetime) -> Withdrawal:
    """The withdrawal with an event for each deadline that has passed, once each."""
    for each in due(withdrawal):
        if each.at > at:
            break
        match each.kind:
            case "receipt":
                withdrawal = tell(withdrawal, WithdrawalUnacknowledged(at))
            case "match":
                withdrawal = tell(withdrawal, WithdrawalUnmatched(at))
            case "goods":
                withdrawal = tell(withdrawal, WithdrawalGoodsOverdue(at))
            case "refund":
                withdrawal = tell(withdrawal, WithdrawalRefundOverdue(at))
            case "erasure":
                withdrawal = erase(withdrawal, at=at)
    return withdrawal
