"""Parcels that do not arrive: how they stand, whom they are awaited from, and when to remind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from oms.core.values import Due, Waiting
from oms.orders.fulfilments import Fulfilment, Parcel
from oms.orders.lines import Pieces

DELIVERY_FAILED, RETURNING = "delivery_failed", "return_to_sender"
FAILURES = (DELIVERY_FAILED, RETURNING)
ARRIVED = ("delivered", "returned")
"""Where a parcel stays: with the customer, or back where it came from."""

WITHIN = {DELIVERY_FAILED: timedelta(days=7), RETURNING: timedelta(days=14)}
"""How long a carrier has for another attempt, and a parcel for its way back."""

REMIND_EVERY = timedelta(days=7)
DECIDE_WITHIN = timedelta(days=7)
"""How long a clerk has for what came back: credit it, or send it again."""


def astray(fulfilment: Fulfilment) -> Iterator[Parcel]:
    """The parcels that failed to arrive and are neither delivered since then nor back."""
    for parcel in fulfilment.parcels:
        failure = parcel.failure
        if failure is None or parcel.status in ARRIVED:
            continue
        if failure.status == RETURNING or parcel.status == DELIVERY_FAILED:
            yield parcel


def standing(fulfilment: Fulfilment) -> str:
    """A fulfilment's status as lists show it: also that it comes back, or was not delivered."""
    if fulfilment.status != "shipped":
        return fulfilment.status
    statuses = {parcel.failure.status for parcel in astray(fulfilment) if parcel.failure}
    if RETURNING in statuses:
        return "returning"
    return "undelivered" if statuses else fulfilment.status


def waits(fulfilment: Fulfilment) -> Iterator[Waiting]:
    """Waits for a parcel to go on; after the deadline, and its reminder, a clerk looks for it."""
    for parcel in astray(fulfilment):
        failure = parcel.failure
        assert failure
        returning = failure.status == RETURNING
        if failure.reminded_at:
            party, until = "clerk", failure.reminded_at + REMIND_EVERY
        else:
            party = f"warehouse {fulfilment.location}" if returning else "carrier"
            until = failure.until
        yield Waiting(party, failure.status, until)


def dues(fulfilment: Fulfilment) -> Iterator[Due]:
    """Times to remind the team of a parcel."""
    if fulfilment.status == "shipped":
        for parcel in astray(fulfilment):
            failure = parcel.failure
            assert failure
            again = failure.reminded_at
            yield Due("parcel", parcel.id, again + REMIND_EVERY if again else failure.until)


def places(fulfilment: Fulfilment) -> Iterator[tuple[Literal["delivered", "returned"], Pieces]]:
    """Line states of a fulfilment's pieces once each of its parcels has arrived somewhere."""
    back: Pieces = {}
    for parcel in fulfilment.parcels:
        if parcel.status == "returned":
            for number, quantity in parcel.pieces.items():
                back[number] = back.get(number, 0) + quantity
    there = {n: left for n, q in fulfilment.pieces.items() if (left := q - back.get(n, 0))}
    if there:
        yield "delivered", there
    if back:
        yield "returned", back


def deadline(status: str, at: datetime) -> datetime:
    """Until when a parcel that failed to arrive is to be on its way, or back."""
    return at + WITHIN[status]
