"""The withdrawal: a consumer's statement to withdraw from a contract, until it is settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from msgspec import field
from msgspec.structs import replace

from oms.core.erasure import Erasure
from oms.core.events import DomainEvent, EventReader, replay
from oms.core.formats import Formats, unchanged
from oms.core.pseudonyms import Personal
from oms.core.values import Value
from oms.orders.lines import Pieces
from oms.returns.periods import consumer_end, day_of, refund_end
from oms.returns.verdicts import WithdrawnLine
from oms.returns.withdrawal_events import (
    GoodsProof,
    RecalledPieces,
    WithdrawalAcknowledged,
    WithdrawalClosed,
    WithdrawalDecided,
    WithdrawalErasureRequested,
    WithdrawalGoodsOverdue,
    WithdrawalGoodsProved,
    WithdrawalMatched,
    WithdrawalPersonErased,
    WithdrawalRecallAnswered,
    WithdrawalRefunded,
    WithdrawalRefundOverdue,
    WithdrawalStopped,
    WithdrawalUnacknowledged,
    WithdrawalUnmatched,
)

Flag = Literal[
    "order_unknown", "person_differs", "part_in_words", "incomplete", "mail_unusual", "many"
]
"""What makes a clerk look; none of them refuses or drops a statement."""

Status = Literal[
    "unmatched", "review", "declined", "awaiting_goods", "awaiting_refund", "refunded", "closed"
]


class Statement(Value, frozen=True, omit_defaults=True):
    """Declaration of a consumer: what the law lets us ask, and nothing else (§ 356a (2) BGB).

    `contract` identifies the contract, in the consumer's words; a part of it is in words as well
    (`part`), or pieces by the number of their line (`lines`).
    """

    name: Personal
    contract: Personal
    email: Personal
    part: Personal = ""
    lines: Pieces = field(default_factory=dict)


class Proved(Value, frozen=True, omit_defaults=True):
    """Proof of the goods' way back, and since when there is one."""

    proof: GoodsProof
    at: datetime
    tracking: str = ""


class Stopped(Value, frozen=True, omit_defaults=True):
    """Pieces that did not leave, that are being recalled, and that are `out` and come back."""

    at: datetime
    cancelled: Pieces = field(default_factory=dict)
    recalled: tuple[RecalledPieces, ...] = ()
    out: Pieces = field(default_factory=dict)

    def ended(self, number: str) -> int:
        """Pieces of a line that are cancelled in the order, at once or after a recall."""
        recalled = (each.pieces for each in self.recalled if each.answer == "accepted")
        return sum(pieces.get(number, 0) for pieces in (self.cancelled, *recalled))

    @property
    def placed(self) -> Pieces:
        """All its pieces, each counted once."""
        recalled = (each.pieces for each in self.recalled if each.answer != "refused")
        found: Pieces = {}
        for pieces in (self.cancelled, self.out, *recalled):
            found = _both(found, pieces)
        return found


class Withdrawal(Value, frozen=True, omit_defaults=True):
    """A statement to withdraw, from its receipt until money and goods are settled.

    `received_at` is when it reached us, `declared_at` when it was sent: the first starts our period
    to refund, the second tells whether it was in time and starts the customer's to send back
    (§ 355 (1), (3) BGB). `receipt` is the id of the mail that acknowledges it. `suggested` is the
    order that it may be about, where it is not certain who speaks.
    """

    id: str
    shop: str
    channel: Literal["page", "api"]
    statement: Statement
    language: str
    declared_at: datetime
    received_at: datetime
    flags: tuple[Flag, ...] = ()
    suggested: str = ""
    receipt: str = ""
    acknowledged_at: datetime | None = None
    unacknowledged_at: datetime | None = None
    unmatched_at: datetime | None = None
    order: str = ""
    external_number: str = ""
    country: str = ""
    lines: tuple[WithdrawnLine, ...] = ()
    matched_at: datetime | None = None
    stopped: Stopped | None = None
    goods: Proved | None = None
    goods_overdue_at: datetime | None = None
    refund_overdue_at: datetime | None = None
    refunded_at: datetime | None = None
    closed_at: datetime | None = None
    erasure: Erasure | None = None
    events: tuple[DomainEvent, ...] = ()

    @property
    def status(self) -> Status:
        """One word for where it stands."""
        if self.closed_at:
            return "closed"
        if not self.order:
            return "unmatched"
        if any(line.decision is None for line in self.lines):
            return "review"
        if not self.accepted:
            return "declined"
        if self.refunded_at:
            return "refunded"
        return "awaiting_goods" if self.withheld else "awaiting_refund"

    @property
    def accepted(self) -> Pieces:
        """Pieces that are withdrawn from, by line."""
        return {each.number: each.quantity for each in self.lines if each.decision == "accepted"}

    @property
    def taken(self) -> Pieces:
        """Pieces that no other statement can be about: accepted, or still to be decided on."""
        if self.closed_at:
            return {}
        return {each.number: each.quantity for each in self.lines if each.decision != "declined"}

    @property
    def unplaced(self) -> Pieces:
        """Pieces that are withdrawn from, and neither stopped nor known to be out yet."""
        found = dict(self.accepted)
        for number, n in self.stopped.placed.items() if self.stopped else ():
            found[number] = found.get(number, 0) - n
        return {number: n for number, n in found.items() if n}

    @property
    def withheld(self) -> bool:
        """True while the refund may wait for the goods (§ 357 (4) BGB)."""
        return bool(self.stopped and self.stopped.out and not self.goods)

    @property
    def goods_due(self) -> date | None:
        """Last day for the customer to send the goods back; None if none are to come."""
        if not (self.stopped and self.stopped.out):
            return None
        return consumer_end(self.declared_at, self.country)

    @property
    def refund_due(self) -> date | None:
        """Last day to refund; None while that may wait for the goods, or nothing is accepted."""
        if not self.accepted or self.withheld:
            return None
        due = refund_end(self.received_at)
        return max(due, day_of(self.goods.at)) if self.goods else due

    @property
    def finished(self) -> bool:
        """True once nothing is left to do about it."""
        return self.status in ("refunded", "declined", "closed")

    @property
    def erased(self) -> bool:
        """True once its personal data are gone."""
        return bool(self.erasure and self.erasure.erased_at)


class WithdrawalReceived(DomainEvent, frozen=True, tag="Withdrawal.Received"):
    """A consumer withdraws from a contract: the statement is durably stored."""

    upgrades: ClassVar = (unchanged,)
    withdrawal: Withdrawal


WithdrawalEvent = (
    WithdrawalReceived
    | WithdrawalAcknowledged
    | WithdrawalUnacknowledged
    | WithdrawalUnmatched
    | WithdrawalMatched
    | WithdrawalDecided
    | WithdrawalStopped
    | WithdrawalRecallAnswered
    | WithdrawalGoodsProved
    | WithdrawalGoodsOverdue
    | WithdrawalRefundOverdue
    | WithdrawalRefunded
    | WithdrawalClosed
    | WithdrawalErasureRequested
    | WithdrawalPersonErased
)

WITHDRAWAL_FORMATS: Formats[Withdrawal] = Formats(Withdrawal, unchanged)
EVENTS: EventReader[WithdrawalEvent] = EventReader(WithdrawalEvent)
decode_withdrawal_event = EVENTS.read


def received(withdrawal: Withdrawal) -> Withdrawal:
    """A withdrawal that is new, with its event."""
    return replace(withdrawal, events=(WithdrawalReceived(withdrawal),))


def tell(withdrawal: Withdrawal, *events: WithdrawalEvent) -> Withdrawal:
    """The withdrawal after events, carrying them."""
    for event in events:
        known = withdrawal.events
        withdrawal = replace(applied(withdrawal, event), events=(*known, event))
    return withdrawal


def applied(withdrawal: Withdrawal, event: WithdrawalEvent) -> Withdrawal:
    """The withdrawal after an event, as replaying its log does it."""
    return replace(withdrawal, **_changed(withdrawal, event))


def _changed(withdrawal: Withdrawal, event: WithdrawalEvent) -> Mapping[str, Any]:
    """Fields that an event changes, with their values."""
    match event:
        case WithdrawalAcknowledged(message_id, at):
            return {"receipt": message_id, "acknowledged_at": at}
        case WithdrawalMatched():
            same = ("order", "external_number", "lines", "country")
            return {name: getattr(event, name) for name in same} | {"matched_at": event.at}
        case WithdrawalDecided():
            return {"lines": _decided(withdrawal, event)}
        case WithdrawalStopped():
            return {"stopped": _stopped(withdrawal.stopped, event)}
        case WithdrawalRecallAnswered():
            return {"stopped": _answered(withdrawal, event)}
        case WithdrawalGoodsProved(proof, tracking, _, at):
            known = withdrawal.goods or Proved(proof, at)
            return {"goods": replace(known, proof=proof, tracking=tracking or known.tracking)}
        case WithdrawalErasureRequested(by, requested_at):
            return {"erasure": Erasure(requested_at, by)}
        case WithdrawalPersonErased(erased_at):
            asked = withdrawal.erasure or Erasure(erased_at, "auftakt")
            return {"erasure": replace(asked, erased_at=erased_at)}
        case WithdrawalReceived():
            return {}
    return {_MOMENTS[type(event)]: event.at}


_MOMENTS: Mapping[type, str] = {
    WithdrawalUnacknowledged: "unacknowledged_at",
    WithdrawalUnmatched: "unmatched_at",
    WithdrawalGoodsOverdue: "goods_overdue_at",
    WithdrawalRefundOverdue: "refund_overdue_at",
    WithdrawalRefunded: "refunded_at",
    WithdrawalClosed: "closed_at",
}
"""The field that keeps the time of an event that says no more."""


def _decided(withdrawal: Withdrawal, event: WithdrawalDecided) -> tuple[WithdrawnLine, ...]:
    decisions = {each.number: each.decision for each in event.lines}
    return tuple(
        replace(line, decision=decisions[line.number], decided_by=event.by, reason=event.reason)
        if line.number in decisions
        else line
        for line in withdrawal.lines
    )


def _stopped(known: Stopped | None, event: WithdrawalStopped) -> Stopped:
    if known is None:
        return Stopped(event.at, event.cancelled, event.recalled, event.out)
    return Stopped(
        known.at,
        _both(known.cancelled, event.cancelled),
        (*known.recalled, *event.recalled),
        _both(known.out, event.out),
    )


def _both(one: Pieces, other: Pieces) -> Pieces:
    return {n: one.get(n, 0) + other.get(n, 0) for n in {**one, **other}}


def _answered(withdrawal: Withdrawal, event: WithdrawalRecallAnswered) -> Stopped:
    """Pieces to stop once a warehouse has answered: those that it could not stop are out."""
    stopped = withdrawal.stopped or Stopped(event.at)
    asked = [r for r in stopped.recalled if r.fulfilment == event.fulfilment and not r.answer]
    recalled = tuple(
        replace(each, answer=event.answer) if each in asked else each for each in stopped.recalled
    )
    out = stopped.out
    for each in asked if event.answer == "refused" else ():
        out = _both(out, each.pieces)
    return replace(stopped, recalled=recalled, out=out)


def replayed(log: Iterable[WithdrawalEvent]) -> Withdrawal:
    """The withdrawal that its log tells of; raises Broken for a log without a beginning."""
    return replay(log, WithdrawalReceived, _begun, applied)


def _begun(event: WithdrawalReceived) -> Withdrawal:
    return event.withdrawal
