"""The table of contents: one line per step, in the order an order travels."""

from __future__ import annotations

from infra.journey import (
    billing,
    fulfilment,
    master,
    notices,
    orders,
    payments,
    records,
    returns,
    screening,
    sourcing,
)
from infra.journey.step import Grant, Room, Step
from infra.journey.triggers import (
    Authoriser,
    DeadLetters,
    Http,
    Queue,
    Stream,
    Task,
    Trigger,
)

__all__ = [
    "JOURNEY",
    "Authoriser",
    "DeadLetters",
    "Grant",
    "Http",
    "Queue",
    "Room",
    "Step",
    "Stream",
    "Task",
    "Trigger",
]

JOURNEY: tuple[Step, ...] = (
    *master.STEPS,
    *orders.STEPS,
    *screening.STEPS,
    *sourcing.STEPS,
    *fulfilment.STEPS,
    *billing.STEPS,
    *payments.STEPS,
    *returns.STEPS,
    *notices.STEPS,
    *records.STEPS,
)
