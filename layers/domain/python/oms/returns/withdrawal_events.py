"""Events of a withdrawal after it was received, and what they carry."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from oms.core.events import DomainEvent
from oms.core.formats import unchanged
from oms.core.pseudonyms import Personal
from oms.core.values import Value
from oms.orders.lines import Pieces
from oms.returns.verdicts import Decision, WithdrawnLine


class LineDecision(Value, frozen=True, omit_defaults=True):
    """Decision of a clerk on a line whose verdict does not make the withdrawal effective."""

    number: str
    decision: Decision


class RecalledPieces(Value, frozen=True, omit_defaults=True):
    """Pieces of a fulfilment that its warehouse is asked to give back, and what it answered."""

    fulfilment: str
    pieces: Pieces
    answer: Literal["", "accepted", "refused"] = ""


GoodsProof = Literal["dispatched", "received"]
"""What lifts the right to withhold the refund: proof that the goods were sent, or the goods
themselves (§ 357 (4) BGB)."""


class WithdrawalAcknowledged(DomainEvent, frozen=True, tag="Withdrawal.Acknowledged"):
    """The receipt went out by mail, on a durable medium (§ 356a (4) BGB)."""

    message_id: str
    at: datetime


class WithdrawalUnacknowledged(DomainEvent, frozen=True, tag="Withdrawal.Unacknowledged"):
    """No receipt went out in time: somebody has to send one."""

    at: datetime


class WithdrawalUnmatched(DomainEvent, frozen=True, tag="Withdrawal.Unmatched"):
    """Nobody could tell which order it is about: a clerk has to look."""

    at: datetime


class WithdrawalMatched(DomainEvent, frozen=True, tag="Withdrawal.Matched"):
    """The order that it is about is known, and the verdict on each line."""

    upgrades: ClassVar = (unchanged,)
    order: str
    external_number: str
    lines: tuple[WithdrawnLine, ...]
    country: str
    by: str
    at: datetime


class WithdrawalDecided(DomainEvent, frozen=True, tag="Withdrawal.Decided"):
    """A clerk has accepted or declined lines that are late, excluded, or of a business."""

    lines: tuple[LineDecision, ...]
    reason: Personal
    by: str
    at: datetime


class WithdrawalStopped(DomainEvent, frozen=True, tag="Withdrawal.Stopped"):
    """Pieces that had not left are cancelled or recalled; those that are `out` come back."""

    cancelled: Pieces
    recalled: tuple[RecalledPieces, ...]
    out: Pieces
    at: datetime


class WithdrawalRecallAnswered(DomainEvent, frozen=True, tag="Withdrawal.RecallAnswered"):
    """A warehouse has given recalled pieces back, or could not: then they are on their way."""

    fulfilment: str
    answer: Literal["accepted", "refused"]
    at: datetime


class WithdrawalGoodsProved(DomainEvent, frozen=True, tag="Withdrawal.GoodsProved"):
    """The goods are back, or it is proved that they were sent: the refund waits no longer."""

    proof: GoodsProof
    tracking: str
    by: str
    at: datetime


class WithdrawalGoodsOverdue(DomainEvent, frozen=True, tag="Withdrawal.GoodsOverdue"):
    """The goods were to be sent back by now, and nothing is heard of them."""

    at: datetime


class WithdrawalRefundOverdue(DomainEvent, frozen=True, tag="Withdrawal.RefundOverdue"):
    """The refund was due, and the customer has not got it (§ 357 (1) BGB)."""

    at: datetime


class WithdrawalRefunded(DomainEvent, frozen=True, tag="Withdrawal.Refunded"):
    """Everything that was paid for what was withdrawn from has gone back, or was never paid."""

    at: datetime


class WithdrawalClosed(DomainEvent, frozen=True, tag="Withdrawal.Closed"):
    """A clerk has closed it, with a reason: it was none, say, or the customer keeps the goods."""

    reason: Personal
    by: str
    at: datetime


class WithdrawalErasureRequested(DomainEvent, frozen=True, tag="Withdrawal.ErasureRequested"):
    """The personal data are to be erased as soon as nothing needs them."""

    by: str
    requested_at: datetime


class WithdrawalPersonErased(DomainEvent, frozen=True, tag="Withdrawal.PersonErased"):
    """The personal data of the withdrawal are gone; who has a copy is to erase it."""

    erased_at: datetime
