"""Reductions: cash discounts and small differences as the books take them, each on its day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from oms.billing.books import Amount, Voucher
from oms.core import money
from oms.core.values import BUSINESS_ZONE
from oms.orders.documents import Document
from oms.orders.ledger import still_granted
from oms.orders.money_parts import PaymentAllocation, Received
from oms.orders.order import Order

Kind = Literal["discount", "reduction"]
KINDS: tuple[Kind, ...] = ("discount", "reduction")


class Reduction(Struct, frozen=True, kw_only=True):
    """Reduction of an invoice since a time, gross; negative where that was taken back.

    The taxable amount changes on that day, rate by rate: § 17 (1) UStG.
    """

    id: str
    order: str
    shop: str
    document: str
    kind: Kind
    amount: Decimal
    at: datetime

    @property
    def on(self) -> date:
        """The day of the books."""
        return self.at.astimezone(BUSINESS_ZONE).date()


def reductions(order: Order) -> tuple[Reduction, ...]:
    """All that was let go of the order's invoices, as it was granted, taken back and lessened.

    A discount falls with the payment that earned it, when the bank takes that back, and in
    proportion with what is credited of its invoice later.
    """
    backs = {each.reverses: each for each in reversed(order.settlement.payments) if each.reverses}
    found: list[Reduction] = []
    for payment in order.settlement.payments:
        for laid in payment.laid:
            for kind in KINDS:
                found += _course(order, payment, laid, kind, backs.get(payment.id))
    return tuple(found)


def _course(
    order: Order, payment: Received, laid: PaymentAllocation, kind: Kind, back: Received | None
) -> Iterator[Reduction]:
    granted = laid.discount if kind == "discount" else laid.waived
    if not granted:
        return
    document, ended = order.document(laid.document), _at(back) if back else None

    def entry(cause: str, amount: Decimal, at: datetime) -> Reduction:
        return Reduction(
            id=f"{payment.id}.{document.id}.{kind}.{cause}",
            order=order.id,
            shop=order.shop,
            document=document.id,
            kind=kind,
            amount=amount,
            at=at,
        )

    yield entry("granted", granted, _at(payment))
    stands, credited = granted, Decimal(0)
    for note in _notes(order, document):
        credited += note.gross
        base, now = laid.of or document.gross, document.gross - credited
        left = still_granted(granted, base, now, order.currency)
        if left != stands and not (ended and note.issued_at > ended):
            yield entry(note.id, left - stands, note.issued_at)
            stands = left
    if back and stands:
        yield entry(back.id, -stands, _at(back))


def _notes(order: Order, document: Document) -> list[Document]:
    notes = (d for d in order.documents if d.type == "credit_note" and d.original == document.id)
    return sorted(notes, key=lambda note: note.issued_at)


def _at(payment: Received) -> datetime:
    return payment.at or datetime.combine(payment.value_date, time(), UTC)


def voucher_for(reduction: Reduction, invoice: Voucher) -> Voucher:
    """The voucher of a reduction: on its day, shared over the rates of its invoice by gross."""
    whole = abs(reduction.amount)
    shares = money.allocate(whole, [each.gross for each in invoice.amounts], invoice.currency)
    amounts = tuple(
        _part(each, share, invoice.currency)
        for each, share in zip(invoice.amounts, shares, strict=True)
        if share
    )
    net = money.total([each.net for each in amounts])
    return replace(
        invoice,
        id=reduction.id,
        sign=-1 if reduction.amount > 0 else 1,
        issued_on=reduction.on,
        amounts=amounts,
        deposits=(),
        net=net,
        tax=whole - net,
        gross=whole,
        due_on=None,
        reduces=reduction.kind,
    )


def _part(amount: Amount, gross: Decimal, currency: str) -> Amount:
    net = money.net_of(gross, amount.rate, currency) if amount.tax else gross
    return replace(amount, net=net, tax=gross - net, gross=gross)
