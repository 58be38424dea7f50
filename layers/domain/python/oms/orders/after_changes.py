"""Orders after events about changes, cancellations and their end."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.core.erasure import Erasure
from oms.core.events import DomainEvent
from oms.core.refusals import Broken
from oms.orders import stalled
from oms.orders.after_screening import found_again
from oms.orders.erasure_events import OrderErasureRequested, OrderPersonErased
from oms.orders.lines import Line, LineChanged
from oms.orders.order import Order, OrderCreated, begun
from oms.orders.order_events import (
    NotificationSent,
    OrderCancelled,
    OrderChanged,
    OrderChangeDropped,
    OrderChangeRequested,
    OrderCompleted,
    OrderStalled,
    WebhookExhausted,
)
from oms.orders.pending import Changes


def _erasure_requested(order: Order, event: OrderErasureRequested) -> Order:
    return replace(order, erasure=Erasure(event.requested_at, event.by))


def _person_erased(order: Order, event: OrderPersonErased) -> Order:
    if order.erasure is None:
        raise Broken(f"{order.id}: nobody asked for its erasure")
    return replace(order, erasure=replace(order.erasure, erased_at=event.erased_at))


def _created(_: Order, event: OrderCreated) -> Order:
    return begun(event.order)


def _cancelled(order: Order, event: OrderCancelled) -> Order:
    for place, pieces in event.pieces.items():
        order = order.move(pieces, place, "cancelled")
    return order


def _change_requested(order: Order, event: OrderChangeRequested) -> Order:
    changes = replace(order.changes, pending=event.pending)
    return replace(order.within("progress", changed_at=event.pending.requested_at), changes=changes)


def _change_dropped(order: Order, _: OrderChangeDropped) -> Order:
    return replace(order, changes=replace(order.changes, pending=None))


def _changed(order: Order, event: OrderChanged) -> Order:
    lines = {line.number: line for line in order.lines}
    for change in event.lines:
        lines[change.number] = _line_changed(lines.get(change.number), change)
    customer = replace(order.customer, vat_id=event.vat_id or order.customer.vat_id)
    changed = replace(
        order,
        customer=customer,
        lines=tuple(lines.values()),
        billing_address=event.billing_address or order.billing_address,
        shipping_address=event.shipping_address or order.shipping_address,
        shipping=event.shipping or order.shipping,
        payment=event.payment or order.payment,
        screening=replace(order.screening, findings=found_again(order, event.findings)),
        changes=Changes((*order.changes.confirmed, event.change)),
    )
    if changed.ship_to == order.ship_to:
        return changed
    fulfilments = (replace(f, ship_to=f.ship_to or order.ship_to) for f in order.fulfilments)
    return replace(changed, fulfilments=tuple(fulfilments))


def _line_changed(line: Line | None, change: LineChanged) -> Line:
    if line is None:
        if change.sku is None or change.unit_price is None:
            raise Broken(f"line {change.number}: a new line without SKU or price")
        line = Line(change.number, change.sku, change.unit_price, 0)
    left = {place: getattr(line, place) - n for place, n in change.removed.items()}
    if any(n < 0 for n in left.values()):
        raise Broken(f"line {change.number}: {change.removed} pieces are not there")
    left["open"] = left.get("open", line.open) + change.added
    return replace(
        line,
        unit_price=line.unit_price if change.unit_price is None else change.unit_price,
        discounts=line.discounts if change.discounts is None else change.discounts,
        ordered=line.ordered + change.added - sum(change.removed.values()),
        **left,
    )


def _stalled(order: Order, event: OrderStalled) -> Order:
    been = order.progress
    return order.within(
        "progress", stalled=stalled.counted(been.stalled, been.changed_at, event.stalled_at)
    )


def _noted(order: Order, _: DomainEvent) -> Order:
    return order


def _completed(order: Order, event: OrderCompleted) -> Order:
    return order.within("progress", completed_at=event.at)


AFTER: dict[type, Any] = {
    OrderCreated: _created,
    OrderCancelled: _cancelled,
    OrderChangeRequested: _change_requested,
    OrderChangeDropped: _change_dropped,
    OrderChanged: _changed,
    OrderStalled: _stalled,
    NotificationSent: _noted,
    WebhookExhausted: _noted,
    OrderCompleted: _completed,
    OrderErasureRequested: _erasure_requested,
    OrderPersonErased: _person_erased,
}
