"""The money of an order: what is billed, what came, what went back, and what is still to move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from oms.core.values import Provider, Waiting
from oms.orders.deadlines import PAY_WITHIN, RESERVE_WITHIN
from oms.orders.deposits import unbilled
from oms.orders.documents import Document
from oms.orders.money_parts import PaymentFailure
from oms.orders.order import Order

NOTHING = Decimal(0)
BILLS = frozenset({"invoice", "partial", "prepayment", "final", "collective", "corrected"})
"""Kinds of documents that ask for money."""

ON_THE_WAY = ("open", "reserved", "backordered", "released", "packed")


class Source(Struct, frozen=True):
    """An authorisation that money was taken from, and what of it was given back."""

    provider: Provider
    authorisation: str
    captured: Decimal
    refunded: Decimal

    @property
    def left(self) -> Decimal:
        return self.captured - self.refunded


def billed(order: Order) -> Decimal:
    """Sum that all documents ask for, gross: invoices of every kind less the credit notes."""
    return sum((_sign(each) * each.gross for each in order.documents), NOTHING)


def _sign(document: Document) -> int:
    if document.type == "credit_note":
        return -1
    return 1 if document.type in BILLS else 0


def upfront(order: Order) -> Decimal:
    """Amount that the shop says it had captured, as far as no capture of it is on record."""
    payment = order.payment
    if payment.status != "captured":
        return NOTHING
    return max(NOTHING, payment.amount - captured_from(order, payment.reference or ""))


def captured_from(order: Order, authorisation: str) -> Decimal:
    """Amount on record as captured from an authorisation."""
    captures = order.settlement.captures
    return sum((c.amount for c in captures if c.authorisation == authorisation), NOTHING)


def captured(order: Order) -> Decimal:
    """Amount captured in all, whoever did it."""
    return upfront(order) + sum((each.amount for each in order.settlement.captures), NOTHING)


def authorised(order: Order) -> Decimal:
    """Amount that the customer agreed to have taken in all, what was taken included."""
    payment = order.payment
    if payment.status not in ("authorised", "captured"):
        return captured(order)
    known = captured_from(order, payment.reference or "")
    earlier = sum((each.amount for each in order.settlement.captures), NOTHING) - known
    return max(payment.amount, known) + earlier


def capturable(order: Order) -> Decimal:
    """Amount that can still be captured from the authorisation that there is."""
    payment = order.payment
    reference = payment.reference or ""
    if payment.status != "authorised" or reference in order.settlement.voided:
        return NOTHING
    return max(NOTHING, payment.amount - captured_from(order, reference))


def refunded(order: Order, document: str | None = None) -> Decimal:
    """Amount given back in all, or for one document ("": for what was paid too much)."""
    refunds = order.settlement.refunds
    return sum((r.amount for r in refunds if document in (None, r.document)), NOTHING)


def by_bank(order: Order) -> Decimal:
    """Amount that came by bank."""
    return sum((each.amount for each in order.settlement.payments), NOTHING)


def came(order: Order) -> Decimal:
    """Amount that is there now: captured, and come by bank, less what went back."""
    return captured(order) + by_bank(order) - refunded(order)


def at_rest(order: Order) -> bool:
    """True if nothing more will be billed: each piece has left with an invoice, or is cancelled."""
    waiting = any(order.count(place) for place in ON_THE_WAY)
    return not waiting and not order.to_collect and not any(unbilled(order))


def claim(order: Order) -> Decimal | None:
    """Amount that the customer has to pay in the end, as things stand; gross.

    None while that follows from no document yet: in net prices the tax of what is still to be sent
    is known when it is invoiced. What is credited of a deposit is not owed any less: it is a part
    of what the order costs.
    """
    if at_rest(order):
        return billed(order)
    if order.price_mode == "net":
        return None
    asked = {each.id for each in order.documents if each.type == "prepayment"}
    credits = (
        _sign(d) * d.gross
        for d in order.documents
        if d.type in ("credit_note", "corrected") and d.original not in asked
    )
    never_billed = sum((each.credited for each in order.settlement.collected), NOTHING)
    return order.charged - never_billed + sum(credits, NOTHING)


def to_capture(order: Order) -> dict[str, Decimal]:
    """Amounts billed and not paid, by invoice, of which no failure has to be looked at.

    The newest invoice comes first: what came otherwise pays the older ones. It does not say that
    so much can be captured.
    """
    missing = billed(order) - came(order)
    credits: dict[str, Decimal] = {}
    for each in order.documents:
        if each.type == "credit_note" and each.original:
            credits[each.original] = credits.get(each.original, NOTHING) + each.gross
    stuck = given_up(order, "capture")
    wanted: dict[str, Decimal] = {}
    for each in reversed(order.documents):
        if each.type not in BILLS or missing <= 0:
            continue
        known = sum((c.amount for c in order.settlement.captures if c.document == each.id), NOTHING)
        open = min(missing, each.gross - credits.get(each.id, NOTHING) - known)
        if open > 0:
            missing -= open
            if each.id not in stuck:
                wanted[each.id] = open
    return wanted


def sources(order: Order) -> tuple[Source, ...]:
    """The authorisations that a provider can give money back to, the newest first."""
    taken: dict[tuple[Provider, str], Decimal] = {}
    payment = order.payment
    if payment.provider and upfront(order):
        taken[payment.provider, payment.reference or ""] = upfront(order)
    for each in reversed(order.settlement.captures):
        if each.by != "shop":
            key = (each.by, each.authorisation)
            taken[key] = taken.get(key, NOTHING) + each.amount
    return tuple(
        Source(provider, reference, amount, _back(order, provider, reference))
        for (provider, reference), amount in taken.items()
    )


def _back(order: Order, provider: str, authorisation: str) -> Decimal:
    source, refunds = (provider, authorisation), order.settlement.refunds
    return sum((r.amount for r in refunds if (r.by, r.authorisation) == source), NOTHING)


def over(order: Order) -> Decimal:
    """Amount overpaid, gross, in the order's currency, as far as one can tell."""
    due = claim(order)
    return max(NOTHING, came(order) - (billed(order) if due is None else due))


def to_refund(order: Order) -> dict[str, Decimal]:
    """Amounts to give back by the provider, by credit note, and under "" what was paid too much.

    Never more than is there too much, nor than was captured. What came by bank goes back by bank.
    Of what nobody has cancelled or changed it is only known in the end that it was too much.
    """
    left = min(over(order), sum((each.left for each in sources(order)), NOTHING))
    stuck = given_up(order, "refund")
    wanted: dict[str, Decimal] = {}
    for each in order.documents:
        if each.type == "credit_note":
            amount = min(left, each.gross - refunded(order, each.id))
            if amount > 0:
                left -= amount
                wanted[each.id] = amount
    changed = order.count("cancelled") or order.changes.confirmed
    if left > 0 and claim(order) is not None and (changed or at_rest(order)):
        wanted[""] = left
    return {document: amount for document, amount in wanted.items() if document not in stuck}


def to_void(order: Order) -> Decimal:
    """Amount of the authorisation to give back, as nothing more will be billed."""
    if given_up(order, "void") or not order.payment.provider or not at_rest(order):
        return NOTHING
    return NOTHING if unpaid(order) else capturable(order)


def given_up(order: Order, of: str) -> set[str]:
    """The documents whose money is not to be moved, as that failed and nobody wants it again.

    What failed of another authorisation says nothing of the one that there is now.
    """
    here = order.payment.reference or ""
    return {
        failure.document
        for failure in order.settlement.failures
        if failure.of == of and (failure.left or not failure.closed_at)
        if failure.of == "refund" or failure.reference == here
    }


def unpaid(order: Order) -> Decimal:
    """Amount billed and not paid."""
    return max(NOTHING, billed(order) - came(order))


def open_failures(order: Order) -> tuple[PaymentFailure, ...]:
    """Failures to move money that is still to be moved: somebody has to look at them."""
    missing: Mapping[str, bool] = {
        "capture": bool(unpaid(order)),
        "refund": bool(over(order)),
        "void": bool(capturable(order)),
    }
    return tuple(
        f
        for f in order.settlement.failures
        if not f.closed_at and missing[f.of] and f.document in given_up(order, f.of)
    )


def waits(order: Order) -> Iterator[Waiting]:
    """Waits of the order's money."""
    since = (order.progress.changed_at or order.received_at) + RESERVE_WITHIN
    for failure in open_failures(order):
        yield Waiting("clerk", f"payment_{failure.of}_failed", failure.at + PAY_WITHIN)
    for dispute in order.settlement.disputes:
        if dispute.status in ("needs_response", "warning_needs_response"):
            yield Waiting("clerk", "payment_disputed", dispute.until or dispute.at + PAY_WITHIN)
    managed = order.payment.provider and order.payment.status == "authorised"
    if managed and to_capture(order):
        yield Waiting("auftakt", "capture", max(since, order.settlement.capture_by or since))
    if to_refund(order):
        yield Waiting("auftakt", "refund", since)
    if to_void(order):
        yield Waiting("auftakt", "void", since)
