"""Verdicts: what the law says of each line that a consumer withdraws from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from oms.core.pseudonyms import Personal
from oms.core.values import Value
from oms.master.exclusions import EXCLUSIONS, Exclusion
from oms.orders.lines import Line, Pieces
from oms.returns.periods import day_of, withdrawal_end

if TYPE_CHECKING:
    from oms.orders.order import Order

Verdict = Literal["in_time", "nothing_delivered", "late", "excluded", "not_consumer", "gone"]
"""in_time: it is effective. nothing_delivered: effective, the period has not even begun. late: the
period was over. excluded: § 312g (2) BGB. not_consumer: a business has no such right (§ 312 (1)).
gone: all its pieces were cancelled, or withdrawn from, before."""

EFFECTIVE: tuple[Verdict, ...] = ("in_time", "nothing_delivered")
"""Verdicts after which nobody has to decide."""

Decision = Literal["accepted", "declined"]


class WithdrawnLine(Value, frozen=True, omit_defaults=True):
    """Pieces of a line that somebody withdraws from, and the verdict on them.

    `until` is the last day of the period, None if that has not begun. An `exclusion` of the product
    either decides the verdict, or says what the state of the goods may change of it. `decision`
    follows from the verdict where that makes it effective, else a clerk takes it, `decided_by` and
    with a `reason`.
    """

    number: str
    sku: str
    quantity: int
    verdict: Verdict
    until: date | None = None
    exclusion: Exclusion | None = None
    decision: Decision | None = None
    decided_by: str = ""
    reason: Personal = ""


def withdrawn(
    order: Order, wanted: Mapping[str, int] | None, left: Pieces, *, declared_at: datetime
) -> tuple[WithdrawnLine, ...]:
    """Verdicts on the lines of an order that a statement is about.

    `wanted` is line number -> quantity, None for all of the order; `left` are the pieces that
    nobody has cancelled or withdrawn from before. More than there is counts as all there is. Raises
    Unknown for a line that the order has not. Sending it in time suffices (§ 355 (1) sentence 5
    BGB): `declared_at`.
    """
    asked = {line.number: line.ordered for line in order.lines} if wanted is None else wanted
    return tuple(
        _judged(order, order.line(number), min(quantity, left.get(number, 0)), declared_at)
        for number, quantity in asked.items()
    )


def _judged(order: Order, line: Line, quantity: int, at: datetime) -> WithdrawnLine:
    until = withdrawal_end(order, line)
    verdict = _verdict(order, line, quantity, until, day_of(at))
    decision: Decision | None = "accepted" if verdict in EFFECTIVE else None
    if verdict == "gone":
        decision = "declined"
    excluded = line.nature.exclusion
    return WithdrawnLine(line.number, line.sku, quantity, verdict, until, excluded, decision)


def _verdict(order: Order, line: Line, quantity: int, until: date | None, day: date) -> Verdict:
    if not quantity:
        return "gone"
    if order.customer.type == "B2B":
        return "not_consumer"
    excluded = line.nature.exclusion
    if excluded and not EXCLUSIONS[excluded].later:
        return "excluded"
    if until is None:
        return "nothing_delivered"
    return "in_time" if day <= until else "late"
