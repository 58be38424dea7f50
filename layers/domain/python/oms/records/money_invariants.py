"""Cash: what came and went of an order's money is what its documents say, up to what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from oms.orders import balance
from oms.orders.ledger import charges_paid, ledger
from oms.orders.order import Order
from oms.records.breach import Breach

NOTHING = Decimal(0)


def accounted(order: Order) -> Iterator[Breach]:
    """Invariant 3: charged - refunded = invoices - credit notes, up to what is open and granted.

    Both sides are added up anew: (captured + came by bank - refunded) - (invoices - credit notes)
    = credit + dunning charges - open - granted, where the last four are what the ledger says of
    each document. What the ledger says of a document lies between nothing and what it asks for.
    """
    book = ledger(order)
    for item in book.items:
        asks = item.amount - item.credited  # less than nothing: credited with its deposits
        if item.paid < min(NOTHING, asks) or item.paid + item.promised > max(NOTHING, asks):
            what = f"{item.number}: {item.paid} is paid of {item.amount} less {item.credited}"
            yield Breach(order.id, what)
    granted = sum((item.discount + item.waived for item in book.items), NOTHING)
    open = sum((item.open + item.promised for item in book.items), NOTHING)
    charges = charges_paid(order)
    came = _charged(order) - sum((each.amount for each in order.settlement.refunds), NOTHING)
    there, due = came - balance.billed(order), book.left + charges - open - granted
    if there != due:
        text = f"money {came}, documents {balance.billed(order)}: {there} between them, but "
        text += f"credit {book.left}, charges {charges}, open {open}, granted {granted}"
        yield Breach(order.id, text)


def _charged(order: Order) -> Decimal:
    """Money captured, by us or the shop, and come by bank."""
    money = order.settlement
    taken = sum((each.amount for each in money.captures), NOTHING)
    return taken + balance.upfront(order) + sum((p.amount for p in money.payments), NOTHING)


def moved(order: Order) -> Iterator[Breach]:
    """No provider took more than was authorised or billed, nor gave back more than was taken."""
    payment, bills = order.payment, {d.id: d for d in order.documents if d.type in balance.BILLS}
    notes = {d.id: d for d in order.documents if d.type == "credit_note"}
    taken = balance.captured_from(order, payment.reference or "")
    if payment.status == "authorised" and taken > payment.amount:
        text = f"{taken} is captured of {payment.reference}, {payment.amount} was authorised"
        yield Breach(order.id, text)
    ours = [(each.document, each.amount) for each in order.settlement.captures if each.by != "shop"]
    for document, amount in _summed(ours):
        bill = bills.get(document)
        if document and (bill is None or amount > bill.gross):
            asks = bill.gross if bill else "nothing"
            yield Breach(order.id, f"{amount} is captured for {document}, which asks for {asks}")
    money = order.settlement
    for document, amount in _summed((each.document, each.amount) for each in money.refunds):
        note = notes.get(document)
        if document and (note is None or amount > note.gross):
            owes = note.gross if note else "nothing"
            yield Breach(order.id, f"{amount} is refunded for {document}, which credits {owes}")
    for source in balance.sources(order):
        if source.left < 0:
            text = f"{source.refunded} is refunded of {source.captured} from"
            yield Breach(order.id, f"{text} {source.authorisation}")
    back, there = balance.refunded(order), _charged(order)
    if back > there:
        yield Breach(order.id, f"{back} is refunded of {there} that came")
    ids = [each.id for moved in (money.captures, money.refunds) for each in moved]
    for id, n in Counter(ids).items():
        if n > 1:
            yield Breach(order.id, f"{id} is there {n} times")


def _summed(parts: Iterable[tuple[str, Decimal]]) -> Iterator[tuple[str, Decimal]]:
    sums: dict[str, Decimal] = {}
    for document, amount in parts:
        sums[document] = sums.get(document, NOTHING) + amount
    yield from sums.items()
