"""Credit notes: what of an invoice is taken back, never more than is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from oms.billing.invoice import Charge, Group, Invoice, InvoiceLine, Reference, TaxTotal
from oms.core import money
from oms.core.parties import Language
from oms.core.refusals import Refusal

Totals = dict[Group, TaxTotal]


class NotCreditable(Refusal):
    """More is claimed than is left of the invoice; `fields` says where, and what is left."""


class Claim(Struct, frozen=True, kw_only=True):
    """Claim to credit a line: so many pieces, an amount, or the `rest` of what it is worth.

    The amount is in the invoice's price mode, as it was to be paid: after what was off the whole
    order. The credit note is worth it to the cent.
    """

    line: str
    quantity: int | None = None
    amount: Decimal | None = None
    rest: bool = False


class Left(Struct, frozen=True, kw_only=True):
    """Rest of a line that can still be credited; the amount is in the invoice's price mode.

    What was off the whole order is not off it yet.
    """

    quantity: int
    amount: Decimal


def left_of(original: Invoice, earlier: Sequence[Invoice]) -> dict[str, Left]:
    """Rest of each line of an invoice after the credit notes before, by its number."""
    gone = [line for credit in earlier for line in credit.lines]
    return {
        line.number: Left(
            quantity=line.quantity - sum(_pieces(e) for e in gone if e.number == line.number),
            amount=line.total - money.total([e.total for e in gone if e.number == line.number]),
        )
        for line in original.lines
    }


def shipping_left(original: Invoice, earlier: Sequence[Invoice]) -> Decimal:
    """Shipping costs that can still be credited, in the invoice's price mode."""
    return money.total(list(_charges_left(original, earlier).values()))


def everything_left(
    original: Invoice, earlier: Sequence[Invoice]
) -> tuple[tuple[Claim, ...], Decimal]:
    """Claims on all that has not been credited, and the shipping costs that go with them."""
    left = left_of(original, earlier)
    claims = [
        Claim(line=number, quantity=rest.quantity)
        if rest.quantity
        else Claim(line=number, rest=True)
        for number, rest in left.items()
        if rest.quantity or rest.amount
    ]
    return tuple(claims), shipping_left(original, earlier)


def credit_note(
    original: Invoice,
    earlier: Sequence[Invoice],
    claims: Sequence[Claim],
    *,
    shipping: Decimal = Decimal(0),
    number: str,
    issued_on: date,
    reason: str,
    unpaid: Decimal = Decimal(0),
    exactly: Mapping[Group, Decimal] | None = None,
) -> Invoice:
    """A credit note (Rechnungskorrektur, UNTDID 1001: 381) for parts of an invoice.

    `earlier` are its credit notes so far. Each tax group credits its share of what the invoice
    billed for the group, as a running total: so all credits of an invoice add up to it in net, tax
    and gross once everything is credited, however it was split. `unpaid` is what is open of the
    invoice, gross, `exactly` what rates are, gross, if not by price. Raises NotCreditable.
    """
    if original.kind == "credit_note":
        raise NotCreditable("not_creditable", "A credit note cannot be credited itself.")
    lines = _credited(original, earlier, claims)
    discounts = _discounts(original, earlier, lines, claims)
    charges = (*_shipping(original, earlier, shipping), *discounts)
    taxes = _taxes(original, earlier, [*lines, *charges], exactly or {})
    gross = money.total([group.gross for group in taxes])
    if not gross:
        raise NotCreditable("nothing_to_credit", "The claims are worth nothing.")
    net = money.total([group.net for group in taxes])
    return replace(
        _headed(original),
        payment=_settled_by(gross, unpaid, original.locale),
        number=number,
        issued_on=issued_on,
        reason=reason,
        lines=lines,
        charges=charges,
        **_sums(taxes, net),
        distance_sales=_taken_back(original, net),
    )


def _worth_gross(total: TaxTotal, gross: Decimal | None) -> TaxTotal:
    return total if gross is None else replace(total, tax=gross - total.net, gross=gross)


def _sums(taxes: tuple[TaxTotal, ...], net: Decimal) -> dict[str, Any]:
    gross = money.total([group.gross for group in taxes])
    return {"taxes": taxes, "net": net, "tax": gross - net, "gross": gross}


def _taken_back(original: Invoice, net: Decimal) -> Decimal:
    """Amount that a credit takes off the distance sales that the invoice counted, in EUR."""
    whole = money.total([total.net for total in original.billed])
    if not original.distance_sales or not whole:
        return Decimal(0)
    return -money.rounded(original.distance_sales * net / whole, "EUR")


def _settled_by(gross: Decimal, unpaid: Decimal, locale: Language) -> str:
    """Sentence on the credit: set off against what is open of the invoice, or paid back."""
    way = "refund" if unpaid <= 0 else "set_off" if unpaid >= gross else "both"
    return _SETTLED[way][locale]


_SETTLED: Mapping[str, Mapping[Language, str]] = {
    "refund": {"de": "Der Betrag wird Ihnen erstattet", "en": "The amount will be refunded"},
    "set_off": {
        "de": "Der Betrag wird mit der offenen Rechnung verrechnet",
        "en": "The amount is set off against what is open of the invoice",
    },
    "both": {
        "de": "Der Betrag wird mit der offenen Rechnung verrechnet, was darüber hinausgeht, wird "
        "Ihnen erstattet",
        "en": "The amount is set off against what is open of the invoice, and what is beyond that "
        "will be refunded",
    },
}


def _headed(original: Invoice) -> Invoice:
    """Head of a credit note: all but its sums and how they are settled."""
    return replace(
        original,
        kind="credit_note",
        original=Reference(original.number, original.issued_on, original.kind),
        deposits=(),
        terms=None,
        paid=Decimal(0),
    )


def _pieces(line: InvoiceLine) -> int:
    return line.quantity if line.pieces is None else line.pieces


def _credited(
    original: Invoice, earlier: Sequence[Invoice], claims: Sequence[Claim]
) -> tuple[InvoiceLine, ...]:
    left = left_of(original, earlier)
    lines = {line.number: line for line in original.lines}
    credited: list[InvoiceLine] = []
    wrong: dict[str, str] = {}
    for i, claim in enumerate(claims):
        rest = left.get(claim.line)
        found = None
        if rest is None:
            wrong[f"lines.{i}"] = f"the invoice has no line {claim.line}"
        elif any(other.line == claim.line for other in claims[:i]):
            wrong[f"lines.{i}"] = f"line {claim.line} is claimed twice"
        else:
            line = lines[claim.line]
            share = _after_discounts(original, (line.category, line.rate))
            found = _claimed(line, claim, rest, share, original.currency)
            worth = money.rounded(rest.amount * share, original.currency)
            left_over = f"{rest.quantity} pieces and {worth} are left of line {claim.line}"
            wrong |= {} if found else {f"lines.{i}": left_over}
        credited += [found] if found else []
    if wrong:
        raise NotCreditable("not_creditable", "More is claimed than can be credited.", wrong)
    return tuple(credited)


def _after_discounts(original: Invoice, group: Group) -> Decimal:
    """The part of the prices of a rate that was to be paid after what was off the whole order."""
    worth = _worth(original.lines, group)
    off = [c.amount for c in original.charges if c.kind == "discount" and _group(c) == group]
    return (worth + money.total(off)) / worth if worth else Decimal(1)


def _claimed(
    line: InvoiceLine, claim: Claim, left: Left, share: Decimal, currency: str
) -> InvoiceLine | None:
    """The line of a credit note, or None when so much is not left.

    The last pieces of a line take what is left of its value, which is less than their price when
    the price was reduced before. `share` of its value was to be paid.
    """
    if (claim.quantity is not None) + (claim.amount is not None) + claim.rest != 1:
        return None
    if claim.rest:
        return _value(line, left.amount, 0) if left.amount > 0 and not left.quantity else None
    if claim.amount is not None:
        return _amount(line, claim.amount, left, share, currency)
    quantity = claim.quantity or 0
    gone = line.quantity - left.quantity
    if not 0 < quantity <= left.quantity:
        return None
    off = money.portion(line.discount, gone, quantity, line.quantity, currency)
    total = money.times(line.unit_price, quantity) - off
    if total > left.amount and quantity < left.quantity:
        return None
    if quantity == left.quantity and total != left.amount:
        return _value(line, left.amount, quantity)
    return replace(line, quantity=quantity, total=total, discount=off)


def _amount(
    line: InvoiceLine, amount: Decimal, left: Left, share: Decimal, currency: str
) -> InvoiceLine | None:
    """The line of which an amount is credited, worth what it was before discounts."""
    if amount <= 0 or not share or not money.is_whole(amount, currency):
        return None
    if amount > money.rounded(left.amount * share, currency):
        return None
    return _value(line, min(money.rounded(amount / share, currency), left.amount), 0)


def _value(line: InvoiceLine, amount: Decimal, pieces: int) -> InvoiceLine:
    changed = replace(line, quantity=1, unit_price=amount, total=amount, pieces=pieces)
    return replace(changed, discount=Decimal(0))


def _charges_left(original: Invoice, earlier: Iterable[Invoice]) -> dict[Group, Decimal]:
    left: dict[Group, Decimal] = {}
    for charge in original.charges:
        if charge.kind == "shipping":
            group = (charge.category, charge.rate)
            left[group] = left.get(group, Decimal(0)) + charge.amount
    for credit in earlier:
        for charge in credit.charges:
            if charge.kind == "shipping":
                left[charge.category, charge.rate] -= charge.amount
    return left


def _discounts(
    original: Invoice,
    earlier: Sequence[Invoice],
    lines: Sequence[InvoiceLine],
    claims: Sequence[Claim],
) -> tuple[Charge, ...]:
    """Order discounts that go with the lines of their rate, as a running share of them.

    Of a line of which an amount was asked for it is exactly what makes the line worth that amount.
    """
    asked = {claim.line: claim.amount for claim in claims if claim.amount is not None}
    found = []
    for charge in original.charges:
        if charge.kind != "discount":
            continue
        group = _group(charge)
        gone = _worth([line for credit in earlier for line in credit.lines], group)
        exact = [line for line in lines if _group(line) == group and line.number in asked]
        shared = [line for line in lines if line.number not in asked]
        whole, before = _worth(original.lines, group), _given_back(charge, earlier)
        if gone + _worth(lines, group) == whole:
            amount = charge.amount - before
        else:
            done = gone + _worth(shared, group)
            ends = (
                money.allocate(charge.amount, [n, whole - n], original.currency)[0]
                for n in (gone, done)
            )
            start, end = ends
            amount = end - start + money.total([asked[e.number] - e.total for e in exact])
        if amount:
            found.append(replace(charge, amount=amount))
    return tuple(found)


def _given_back(charge: Charge, earlier: Iterable[Invoice]) -> Decimal:
    return money.total([c.amount for credit in earlier for c in credit.charges if _same(c, charge)])


def _group(item: InvoiceLine | Charge) -> Group:
    return item.category, item.rate


def _worth(lines: Iterable[InvoiceLine], group: Group) -> Decimal:
    return money.total([line.total for line in lines if _group(line) == group])


def _same(charge: Charge, other: Charge) -> bool:
    return replace(charge, amount=other.amount) == other


def _shipping(
    original: Invoice, earlier: Sequence[Invoice], shipping: Decimal
) -> tuple[Charge, ...]:
    """Shipping is credited from each rate in proportion to what is left there."""
    if not shipping:
        return ()
    left = _charges_left(original, earlier)
    rest = money.total(list(left.values()))
    if not 0 < shipping <= rest or not money.is_whole(shipping, original.currency):
        fields = {"shipping": f"{rest} of the shipping costs are left"}
        raise NotCreditable("not_creditable", "More is claimed than can be credited.", fields)
    shares = money.allocate(shipping, list(left.values()), original.currency)
    billed = {(c.category, c.rate): c for c in original.charges if c.kind == "shipping"}
    return tuple(
        replace(billed[group], amount=amount)
        for group, amount in zip(left, shares, strict=True)
        if amount
    )


def _taxes(
    original: Invoice,
    earlier: Sequence[Invoice],
    items: Sequence[InvoiceLine | Charge],
    exactly: Mapping[Group, Decimal],
) -> tuple[TaxTotal, ...]:
    billed = _summed(original.billed)
    gone = _summed(tax for credit in earlier for tax in credit.taxes)
    priced: dict[Group, list[Decimal]] = {}
    for item in items:
        amount = item.total if isinstance(item, InvoiceLine) else item.amount
        priced.setdefault(_group(item), []).append(amount)
    return tuple(
        _worth_gross(
            _share(whole, gone.get(group), money.total(priced[group]), original),
            exactly.get(group),
        )
        for group, whole in billed.items()
        if group in priced
    )


def _summed(totals: Iterable[TaxTotal]) -> Totals:
    sums: Totals = {}
    for each in totals:
        group = (each.category, each.rate)
        known = sums.get(group)
        sums[group] = each if known is None else _plus(known, each)
    return sums


def _plus(a: TaxTotal, b: TaxTotal) -> TaxTotal:
    fields: Mapping[str, Decimal] = {
        name: getattr(a, name) + getattr(b, name) for name in ("priced", "net", "tax", "gross")
    }
    return replace(a, **fields)


def _share(whole: TaxTotal, gone: TaxTotal | None, priced: Decimal, original: Invoice) -> TaxTotal:
    """Part of a tax group that a credit takes: its price, and the tax on all so far.

    Prices with fractions of a cent go as a running share, so that all of them come to the invoice.
    """
    currency, side = original.currency, original.price_mode
    taken = gone or replace(whole, priced=_NONE, net=_NONE, tax=_NONE, gross=_NONE)
    so_far = priced + taken.priced
    value, before = getattr(whole, side), getattr(taken, side)
    done = so_far == whole.priced
    part = so_far / whole.priced if whole.priced else _NONE
    if done:
        amount = value - before
    elif money.is_whole(priced, currency):
        amount = min(priced, value - before)
    else:
        amount = money.rounded(value * part, currency) - before
    share = (before + amount) / value if value else _NONE
    tax = (whole.tax if done else money.rounded(whole.tax * share, currency)) - taken.tax
    net, gross = (amount - tax, amount) if side == "gross" else (amount, amount + tax)
    return replace(whole, priced=priced, net=net, tax=tax, gross=gross)


_NONE = Decimal(0)
