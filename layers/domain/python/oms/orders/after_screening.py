"""Orders after events about checks, holds and approvals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from oms.orders.findings import Approval, Finding, Hold
from oms.orders.money_parts import Credit
from oms.orders.order import Order
from oms.orders.order_events import (
    ApprovalEscalated,
    ApprovalReminded,
    OrderAddressCorrected,
    OrderApproved,
    OrderHeld,
    OrderHoldEscalated,
    OrderRefused,
    OrderRejected,
    OrderReleased,
    OrderScreened,
)


def _screened(order: Order, event: OrderScreened) -> Order:
    return order.within("screening", screened_at=event.at, findings=event.findings)


def _held(order: Order, event: OrderHeld) -> Order:
    hold, known = event.hold, order.screening
    order = order.within(
        "screening", holds=(*known.holds, hold), approvals=(*known.approvals, *_stages(hold))
    )
    return order.within("progress", changed_at=hold.raised_at)


def _stages(hold: Hold) -> tuple[Approval, ...]:
    """The stages of approval that a hold asks for; the first one is asked at once."""
    stages = [{**stage, "hold": hold.id} for stage in hold.data.get("stages", ())]
    asked = msgspec.convert(stages, tuple[Approval, ...])
    return tuple(replace(s, asked_at=hold.raised_at) if n == 0 else s for n, s in enumerate(asked))


def _released(order: Order, event: OrderReleased) -> Order:
    holds = tuple(
        replace(h, released_at=event.at, released_by=event.by, release_reason=event.reason)
        if h.id == event.hold
        else h
        for h in order.screening.holds
    )
    held = any(hold.released_at is None for hold in holds)
    order = order.within(
        "screening",
        holds=holds,
        lapsed_at=order.screening.lapsed_at if held else None,
        findings=found_again(order, event.findings),
    )
    (hold,) = [hold for hold in holds if hold.id == event.hold]
    booked = hold.data.get("credit")
    if booked is None:
        return order
    return order.within(
        "settlement", credit=replace(msgspec.convert(booked, Credit), booked_by=event.by)
    )


def _escalated(order: Order, event: OrderHoldEscalated) -> Order:
    known = order.screening.holds
    holds = tuple(replace(h, escalated_at=event.at) if h.id == event.hold else h for h in known)
    return order.within("screening", holds=holds)


def _stage(order: Order, number: int, **changes: Any) -> Order:
    approvals = list(order.screening.approvals)
    approvals[number] = replace(approvals[number], **changes)
    return order.within("screening", approvals=tuple(approvals))


def _approved(order: Order, event: OrderApproved) -> Order:
    order = _stage(
        order,
        event.stage,
        decision="approved",
        person=event.person,
        by=event.by,
        decided_at=event.at,
        reason=event.reason,
    )
    follower = event.stage + 1
    if follower == len(order.screening.approvals):
        return order
    stage = order.screening.approvals[follower]
    if stage.hold != order.screening.approvals[event.stage].hold:
        return order
    until = event.at + timedelta(hours=stage.longest)
    holds = (
        replace(h, deadline=until, escalated_at=None) if h.id == stage.hold else h
        for h in order.screening.holds
    )
    return _stage(order.within("screening", holds=tuple(holds)), follower, asked_at=event.at)


def _rejected(order: Order, event: OrderRejected) -> Order:
    return _stage(
        order,
        event.stage,
        decision="rejected",
        person=event.person,
        by=event.by,
        decided_at=event.at,
        reason=event.reason,
    )


def _approver_reminded(order: Order, event: ApprovalReminded) -> Order:
    return _stage(order, event.stage, reminded_at=event.at)


def _approval_escalated(order: Order, event: ApprovalEscalated) -> Order:
    return _stage(order, event.stage, escalated_at=event.at)


def found_again(order: Order, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The order's findings, those of checks that ran again in place of what they found before."""
    again = {finding.check for finding in found}
    return (*(each for each in order.screening.findings if each.check not in again), *found)


def _address_corrected(order: Order, event: OrderAddressCorrected) -> Order:
    place = {"billing_address" if event.billing else "shipping_address": event.address}
    customer = replace(order.customer, email=event.email, phone=event.phone)
    order = replace(order, customer=customer, **place)
    return order.within("screening", findings=found_again(order, event.findings))


def _refused(order: Order, event: OrderRefused) -> Order:
    order = order.move(order.pieces("open"), "open", "cancelled")
    return order.within("screening", refused=event.reason)


AFTER: dict[type, Any] = {
    OrderScreened: _screened,
    OrderHeld: _held,
    OrderReleased: _released,
    OrderHoldEscalated: _escalated,
    OrderApproved: _approved,
    OrderRejected: _rejected,
    ApprovalReminded: _approver_reminded,
    ApprovalEscalated: _approval_escalated,
    OrderAddressCorrected: _address_corrected,
    OrderRefused: _refused,
}
