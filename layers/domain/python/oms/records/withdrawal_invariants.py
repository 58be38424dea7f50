"""Invariants of withdrawals: generators of breaches over stored values (`docs/returns.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from oms.orders.lines import summed
from oms.orders.order import Order
from oms.records.breach import Breach
from oms.returns.periods import day_of
from oms.returns.verdicts import EFFECTIVE
from oms.returns.withdrawal import Withdrawal
from oms.returns.withdrawing import due


def consistent(withdrawal: Withdrawal) -> Iterator[Breach]:
    """Verdicts, days and decisions of a withdrawal agree, and its pieces are each in one place."""
    declared = day_of(withdrawal.declared_at)
    for line in withdrawal.lines:
        begun = line.until is not None
        fits = {
            "in_time": line.until is not None and declared <= line.until,
            "late": line.until is not None and declared > line.until,
            "nothing_delivered": not begun,
        }
        if not fits.get(line.verdict, True):
            what = f"line {line.number} is {line.verdict}: declared {declared}, until {line.until}"
            yield Breach(withdrawal.id, what)
        if line.verdict in EFFECTIVE and line.decision != "accepted":
            yield Breach(withdrawal.id, f"line {line.number} is {line.verdict}, and not accepted")
    yield from _placed(withdrawal)


def _placed(withdrawal: Withdrawal) -> Iterator[Breach]:
    """No piece is placed that is not withdrawn from; those still to be placed are due."""
    placed = withdrawal.stopped.placed if withdrawal.stopped else {}
    for number, n in placed.items():
        if n > (accepted := withdrawal.accepted.get(number, 0)):
            yield Breach(withdrawal.id, f"line {number}: {n} pieces placed, {accepted} accepted")


def heard(withdrawal: Withdrawal, *, at: datetime) -> Iterator[Breach]:
    """No withdrawal is silent: it is acknowledged, and nothing of it is late that nobody was told.

    What is due was to be seen to; the clock has a day for it, dead letters included.
    """
    for each in due(withdrawal):
        if (late := at - each.at).days >= 1:
            yield Breach(withdrawal.id, f"{each.kind} is due since {late.days} days")


def withdrawn_once(order: Order, withdrawals: Iterable[Withdrawal]) -> Iterator[Breach]:
    """No piece of an order is withdrawn from twice."""
    taken = summed(each.taken for each in withdrawals)
    ordered: Mapping[str, int] = {line.number: line.ordered for line in order.lines}
    for number, n in taken.items():
        if n > ordered.get(number, 0):
            what = f"line {number}: {n} pieces are withdrawn from, of {ordered.get(number, 0)}"
            yield Breach(order.id, what)
