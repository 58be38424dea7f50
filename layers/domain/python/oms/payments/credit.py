"""Credit: what a customer owes us and will owe us, one exposure per order, within a limit."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_CEILING, Decimal

import msgspec
from msgspec import Struct

from oms.core import money
from oms.core.refusals import Refusal
from oms.master.account import Account
from oms.orders import balance
from oms.orders.deposits import billed_or_collected, open_deposits, uncredited
from oms.orders.findings import Finding
from oms.orders.ledger import Ledger, ledger
from oms.orders.money_events import CreditReserved
from oms.orders.money_parts import Credit
from oms.orders.order import Order
from oms.orders.owing import cost
from oms.orders.rechecking import take_anew
from oms.payments.payment import on_account

EXCEEDED = "credit_exceeded"
MISSING = "credit_missing"
APPROVAL = "approval_needed"
DECIDE_WITHIN_HOURS = 72

COUNTERS = ("approval", "unshipped", "invoiced", "deposits", "overpaid")


class Exceeded(Refusal):
    """The customer's credit does not cover what the order would take more of it."""


class Exposure(Struct, frozen=True, kw_only=True):
    """Credit taken by an order, or by a customer in sum, in minor units of a currency.

    approval: orders that somebody of the customer's has to approve. unshipped: confirmed and not
    invoiced yet. invoiced: open invoices, less what was paid. deposits: what was paid before there
    was an invoice. overpaid: the customer's money, of no order; it does not count.
    """

    approval: int = 0
    unshipped: int = 0
    invoiced: int = 0
    deposits: int = 0
    overpaid: int = 0

    @property
    def used(self) -> int:
        """Part of the limit that is taken."""
        return self.approval + self.unshipped + self.invoiced - self.deposits

    def plus(self, other: Exposure) -> Exposure:
        """Both together."""
        return Exposure(**{n: getattr(self, n) + getattr(other, n) for n in COUNTERS})

    def minus(self, other: Exposure) -> Exposure:
        """The difference that a change from `other` makes."""
        return Exposure(**{n: getattr(self, n) - getattr(other, n) for n in COUNTERS})


NOTHING = Exposure()


def units(amount: Decimal, currency: str) -> int:
    """An amount in minor units, a part of one counting as a whole one."""
    return int((amount / money.cent(currency)).to_integral_value(ROUND_CEILING))


def amount(of: int, currency: str) -> Decimal:
    """Minor units as an amount."""
    return of * money.cent(currency)


def exposure(order: Order) -> Exposure:
    """Credit that the order, as it stands, takes of its customer's; its record must equal it.

    What is invoiced leaves `unshipped` and enters `invoiced` with the same document, so that there
    is neither a gap nor a double count. What of its money no document needs (`ledger`) is a
    deposit, as far as the order still costs something, and the rest the customer's.
    """
    currency, book = order.currency, ledger(order)
    free = units(max(Decimal(0), book.left), currency)
    if order.settlement.credit is None or not (on_account(order.payment) or order.documents):
        by_bank = units(balance.by_bank(order), currency)
        if by_bank <= 0:
            return NOTHING
        return Exposure(overpaid=min(by_bank, units(_spare(order, book), currency)))
    coming = units(to_come(order), currency)
    deposits = min(free, coming)
    asked = any(hold.reason == APPROVAL for hold in order.open_holds)
    due = sum((max(Decimal(0), item.open) for item in book.items), Decimal(0))
    return Exposure(
        approval=coming if asked else 0,
        unshipped=0 if asked else coming,
        invoiced=units(due, currency),
        deposits=deposits,
        overpaid=free - deposits,
    )


def customers_money(order: Order) -> Decimal:
    """Money of the order beyond all that it costs; negative if it is missing."""
    book = ledger(order)
    return _spare(order, book) if book.left > 0 else book.left


def _spare(order: Order, book: Ledger) -> Decimal:
    """Money that no document needs, nor any that comes; in whole minor units."""
    if book.left <= 0:
        return Decimal(0)
    coming = units(max(Decimal(0), to_come(order) - book.promised), order.currency)
    return amount(max(0, units(book.left, order.currency) - coming), order.currency)


def to_come(order: Order) -> Decimal:
    """Amount still to be invoiced, gross, less what is so in advance.

    What a collective invoice is to bill is known to the cent.
    """
    taken = order.settlement.credit
    due, of = (taken.amount, taken.of) if taken else cost(order)
    shipped = sum((each.gross - each.credited for each in order.to_collect), Decimal(0))
    return shipped + max(Decimal(0), _coming(order, due, of) - _in_advance(order))


def _coming(order: Order, due: Decimal, of: Decimal) -> Decimal:
    """The gross value of what is not invoiced, collected or cancelled; shipping is billed first.

    The whole order came to `of` in its price mode, and to `due` gross: in net prices the tax is
    shared out by value. What a change has added counts once it is taken.
    """
    settled = billed_or_collected(order)
    billed: dict[str, int] = {}
    for fulfilment in order.fulfilments:
        if fulfilment.id in settled and fulfilment.status != "cancelled":
            for number, n in fulfilment.pieces.items():
                billed[number] = billed.get(number, 0) + n
    left = {
        line.number: n
        for line in order.lines
        if (n := line.ordered - line.cancelled - billed.get(line.number, 0))
    }
    if not left or not of:
        return Decimal(0)
    value, gone = order.worth(left), order.worth(billed)
    if billed:
        gone += order.shipping.price
    else:
        value += order.shipping.price
    return due * max(Decimal(0), min(value, of - gone)) / of


def _in_advance(order: Order) -> Decimal:
    """Amount invoiced of goods that have not left, until the final invoice deducts it."""
    known = order.documents
    return sum((uncredited(deposit, known) for deposit in open_deposits(known)), Decimal(0))


def limit_in(account: Account | None, currency: str) -> Decimal | None:
    """The customer's credit limit in a currency; None when nothing is sold on account in it."""
    if account is None or account.currency != currency:
        return None
    return account.credit_limit


def take(order: Order, due: Decimal, limit: Decimal, *, at: datetime) -> Order:
    """Book an order of `due`, gross, on the credit; the store refuses what the limit does not bear.

    A second time changes nothing.
    """
    return order if order.settlement.credit else take_anew(order, wanted(order, due, limit), at=at)


def wanted(order: Order, due: Decimal, limit: Decimal | None) -> Credit:
    """Credit that an order of `due`, gross, takes."""
    return Credit(amount=due, of=order.total, limit=limit)


def bearable(before: Order, after: Order) -> int | None:
    """The most that may be used before the order's change, in minor units; None for any amount.

    An order that takes more of the credit may do so up to its limit, unless somebody has let it
    be booked whatever the limit.
    """
    credit = after.settlement.credit
    if credit is None or credit.booked_by or credit.limit is None:
        return None
    more = exposure(after).used - exposure(before).used
    if more <= 0 or not any(isinstance(event, CreditReserved) for event in after.events):
        return None
    return units(credit.limit, after.currency) - more


def passed(credit: Credit | None = None) -> Finding:
    """Nothing stands against the order; `credit` is what it takes once it has been changed."""
    data = {"credit": msgspec.to_builtins(credit)} if credit else {}
    return Finding("credit", "pass", data=data)


def exceeded(order: Order, due: Decimal, limit: Decimal, used: int) -> Finding:
    """The limit does not bear the order; an accountant may let it be booked all the same."""
    currency, taken = order.currency, amount(used, order.currency)
    free = limit - taken
    return Finding(
        "credit",
        "hold",
        EXCEEDED,
        f"{due} {currency} are more than the free credit of {free} ({taken} of {limit} are used).",
        text_de=f"{due} {currency} übersteigen den freien Kreditrahmen von {free} "
        f"({taken} von {limit} sind in Anspruch genommen).",
        owner="accountant",
        hours=DECIDE_WITHIN_HOURS,
        data={
            "due": str(due),
            "limit": str(limit),
            "used": str(taken),
            "free": str(free),
            "missing": str(due - free),
            "credit": msgspec.to_builtins(wanted(order, due, limit)),
        },
    )


def missing(order: Order, due: Decimal) -> Finding:
    """The customer has no credit in the order's currency, which buying on account needs."""
    return Finding(
        "credit",
        "hold",
        MISSING,
        f"The customer buys on account, but has no credit in {order.currency}.",
        text_de=f"Kauf auf Rechnung, aber ohne Kreditrahmen in {order.currency}.",
        owner="accountant",
        hours=DECIDE_WITHIN_HOURS,
        data={"due": str(due), "credit": msgspec.to_builtins(wanted(order, due, None))},
    )
