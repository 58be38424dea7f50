"""The return (RMA): goods that are announced to come back, from that to the last credit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Literal

from msgspec.structs import replace

from oms.core.events import DomainEvent, EventReader, replay
from oms.core.formats import Formats
from oms.core.values import Value
from oms.orders.lines import Pieces, summed
from oms.returns.inspection import GoodsReceipt, Inspected
from oms.returns.return_events import (
    ReturnClosed,
    ReturnCredit,
    ReturnCredited,
    ReturnDecided,
    ReturnOverdue,
    ReturnReceived,
    ReturnUncredited,
)

Basis = Literal["withdrawal", "claim", "goodwill"]
"""Why goods come back: a statutory withdrawal, a defect (§ 437 BGB), or the merchant's word."""

Reason = Literal[
    "unwanted", "wrong_size", "not_as_described", "damaged", "defective", "wrong_item", "late",
    "unknown",
]  # fmt: skip

ReturnStatus = Literal[
    "announced", "partly_received", "received", "review", "uncredited", "completed", "closed"
]


class ReturnLine(Value, frozen=True, omit_defaults=True):
    """Pieces of a line that are to come back, and why."""

    number: str
    sku: str
    quantity: int
    reason: Reason = "unknown"


class Uncredited(Value, frozen=True, omit_defaults=True):
    """Receipt that could not be credited, and why."""

    receipt: str
    reason: str
    text: str


class Return(Value, frozen=True, omit_defaults=True):
    """Goods of one order that come back.

    `number` is the RMA number that stands on the parcel: the order's number, `-R`, and which of its
    returns it is. `expected_by` is when a clerk hears that nothing came. With the basis
    `withdrawal` a withdrawal may be named.
    """

    id: str
    shop: str
    order: str
    external_number: str
    number: str
    basis: Basis
    lines: tuple[ReturnLine, ...]
    announced_at: datetime
    announced_by: str
    expected_by: date
    withdrawal: str = ""
    receipts: tuple[GoodsReceipt, ...] = ()
    credits: tuple[ReturnCredit, ...] = ()
    uncredited: tuple[Uncredited, ...] = ()
    overdue_at: datetime | None = None
    closed_at: datetime | None = None
    events: tuple[DomainEvent, ...] = ()

    @property
    def status(self) -> ReturnStatus:
        """One word for where it stands."""
        if self.closed_at:
            return "closed"
        if any(line.decision is None for receipt in self.receipts for line in receipt.lines):
            return "review"
        if self.uncredited:
            return "uncredited"
        if not self.receipts:
            return "announced"
        if any(self.to_credit):
            return "received"
        return "partly_received" if self.missing else "completed"

    @property
    def received(self) -> Pieces:
        """Pieces that came back, by line."""
        return summed(receipt.pieces for receipt in self.receipts)

    @property
    def missing(self) -> Pieces:
        """Pieces that were announced and have not come, by line; none once it is closed."""
        if self.closed_at:
            return {}
        came = self.received
        left = {each.number: each.quantity - came.get(each.number, 0) for each in self.lines}
        return {number: n for number, n in left.items() if n > 0}

    @property
    def to_credit(self) -> Iterator[tuple[GoodsReceipt, Pieces]]:
        """Receipts of which pieces are to be credited, with these, by line."""
        given_up = {each.receipt for each in self.uncredited}
        for receipt in self.receipts:
            left = dict(receipt.accepted)
            for credit in self.credits:
                for number, n in credit.pieces.items() if credit.receipt == receipt.number else ():
                    left[number] -= n
            if receipt.number not in given_up and (some := {k: n for k, n in left.items() if n}):
                yield receipt, some

    @property
    def finished(self) -> bool:
        """True once nothing is left to do about it."""
        return self.status in ("completed", "closed")


class ReturnAnnounced(DomainEvent, frozen=True, tag="Return.Announced"):
    """Goods are to come back, with this number on their parcel."""

    rma: Return


ReturnEvent = (
    ReturnAnnounced
    | ReturnReceived
    | ReturnDecided
    | ReturnCredited
    | ReturnUncredited
    | ReturnOverdue
    | ReturnClosed
)

RETURN_FORMATS: Formats[Return] = Formats(Return)
EVENTS: EventReader[ReturnEvent] = EventReader(ReturnEvent)
decode_return_event = EVENTS.read


def tell(rma: Return, *events: ReturnEvent) -> Return:
    """The return after events, carrying them."""
    for event in events:
        rma = replace(applied(rma, event), events=(*rma.events, event))
    return rma


def applied(rma: Return, event: ReturnEvent) -> Return:
    """The return after an event, as replaying its log does it."""
    match event:
        case ReturnAnnounced():
            return event.rma
        case ReturnReceived(receipt):
            return replace(rma, receipts=(*rma.receipts, receipt), overdue_at=None)
        case ReturnDecided():
            return replace(rma, receipts=tuple(_decided(each, event) for each in rma.receipts))
        case ReturnCredited(credit):
            return replace(rma, credits=(*rma.credits, credit))
        case ReturnUncredited(receipt, reason, text):
            failed = Uncredited(receipt, reason, text)
            return replace(rma, uncredited=(*rma.uncredited, failed))
        case ReturnOverdue(at):
            return replace(rma, overdue_at=at)
        case ReturnClosed():
            return replace(rma, closed_at=event.at)


def _decided(receipt: GoodsReceipt, event: ReturnDecided) -> GoodsReceipt:
    if receipt.number != event.receipt:
        return receipt
    return replace(receipt, lines=tuple(_line_decided(each, event) for each in receipt.lines))


def _line_decided(line: Inspected, event: ReturnDecided) -> Inspected:
    if line.number != event.number or line.decision:
        return line
    return replace(line, decision=event.decision, decided_by=event.by, reason=event.reason)


def replayed(log: Iterable[ReturnEvent]) -> Return:
    """The return that its log tells of; raises Broken for a log without a beginning."""
    return replay(log, ReturnAnnounced, _begun, applied)


def _begun(event: ReturnAnnounced) -> Return:
    return event.rma
