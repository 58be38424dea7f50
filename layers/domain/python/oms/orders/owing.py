"""Amounts of an order: its cost now, what was received for it, and what is outstanding."""

from __future__ import annotations

from decimal import Decimal

from oms.core import money
from oms.orders import balance
from oms.orders.ledger import charges_paid, ledger
from oms.orders.order import Order


def owed(order: Order) -> Decimal:
    """Cost of the order now, gross, without what was cancelled, in its currency.

    In gross prices that is exact. In net prices it is what the whole order came to with tax, in
    proportion; the invoices' tax may differ by cents (`oms.billing.invoice.tax_total`).
    """
    if order.price_mode == "gross":
        return order.charged
    due, of = cost(order)
    return money.rounded(due * order.charged / of, order.currency) if of else due


def cost(order: Order) -> tuple[Decimal, Decimal]:
    """Cost of the whole order as the payment check found it, gross, and in its price mode."""
    for finding in order.screening.findings:
        if finding.check == "payment" and "due" in finding.data:
            return Decimal(finding.data["due"]), Decimal(finding.data["of"])
    return order.total, order.total


def received(order: Order) -> Decimal:
    """The sum that came by bank."""
    return sum((payment.amount for payment in order.settlement.payments), Decimal(0))


def secured(order: Order) -> Decimal:
    """Money that is there for the order: captured, still to be captured, and come by bank.

    What went back because it was too much is not; what went back for a credit note was there.
    """
    cards = balance.captured(order) + balance.capturable(order)
    return cards + received(order) - balance.refunded(order, "")


def overpaid(order: Order) -> Decimal:
    """Amount that came by bank beyond what the order costs; it is the customer's."""
    more = secured(order) - charges_paid(order) - owed(order)
    return min(received(order), max(Decimal(0), more))


def outstanding(order: Order) -> Decimal:
    """Amount still to be paid: of all that the order costs, once it is billed what is open."""
    book = ledger(order)
    if order.documents and balance.at_rest(order):
        return sum((max(Decimal(0), item.open) for item in book.items), Decimal(0))
    granted = sum((item.discount + item.waived for item in book.items), Decimal(0))
    return max(Decimal(0), owed(order) + charges_paid(order) - granted - secured(order))
