"""Changing an order on its way: what differs, whether it may, and which holds come and go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from oms.core import money
from oms.core.parties import Address
from oms.core.refusals import NotNow, Refusal
from oms.orders import holding
from oms.orders.applying import applied, tell
from oms.orders.findings import Finding, Hold
from oms.orders.fulfilment_events import FulfilmentRecallAccepted, FulfilmentRecallRequested
from oms.orders.fulfilments import Recall
from oms.orders.lines import FREE, Discount, Line, LineChange, LineChanged, Pieces
from oms.orders.order import Order, encode
from oms.orders.order_events import (
    OrderChanged,
    OrderChangeDropped,
    OrderChangeRequested,
    OrderReleased,
)
from oms.orders.pending import Change, PendingChange
from oms.orders.recall import RECALL_WITHIN, at_warehouses
from oms.orders.rechecking import credit_taken, weighed

AT_WAREHOUSE = ("released", "packed")
AWAY = ("shipped", "delivered", "returned")

T = TypeVar("T")


class Outcome(Struct, frozen=True):
    """Outcome of a change: the order after it, the holds that it raises and those it mends."""

    order: Order
    raised: tuple[Finding, ...]
    mended: tuple[Hold, ...]


def needed(order: Order, change: Change) -> dict[str, Pieces]:
    """The pieces that warehouses must give back before the change can be done, by fulfilment.

    An address or a shipping method concerns all that is with a warehouse, a price all pieces of its
    line, a smaller quantity those that no free piece can stand for. Raises Refusal while pieces of
    such a fulfilment are recalled already.
    """
    known = {line.number: line for line in order.lines}
    recalls: dict[str, Pieces] = {}
    for wish in change.lines:
        if line := known.get(wish.number):
            _recall(recalls, order, line.number, _wanted_back(line, wish))
    if _other(change.shipping, order.shipping) or _ship_to(order, change) != order.ship_to:
        for fulfilment in at_warehouses(order):
            recalls[fulfilment.id] = fulfilment.pieces
    if any(order.fulfilment(id).recalled for id in recalls):
        raise Refusal("recall_open", "A warehouse has yet to answer a recall of such pieces.")
    return recalls


def given_back(order: Order, recalls: Mapping[str, Pieces], at: datetime) -> Order:
    """The order as it will be once warehouses have given back what is asked of them."""
    for id, pieces in recalls.items():
        recall = Recall(pieces, "", "other", "", at, at)
        order = applied(order, FulfilmentRecallRequested(id, recall))
        order = applied(order, FulfilmentRecallAccepted(id, "", at))
    return order


def requested(
    order: Order, change: Change, recalls: Mapping[str, Pieces], *, id: str, by: str, at: datetime
) -> Order:
    """The order with a change that waits for warehouses. One change waits at a time."""
    order = tell(order, OrderChangeRequested(PendingChange(id, change, by, at)))
    for fulfilment, pieces in recalls.items():
        until = at + RECALL_WITHIN
        recall = Recall(pieces, change.reason, "customer", by, at, until, change=id)
        order = tell(order, FulfilmentRecallRequested(fulfilment, recall))
    return order


def refused_by(order: Order) -> str | None:
    """Warehouse that has refused to give back what the waiting change needs, None for none."""
    for fulfilment in order.fulfilments:
        recall = fulfilment.recall
        waits = order.changes.pending and recall and recall.change == order.changes.pending.id
        if waits and recall and recall.status == "refused":
            return fulfilment.location
    return None


def dropped(order: Order, refusal: Refusal, *, at: datetime) -> Order:
    """The order without the change that waited; what warehouses gave back goes on as it was."""
    pending = order.changes.pending
    if pending is None:
        return order
    return tell(order, OrderChangeDropped(pending.id, refusal.reason, refusal.text, at))


def changed(order: Order, change: Change, *, id: str, by: str, at: datetime) -> OrderChanged:
    """The event of a change: exactly what differs.

    Raises Refusal for an order that nothing can be changed about any more and for a change that
    does nothing, leaves nothing or touches what has left; NotNow while the checks of a new order
    are under way, as they would speak of an order that is no more. What `needed` names must have
    been given back.
    """
    _require_open(order, id)
    wrong = _wrong_about_delivery(order, change)
    lines, wrong_lines = _lines(order, change.lines)
    _refuse(wrong | wrong_lines | _wrong_about_discounts(order, lines))
    event = OrderChanged(
        change=id,
        lines=lines,
        reason=change.reason,
        by=by,
        total_before=order.charged,
        total=order.charged,
        at=at,
        billing_address=_other(change.billing_address, order.billing_address),
        shipping_address=_other(change.shipping_address, order.shipping_address),
        shipping=_other(change.shipping, order.shipping),
        payment=_other(change.payment, order.payment),
        vat_id=_other(change.vat_id, order.customer.vat_id),
    )
    given = (event.billing_address, event.shipping_address, event.shipping, event.payment)
    if not lines and not any((*given, event.vat_id)):
        raise Refusal("nothing_to_change", "The order is like that already.")
    after = applied(order, event)
    if after.charged < 0 or any(li.unit_price * li.ordered < li.discount for li in after.lines):
        raise Refusal("discount_too_high", "The discounts would be more than the prices.")
    if not after.count("ordered") - after.count("cancelled"):
        raise Refusal("nothing_left", "Nothing would be left: cancel the order instead.")
    return replace(event, total=after.charged)


def foreseen(order: Order, event: OrderChanged, findings: Iterable[Finding]) -> Outcome:
    """Outcome of the change and of the checks that ran again for it. Raises as `weighed`."""
    found = tuple(findings)
    weight = weighed(order, found)
    return Outcome(applied(order, replace(event, findings=found)), weight.raised, weight.mended)


def confirmed(order: Order, event: OrderChanged, findings: Iterable[Finding]) -> Order:
    """The order changed, with the holds that this raises and without those that it mends.

    A change that is on record already changes nothing. Raises what `foreseen` raises.
    """
    if event.change in order.changes.confirmed:
        return order
    found = tuple(findings)
    outcome = foreseen(order, event, found)
    order = tell(order, replace(event, findings=found))
    for finding in outcome.raised:
        order = holding.hold(order, finding, at=event.at)
    for hold in outcome.mended:
        order = tell(order, OrderReleased(hold.id, "auftakt", "The change mended it.", event.at))
    return credit_taken(order, found, at=event.at)


def basis(order: Order) -> str:
    """Basis of a preview, as SHA-256 in hex: the order without its papers and notes."""
    parts = (
        order.lines,
        order.billing_address,
        order.shipping_address,
        order.shipping,
        order.payment,
        order.customer.vat_id,
        order.screening.holds,
        order.fulfilments,
    )
    return hashlib.sha256(encode(parts)).hexdigest()


def part_changed(order: Order, event: OrderChanged) -> Order:
    """The order with only those lines that the change adds to or prices anew, for their checks."""
    touched = {line.number for line in event.lines if line.added or line.unit_price is not None}
    return replace(order, lines=tuple(line for line in order.lines if line.number in touched))


def part_left(order: Order) -> Order:
    """The order as if what was cancelled or taken out had never been ordered, for its checks.

    With what was cancelled its part of the discounts is gone.
    """
    shares, off, lines = order.discount_shares(), Decimal(0), []
    for line in order.lines:
        left = line.ordered - line.cancelled
        if left:
            share = shares[line.number]
            off += money.portion(share, 0, left, line.ordered, order.currency)
            discounts = _of_pieces(line, left, order.currency)
            lines.append(replace(line, ordered=left, cancelled=0, discounts=discounts))
    of_order = (Discount(off),) if off else ()
    return replace(order, lines=tuple(lines), discounts=of_order)


def _require_open(order: Order, id: str) -> None:
    left = order.count("ordered") - order.count("cancelled")
    away = sum(order.count(place) for place in AWAY)
    if order.progress.completed_at or order.screening.refused or left == away:
        raise Refusal("order_closed", f"The order is {order.status}: nothing can be changed.")
    if order.changes.pending and order.changes.pending.id != id:
        text = f"The change {order.changes.pending.id} waits for a warehouse: see what comes of it."
        raise Refusal("change_pending", text)
    if not order.screening.screened_at:
        raise NotNow(f"{order.id} is being checked")


def _wrong_about_delivery(order: Order, change: Change) -> dict[str, str]:
    """Faults of a change of addresses or shipping that comes too late: field -> why."""
    wrong: dict[str, str] = {}
    live = [f for f in order.fulfilments if f.status != "cancelled"]
    if _other(change.shipping, order.shipping) and live:
        wrong["shipping"] = "pieces have been shipped that way"
    if _other(change.billing_address, order.billing_address) and any(f.shipped_at for f in live):
        wrong["billing_address"] = "pieces have been shipped and invoiced"
    if _other(change.vat_id, order.customer.vat_id) and any(f.shipped_at for f in live):
        wrong["vat_id"] = "pieces have been shipped and invoiced"
    return wrong


def _wrong_about_discounts(order: Order, lines: Iterable[LineChanged]) -> dict[str, str]:
    """Lines whose discounts an invoice has shared out over the pieces that there were."""
    wrong: dict[str, str] = {}
    known = {line.number: line for line in order.lines}
    away = any(f.shipped_at for f in order.fulfilments)
    for change in lines:
        line = known.get(change.number)
        invoiced = line is not None and any(getattr(line, place) for place in AWAY)
        if (away and order.discounts) or (invoiced and line is not None and line.discounts):
            wrong[f"lines.{change.number}"] = "its discount is on an invoice: cancel pieces instead"
    return wrong


def _of_pieces(line: Line, pieces: int, currency: str) -> tuple[Discount, ...]:
    """A line's discounts for fewer pieces: each piece keeps its part."""
    parts = (
        replace(each, amount=money.portion(each.amount, 0, pieces, line.ordered, currency))
        for each in line.discounts
    )
    return tuple(each for each in parts if each.amount)


def _ship_to(order: Order, change: Change) -> Address:
    """Address that the changed order goes to."""
    billing = change.billing_address or order.billing_address
    return change.shipping_address or order.shipping_address or billing


def _wanted_back(line: Line, wish: LineChange) -> int:
    """Pieces of a line that warehouses must give back for the change."""
    at_warehouse = line.released + line.packed
    if wish.unit_price not in (None, line.unit_price):
        return at_warehouse
    if wish.quantity is None:
        return 0
    fewer = line.ordered - line.cancelled - wish.quantity
    free = line.open + line.backordered + line.reserved
    return min(at_warehouse, max(0, fewer - free))


def _recall(recalls: dict[str, Pieces], order: Order, number: str, quantity: int) -> None:
    """Add pieces of a line to what is recalled, from what is not packed yet first."""
    for fulfilment in at_warehouses(order):
        take = min(quantity, fulfilment.pieces.get(number, 0))
        if take:
            recalls.setdefault(fulfilment.id, {})[number] = take
            quantity -= take


def _lines(
    order: Order, wishes: Iterable[LineChange]
) -> tuple[tuple[LineChanged, ...], dict[str, str]]:
    """Changes of the lines that differ, and those that cannot be: `lines.<number>` -> why."""
    known = {line.number: line for line in order.lines}
    changes: list[LineChanged] = []
    wrong: dict[str, str] = {}
    for wish in wishes:
        line = known.get(wish.number)
        change = _new_line(wish) if line is None else _line(line, wish, order.currency)
        if isinstance(change, str):
            wrong[f"lines.{wish.number}"] = change
        elif change.added or change.removed or change.unit_price is not None:
            changes.append(change)
    return tuple(changes), wrong


def _new_line(wish: LineChange) -> LineChanged | str:
    if wish.sku is None or not wish.quantity or wish.unit_price is None:
        return "a new line needs sku, quantity and unit_price"
    return LineChanged(wish.number, wish.sku, wish.unit_price, wish.quantity)


def _line(line: Line, wish: LineChange, currency: str) -> LineChanged | str:
    if wish.sku not in (None, line.sku):
        return f"is {line.sku}: remove it and add a new line"
    price = None if wish.unit_price == line.unit_price else wish.unit_price
    with_others = sum(getattr(line, place) for place in (*AT_WAREHOUSE, *AWAY))
    if price is not None and with_others:
        return f"{with_others} pieces have left: their price stays"
    now = line.ordered - line.cancelled
    more = 0 if wish.quantity is None else wish.quantity - now
    if more >= 0:
        return LineChanged(line.number, unit_price=price, added=more)
    removed: dict[str, int] = {}
    rest = -more
    for place in FREE:
        take = min(rest, getattr(line, place))
        if take:
            removed[place] = take
        rest -= take
    if rest:
        return f"{now - with_others} of {now} pieces can be taken out: the others have left"
    discounts = _of_pieces(line, line.ordered + more, currency) if line.discounts else None
    return LineChanged(line.number, unit_price=price, removed=removed, discounts=discounts)


def _other(wanted: T | None, known: T | None) -> T | None:
    return None if wanted == known else wanted


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        text = "What has left stays as it is; nothing was changed."
        raise Refusal("not_changeable", text, wrong)
