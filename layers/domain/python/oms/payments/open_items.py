"""Open items: what an order's documents are still owed, what of its money is the customer's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from oms.core.values import BUSINESS_ZONE
from oms.orders.ledger import OpenItem, ledger
from oms.orders.order import Order
from oms.payments.credit import customers_money

AGES = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90")
"""How long something has been due, in days: the buckets of an aged list."""

_UNTIL = ((0, "not_due"), (30, "days_1_30"), (60, "days_31_60"), (90, "days_61_90"))


def open_items(order: Order) -> tuple[OpenItem, ...]:
    """The order's documents that ask for money, oldest due first, and the customer's own money.

    They add up to what was billed less what was credited and let go, less what is there, but for
    what was paid in advance of goods that have not left.
    """
    spare = customers_money(order)
    own = (OpenItem(issued_at=order.received_at, paid=spare),) if spare else ()
    return (*ledger(order).items, *own)


def due_of(item: OpenItem) -> date:
    """Due day of the item; without terms it is the day of its issue."""
    assert item.issued_at
    return item.due_on or item.issued_at.astimezone(BUSINESS_ZONE).date()


def age_of(due: date, today: date) -> str:
    """The bucket of something that was due on a day."""
    days = (today - due).days
    return next((name for most, name in _UNTIL if days <= most), AGES[-1])


class Aged(Struct, frozen=True, kw_only=True):
    """Open amounts of a currency, by age, and what is the customer's; all in sum positive."""

    currency: str
    open: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    ages: Mapping[str, Decimal]


def aged(open: Iterable[tuple[str, date, Decimal]], today: date) -> tuple[Aged, ...]:
    """The sums over (currency, due, amount), by currency; negative amounts are credit."""
    sums: dict[str, dict[str, Decimal]] = {}
    for currency, due, amount in open:
        of = sums.setdefault(currency, dict.fromkeys((*AGES, "credit"), Decimal(0)))
        of[age_of(due, today) if amount > 0 else "credit"] += abs(amount)
    return tuple(
        Aged(
            currency=currency,
            open=sum((of[age] for age in AGES), Decimal(0)),
            overdue=sum((of[age] for age in AGES[1:]), Decimal(0)),
            credit=of["credit"],
            ages={age: of[age] for age in AGES},
        )
        for currency, of in sorted(sums.items())
    )
