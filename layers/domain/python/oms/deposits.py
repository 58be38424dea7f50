"""Deposits: money asked for before anything is supplied, until a final invoice deducts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from oms import money
from oms.crediting import Claim, left_of
from oms.drafting import merged, negative
from oms.invoice import Deposit, Group, Invoice, TaxTotal
from oms.ledger import ledger
from oms.parts import Document, Fulfilment, Pieces

if TYPE_CHECKING:
    from oms.order import Order

TO_LEAVE = ("open", "backordered", "reserved", "released", "packed")
"""Places of pieces that are still to be supplied."""


class Asked(NamedTuple):
    """A deposit and its credit notes, as they were issued."""

    invoice: Invoice
    credits: tuple[Invoice, ...] = ()

    @property
    def standing(self) -> tuple[TaxTotal, ...]:
        """What of it was not credited, rate by rate."""
        gone = [negative(tax) for credit in self.credits for tax in credit.taxes]
        return tuple(t for t in merged([*self.invoice.taxes, *gone]) if t.priced or t.gross)

    @property
    def deducted(self) -> Deposit:
        """As a final invoice deducts it."""
        return Deposit(
            number=self.invoice.number,
            issued_on=self.invoice.issued_on,
            taxes=self.standing,
            exchange=self.invoice.exchange,
        )


def open_deposits(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The deposits that no final invoice has deducted and that were not credited whole."""
    finals = [n for n, document in enumerate(documents) if document.type == "final"]
    since = documents[finals[-1] + 1 :] if finals else documents
    return tuple(d for d in since if d.type == "prepayment" and uncredited(d, documents))


def had_deposits(order: Order) -> bool:
    """Whether a deposit was ever asked for, so that one event can call for several documents."""
    return any(document.type == "prepayment" for document in order.documents)


def uncredited(deposit: Document, documents: Iterable[Document]) -> Decimal:
    """What of a deposit no credit note has taken back, gross."""
    credited = [d.gross for d in documents if d.original == deposit.id]
    return deposit.gross - money.total(credited)


def deducted(documents: Sequence[Document], id: str) -> bool:
    """Whether a final invoice has deducted a deposit, so that it is credited by that one alone."""
    places = {document.id: n for n, document in enumerate(documents)}
    return documents[places[id]].type == "prepayment" and any(
        document.type == "final" for document in documents[places[id] :]
    )


def to_come(order: Order) -> bool:
    """Whether pieces of the order are still to be supplied."""
    return any(order.count(place) for place in TO_LEAVE)


def awaits_final(order: Order) -> bool:
    """Whether what has left is billed with all the rest, by the invoice that deducts deposits."""
    return to_come(order) and bool(open_deposits(order.documents))


def unbilled(order: Order) -> tuple[Fulfilment, ...]:
    """What has left, is on no invoice and is not to be billed with others."""
    billed = billed_or_collected(order)
    return tuple(f for f in order.fulfilments if f.shipped_at and f.id not in billed)


def billed_or_collected(order: Order) -> set[str]:
    """The fulfilments that an invoice bills, or a collective one is to bill."""
    billed = {id for document in order.documents for id in document.billed}
    return billed | {each.fulfilment for each in order.collected}


def to_bill(order: Order) -> Pieces:
    """The pieces that are neither cancelled nor on an invoice, or to be on a collective one."""
    billed = billed_or_collected(order)
    done: Pieces = {}
    for fulfilment in order.fulfilments:
        if fulfilment.id in billed and fulfilment.shipped_at:
            for number, n in fulfilment.pieces.items():
                done[number] = done.get(number, 0) + n
    return {
        line.number: n
        for line in order.lines
        if (n := line.ordered - line.cancelled - done.get(line.number, 0))
    }


def room(whole: Iterable[TaxTotal], asked: Iterable[Asked], currency: str) -> dict[Group, Decimal]:
    """What of each rate may still be asked for in advance, in the price mode; below zero: too much.

    `whole` is what is still to be billed. A rate of which nothing is billed any more has no room.
    """
    held = {group_of(t): t for t in merged([t for each in asked for t in each.standing])}
    wanted = {group_of(total): total for total in whole}
    found = {}
    for group in [*wanted, *(held.keys() - wanted.keys())]:
        costs, has = wanted.get(group), held.get(group)
        rest = _rounded(costs, currency) - _rounded(has, currency)
        over = (has.gross if has else Decimal(0)) - (costs.gross if costs else Decimal(0))
        # The tax of deposits that were credited in part can be a cent above that of the whole.
        found[group] = min(rest, -money.cent(currency)) if over > 0 else rest
    return found


def surplus(
    whole: Iterable[TaxTotal], asked: Sequence[Asked], currency: str
) -> tuple[Asked, tuple[Claim, ...]] | None:
    """What of which deposit is to be credited as it is more than what is billed of its rate.

    The newest is credited first, one at a time; None once all of them fit. Their tax was due at the
    rate of their invoice: what the goods are not taxed with in the end is taken back (§ 17 UStG).
    """
    short = {group: -rest for group, rest in room(whole, asked, currency).items() if rest < 0}
    for each in reversed(asked):
        claims = tuple(
            Claim(line=line.number, amount=min(over, rest))
            for line in each.invoice.lines
            if (over := short.get((line.category, line.rate)))
            and (rest := left_of(each.invoice, each.credits)[line.number].amount)
        )
        if claims:
            return each, claims
    return None


def unpaid(order: Order, deposit: Document) -> Decimal:
    """What of a deposit nobody has paid, gross: a final invoice deducts what was received alone.

    What a provider is yet to collect for us was not. A shop that moves its money itself need not
    tell us of each capture: what it has authorised counts.
    """
    item = ledger(order).item(deposit.id)
    if item is None:
        return Decimal(0)
    return item.unpaid if order.payment.provider else max(Decimal(0), item.open)


class Part(NamedTuple):
    """A part of a deposit as its credit note takes it: claims, and what each rate is gross."""

    claims: tuple[Claim, ...]
    gross: dict[Group, Decimal]


def part_of(each: Asked, gross: Decimal) -> Part:
    """So much of what stands of a deposit, over its rates in proportion, to the cent.

    In net prices not every gross sum is a net sum with its tax: then the tax is a cent off.
    """
    invoice, standing = each.invoice, {group_of(total): total for total in each.standing}
    worth = [total.gross for total in standing.values()]
    shares = dict(zip(standing, money.allocate(gross, worth, invoice.currency), strict=True))
    claims = []
    for line in invoice.lines:
        group = (line.category, line.rate)
        if share := shares.get(group):
            total = standing[group]
            net = money.net_of(share, line.rate, invoice.currency)
            net = min(total.net, max(net, share - total.tax))
            claims.append(
                Claim(line=line.number, amount=share if invoice.price_mode == "gross" else net)
            )
    return Part(tuple(claims), shares if invoice.price_mode == "net" else {})


def group_of(total: TaxTotal) -> Group:
    """The tax group that a total is of."""
    return total.category, total.rate


def _rounded(total: TaxTotal | None, currency: str) -> Decimal:
    return money.rounded(total.priced, currency) if total else Decimal(0)
