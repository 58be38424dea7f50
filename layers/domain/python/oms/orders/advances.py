"""Advances: what of a deposit is taxed as received, as its money comes, goes and is credited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from oms.core.events import DomainEvent
from oms.core.values import BUSINESS_ZONE
from oms.orders.balance import refunded
from oms.orders.deposits import deducted, uncredited
from oms.orders.documents import Document, Taxed
from oms.orders.ledger import OpenItem, ledger
from oms.orders.money_events import PaymentCaptured, PaymentReceived, PaymentRefunded
from oms.orders.order import Order
from oms.tax.exchange import Exchange

NOTHING = Decimal(0)
PRECISION = Decimal("1e-10")
"""To which the rate of money that came at several is known."""


class Advance(Struct, frozen=True, kw_only=True):
    """A step of what is taxed of a deposit, gross: from `before` to `after`.

    `on` is the day on which the money moved, `at` when we were told. `notes` are the credit notes
    that the deposit had in the end, the first `noted` of them before the step. `exchange` is the
    rate of the month in which the money came, where it came in another currency than EUR.
    """

    id: str
    order: str
    shop: str
    document: str
    before: Decimal
    after: Decimal
    notes: tuple[str, ...] = ()
    noted: int = 0
    on: date
    at: datetime
    exchange: Exchange | None = None

    @property
    def recorded_on(self) -> date:
        """The day of the books on which we were told."""
        return self.at.astimezone(BUSINESS_ZONE).date()


def followed(before: Order, order: Order, event: DomainEvent) -> Order:
    """The order after an event of it, with what is taxed of its deposits.

    The tax on what is paid in advance is due when that comes (§ 13 (1) no. 1 a sentence 4 UStG); a
    discount that goes with it is a reduction of its own. What is credited of a deposit stays taxed
    as long as we have its money (§ 17 (2) no. 2 UStG, section 17.1 (7) UStAE): until that is given
    back, or pays another document. A final invoice deducts what stands of it; of the payments of a
    shop that moves its money itself we may not have been told, so that all of that is taxed then.
    """
    asked = [document for document in order.documents if document.type == "prepayment"]
    if not asked:
        return order
    book = ledger(order)
    spare = max(NOTHING, book.left)
    returned = max(NOTHING, refunded(before) - refunded(order))  # refunds that did not arrive
    for document in asked:
        known = document.taxed[-1] if document.taxed else None
        was = known.amount if known else NOTHING
        due = _settled(order, document, book.item(document.id))
        once = min(was + returned, max((each.amount for each in document.taxed), default=was))
        held = min(max(NOTHING, once - due), spare)
        spare -= held
        credits = len(notes_of(order, document.id))
        if due + held != was or (was and known and credits != known.credits):
            on, at = _when(order, document, event)
            step = Taxed(due + held, on, at, credits)
            order = order.with_document(replace(document, taxed=(*document.taxed, step)))
    return order


def _settled(order: Order, deposit: Document, item: OpenItem | None) -> Decimal:
    """Amount of a deposit that is paid or let go, or was deducted by a final invoice."""
    stands = uncredited(deposit, order.documents)
    if deducted(order.documents, deposit.id) or item is None:
        return stands
    return min(stands, max(NOTHING, item.paid + item.discount + item.waived))


def notes_of(order: Order, deposit: str) -> tuple[str, ...]:
    """The credit notes of a deposit, in the order of their issue."""
    notes = (each for each in order.documents if each.type == "credit_note")
    return tuple(each.id for each in notes if each.original == deposit)


def _when(order: Order, deposit: Document, event: DomainEvent) -> tuple[date, datetime]:
    """On which day money moved, and when we were told of it.

    Not before the deposit was issued, which is what makes money that was there an advance.
    """
    at: datetime = getattr(event, "at", None) or order.progress.changed_at or order.received_at
    match event:
        case PaymentReceived():
            on = event.payment.value_date
        case PaymentCaptured():
            on = event.capture.at.astimezone(BUSINESS_ZONE).date()
        case PaymentRefunded():
            on = event.refund.at.astimezone(BUSINESS_ZONE).date()
        case _:
            on = at.astimezone(BUSINESS_ZONE).date()
    since, told = (each.astimezone(BUSINESS_ZONE).date() for each in (deposit.issued_at, at))
    return min(max(on, since), told), at


def advances(order: Order) -> tuple[Advance, ...]:
    """All steps of what is taxed of the order's deposits."""
    return tuple(
        step
        for document in order.documents
        if document.taxed
        for step in _steps(order, document, notes_of(order, document.id))
    )


def _steps(order: Order, document: Document, notes: tuple[str, ...]) -> Iterable[Advance]:
    before, noted = NOTHING, 0
    for n, step in enumerate(document.taxed, 1):
        yield Advance(
            id=step_id(document.id, n),
            order=order.id,
            shop=order.shop,
            document=document.id,
            before=before,
            after=step.amount,
            notes=notes[: step.credits],
            noted=noted,
            on=step.on,
            at=step.at,
        )
        before, noted = step.amount, step.credits


def last_step(
    order: Order,
    deposit: Document,
    taxed: Decimal,
    stands: Decimal,
    at: datetime,
    exchange: Exchange | None,
) -> Advance:
    """The step that a final invoice brings about: all that stands of a deposit is taxed then."""
    return Advance(
        id=step_id(deposit.id, len(deposit.taxed) + 1),
        order=order.id,
        shop=order.shop,
        document=deposit.id,
        before=taxed,
        after=stands,
        on=at.astimezone(BUSINESS_ZONE).date(),
        at=at,
        exchange=exchange,
    )


def per_euro(steps: Iterable[Advance], own: Decimal) -> Decimal:
    """The rate of exchange of a deposit after some steps; `own` for what came without one.

    What comes has the rate of its own month; what goes takes along its part of what was there.
    """
    rate = own
    for step in steps:
        come, new = step.after - step.before, step.exchange.per_euro if step.exchange else own
        if come > 0:
            rate = (step.after / (step.before / rate + come / new)).quantize(PRECISION)
    return rate


def exchange_after(steps: Sequence[Advance], own: Exchange) -> Exchange:
    """The rate of exchange of a deposit after some steps, named after the last that had one."""
    last = next((each.exchange for each in reversed(steps) if each.exchange), own)
    rate = per_euro(steps, own.per_euro)
    return Exchange(per_euro=rate, month=last.month, source=last.source)


def step_id(deposit: str, place: int) -> str:
    """The id of a step of a deposit, in its place from 1 on."""
    return f"{deposit}.{place}"


def place_of(step: str) -> int:
    """The place of a step among those of its deposit."""
    return int(step.rpartition(".")[2])


def unpaid(order: Order, deposit: Document) -> Decimal:
    """Unpaid amount of a deposit, gross: a final invoice deducts what was received alone.

    What a provider is yet to collect for us was not. A shop that moves its money itself need not
    tell us of each capture: what it has authorised counts.
    """
    item = ledger(order).item(deposit.id)
    if item is None:
        return Decimal(0)
    return item.unpaid if order.payment.provider else max(Decimal(0), item.open)
