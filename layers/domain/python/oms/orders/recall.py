"""Cancelling what may be with a warehouse: what is free goes at once, the rest is recalled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from oms.core.refusals import Refusal
from oms.orders.applying import tell
from oms.orders.cancelling import split_free
from oms.orders.fulfilment_events import (
    FulfilmentRecallAccepted,
    FulfilmentRecallRequested,
    recall_refused,
)
from oms.orders.fulfilments import Cause, Fulfilment, Recall
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.orders.order_events import OrderCancelled, OrderChangeDropped

RECALL_WITHIN = timedelta(hours=4)
"""How long a warehouse has to answer a recall."""


def cancel(
    order: Order,
    wanted: Mapping[str, int] | None,
    *,
    cause: Cause,
    reason: str,
    by: str,
    at: datetime,
) -> Order:
    """Cancel pieces; those that are with a warehouse and have not left are recalled from it.

    `wanted` is line number -> quantity, None for every piece that is not being recalled already.
    Raises Refusal naming the lines of which fewer pieces are here; then nothing is done.
    """
    pending = order.changes.pending
    if wanted is None and pending:
        text = "The order is cancelled."
        order = tell(order, OrderChangeDropped(pending.id, "order_cancelled", text, at))
    asked = _everything(order) if wanted is None else dict(wanted)
    free, at_warehouse = split_free(order, asked)
    recalls = _recalls(order, at_warehouse, asked)
    if free:
        left = order.count("ordered") - order.count("cancelled")
        whole = sum(asked.values()) == left and not recalls
        order = tell(order, OrderCancelled(free, reason, by, whole, at, cause))
    for id, pieces in recalls.items():
        order = tell(order, _request(order.fulfilment(id), pieces, cause, reason, by, at))
    return order


def accept(order: Order, id: str, *, reason: str, at: datetime) -> Order:
    """The warehouse has put the recalled pieces back: they are cancelled, or to be changed.

    Raises Refusal.
    """
    recall = _asked_about(order.fulfilment(id), "accepted")
    if recall is None:
        return order
    order = tell(order, FulfilmentRecallAccepted(id, reason, at))
    if recall.change:
        return order
    left = order.count("ordered") - order.count("cancelled")
    whole = sum(recall.pieces.values()) == left
    pieces = {"reserved": recall.pieces}
    return tell(order, OrderCancelled(pieces, recall.reason, recall.by, whole, at, recall.cause))


def refuse(order: Order, id: str, *, reason: str, at: datetime) -> Order:
    """The warehouse cannot give the recalled pieces back: they go on. Raises Refusal."""
    if _asked_about(order.fulfilment(id), "refused") is None:
        return order
    return tell(order, recall_refused(order.fulfilment(id), reason, at))


def _asked_about(fulfilment: Fulfilment, answer: str) -> Recall | None:
    """The recall that waits for an answer; None if it has this one already. Raises Refusal."""
    recall = fulfilment.recall
    if recall is None:
        raise Refusal("not_recalled", "Nobody recalls pieces of this fulfilment.")
    if recall.status == answer:
        return None
    if recall.status != "requested":
        raise Refusal("recall_answered", f"The recall is {recall.status} already.")
    return recall


def _everything(order: Order) -> Pieces:
    """Every piece that is not cancelled, nor about to be."""
    left = {line.number: line.ordered - line.cancelled for line in order.lines}
    for fulfilment in order.fulfilments:
        for number, quantity in _to_cancel(fulfilment).items():
            left[number] -= quantity
    return {number: quantity for number, quantity in left.items() if quantity}


def _recalls(order: Order, wanted: Pieces, asked: Mapping[str, int]) -> dict[str, Pieces]:
    """From which fulfilment which pieces are recalled: from the last that was released on."""
    recalls: dict[str, Pieces] = {}
    short: dict[str, str] = {}
    for number, quantity in wanted.items():
        rest = quantity
        for fulfilment in at_warehouses(order):
            has = fulfilment.pieces.get(number, 0) - _spoken_for(order, fulfilment).get(number, 0)
            take = min(rest, has)
            if take:
                recalls.setdefault(fulfilment.id, {})[number] = take
            rest -= take
        if rest:
            possible, of = asked[number] - rest, asked[number]
            short[f"lines.{number}"] = f"{possible} of {of} pieces can still be cancelled"
    if short:
        text = "Pieces that have left, are recalled or cancelled already stay as they are."
        raise Refusal("not_cancellable", text, short)
    return recalls


def _to_cancel(fulfilment: Fulfilment) -> Pieces:
    """The pieces that are recalled to be cancelled."""
    return {} if fulfilment.recall and fulfilment.recall.change else fulfilment.recalled


def _spoken_for(order: Order, fulfilment: Fulfilment) -> Pieces:
    """The pieces of which a cancellation or a change that waits has recalled already."""
    return fulfilment.recalled if order.changes.pending else _to_cancel(fulfilment)


def at_warehouses(order: Order) -> Iterator[Fulfilment]:
    """The fulfilments that have not left: those not packed yet come first, the newest before."""
    for status in ("released", "packed"):
        yield from (f for f in reversed(order.fulfilments) if f.status == status)


def _request(
    fulfilment: Fulfilment, pieces: Pieces, cause: Cause, reason: str, by: str, at: datetime
) -> FulfilmentRecallRequested:
    """The recall; together with one that is open already, whose deadline stays.

    It takes the place of one for a change that was dropped.
    """
    known = fulfilment.recall if fulfilment.recalled else None
    recall = Recall(pieces, reason, cause, by, at, at + RECALL_WITHIN)
    if known and not known.change:
        both = {n: known.pieces.get(n, 0) + pieces.get(n, 0) for n in {**known.pieces, **pieces}}
        recall = replace(recall, pieces=both, until=known.until)
    return FulfilmentRecallRequested(fulfilment.id, recall)
