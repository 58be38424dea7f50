"""Checks that ran again: which holds they raise, which they end, and what goes with a release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from oms.core.refusals import Refusal
from oms.orders import holding
from oms.orders.applying import tell
from oms.orders.findings import AMOUNT_UNKNOWN, INCOMPLETE, INVOICE, PRODUCT_UNKNOWN, Finding, Hold
from oms.orders.holding import release_hold
from oms.orders.holds import hold_of
from oms.orders.money_events import CreditReserved
from oms.orders.money_parts import Credit
from oms.orders.order import Order
from oms.orders.order_events import OrderReleased

OF_MASTER_DATA = (PRODUCT_UNKNOWN, AMOUNT_UNKNOWN, INCOMPLETE)
"""Reasons that end once master data say what they lacked; nobody's word replaces that."""


class Weight(NamedTuple):
    """Weight of findings: the holds that they raise, and those that they end."""

    raised: tuple[Finding, ...]
    mended: tuple[Hold, ...]


def weighed(order: Order, found: Sequence[Finding]) -> Weight:
    """Weight of the findings of checks that ran again.

    A hold goes when its check ran again and does not find that any more; one that stands already
    for the same reason and facts is not raised twice. Raises Refusal when a check refuses.
    """
    for finding in found:
        if finding.verdict == "refuse":
            raise Refusal(finding.reason, finding.text)
    again = {finding.check for finding in found}
    rechecked = {known.reason for known in order.screening.findings if known.check in again}
    rechecked |= {INCOMPLETE} if INVOICE in again else set()
    held = [f for f in found if f.verdict == "hold"]
    mended = [
        hold
        for hold in order.open_holds
        if hold.reason in rechecked and not any(_same(hold, finding) for finding in held)
    ]
    raised = [f for f in held if not any(_same(hold, f) for hold in order.open_holds)]
    return Weight(tuple(raised), tuple(mended))


def released(
    order: Order, id: str, found: Sequence[Finding], *, by: str, reason: str, at: datetime
) -> Order:
    """The order without a hold of `OF_MASTER_DATA`, and as the checks that ran again leave it.

    What they find once more holds it on, unless somebody let just that go before. Releasing again
    changes nothing. Raises Refusal while they still find what the hold is for, and Unknown.
    """
    hold = hold_of(order, id)
    if hold.released_at:
        return order
    for finding in found:
        if finding.verdict == "hold" and finding.reason == hold.reason:
            raise Refusal(finding.reason, finding.text, finding.data.get("fields"))
    weight = weighed(order, found)
    order = release_hold(order, id, by=by, reason=reason, at=at, findings=tuple(found))
    for finding in weight.raised:
        if not any(_same(known, finding) for known in order.screening.holds):
            order = holding.hold(order, finding, at=at)
    for other in weight.mended:
        if other.id != id:
            order = tell(order, OrderReleased(other.id, "auftakt", "That mended it as well.", at))
    return credit_taken(order, found, at=at)


def credit_taken(order: Order, found: Iterable[Finding], *, at: datetime) -> Order:
    """The order with the credit that a check found it may take."""
    for finding in found:
        if finding.check == "credit" and finding.verdict == "pass" and finding.data:
            taken = msgspec.convert(finding.data["credit"], Credit)
            order = take_anew(order, taken, at=at)
    return order


def _same(hold: Hold, finding: Finding) -> bool:
    return hold.reason == finding.reason and hold.data == finding.data


def take_anew(order: Order, credit: Credit, *, at: datetime) -> Order:
    """Book a changed order with what it takes now, in place of what it took before."""
    return order if order.settlement.credit == credit else tell(order, CreditReserved(credit, at))
