"""Invoices made of invoices: deposit and final, collective, corrected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from oms import money
from oms.invoice import (
    Deposit,
    Group,
    Invoice,
    InvoiceLine,
    Reference,
    Sale,
    Shipment,
    TaxTotal,
    draft_invoice,
    tax_total,
)
from oms.refusals import Refusal


def prepayment_invoice(
    sale: Sale, goods: Shipment, amount: Decimal, *, number: str, issued_on: date
) -> Invoice:
    """A deposit on an order (386): `amount`, in its price mode, taxed as the goods are (§ 13 UStG).

    The amount is split over the tax groups of the whole order in proportion to what each costs.
    """
    whole = draft_invoice(sale, goods, number=number, issued_on=issued_on, earlier=())
    if not 0 < amount <= money.total([group.priced for group in whole.taxes]):
        raise Refusal("deposit_too_large", "A deposit is a part of what the order costs.")
    shares = money.allocate(amount, [group.priced for group in whole.taxes], sale.currency)
    words = "Anzahlung auf Bestellung" if sale.locale == "de" else "Deposit on order"
    lines = tuple(
        InvoiceLine(
            number=str(n),
            sku="",
            description=f"{words} {sale.external_number}",
            quantity=1,
            unit_price=share,
            total=share,
            category=group.category,
            rate=group.rate,
        )
        for n, (group, share) in enumerate(zip(whole.taxes, shares, strict=True), 1)
        if share
    )
    taxes = tuple(
        _reasoned(tax_total((g.category, g.rate), share, (), sale.price_mode, sale.currency), g)
        for g, share in zip(whole.taxes, shares, strict=True)
        if share
    )
    return _summed(replace(whole, kind="prepayment", lines=lines, charges=()), taxes)


def final_invoice(
    sale: Sale,
    shipment: Shipment,
    deposits: Sequence[Invoice],
    *,
    number: str,
    issued_on: date,
) -> Invoice:
    """The invoice over everything, less the deposits and their tax, rate by rate (§ 14 (5) UStG).

    Raises Refusal when more was paid in advance than the order costs.
    """
    whole = draft_invoice(sale, shipment, number=number, issued_on=issued_on, earlier=())
    taken = tuple(
        Deposit(number=each.number, issued_on=each.issued_on, taxes=each.taxes) for each in deposits
    )
    minus = [_negative(tax) for each in taken for tax in each.taxes]
    final = _summed(replace(whole, kind="final", deposits=taken), merged([*whole.taxes, *minus]))
    if final.gross < 0:
        raise Refusal("deposits_too_large", "More was paid in advance than the order costs.")
    return final


def collective_invoice(
    drafts: Sequence[Invoice], *, number: str, issued_on: date, period: tuple[date, date]
) -> Invoice:
    """One invoice for several shipments to one buyer, each as it would have been billed alone.

    So it costs what the single ones would have cost, to the cent and per rate. Every line names its
    order, delivery note and day. Raises Refusal for drafts that differ in buyer or currency.
    """
    first = drafts[0]
    alike = ("seller", "buyer", "currency", "price_mode", "locale", "buyer_type", "leitweg_id")
    for name in alike:
        if any(getattr(draft, name) != getattr(first, name) for draft in drafts):
            raise Refusal("not_collectable", f"These invoices differ in {name}.")
    lines = [
        replace(
            line,
            order=line.order or draft.external_number,
            delivery_note=line.delivery_note or draft.fulfilment_id,
            supplied_on=line.supplied_on or draft.supplied_on,
        )
        for draft in drafts
        for line in draft.lines
    ]
    collected = replace(
        first,
        kind="collective",
        number=number,
        issued_on=issued_on,
        supplied_on=max(draft.supplied_on for draft in drafts),
        lines=tuple(replace(line, number=str(n)) for n, line in enumerate(lines, 1)),
        charges=tuple(charge for draft in drafts for charge in draft.charges),
        notes=tuple(dict.fromkeys(note for draft in drafts for note in draft.notes)),
        period=period,
    )
    return _summed(collected, merged([tax for draft in drafts for tax in draft.taxes]))


def corrected_invoice(original: Invoice, again: Invoice, *, reason: str) -> Invoice:
    """The invoice that takes the place of a wrong one (384; § 14 (6) UStG, § 31 (5) UStDV)."""
    reference = Reference(original.number, original.issued_on)
    return replace(again, kind="corrected", original=reference, reason=reason)


def merged(totals: Sequence[TaxTotal]) -> tuple[TaxTotal, ...]:
    """The totals summed per tax group, highest rate first."""
    groups: dict[Group, list[TaxTotal]] = {}
    for each in totals:
        groups.setdefault((each.category, each.rate), []).append(each)
    return tuple(
        replace(
            groups[group][0],
            priced=money.total([each.priced for each in groups[group]]),
            net=money.total([each.net for each in groups[group]]),
            tax=money.total([each.tax for each in groups[group]]),
            gross=money.total([each.gross for each in groups[group]]),
        )
        for group in sorted(groups, key=lambda group: (-group[1], group[0]))
    )


def _negative(tax: TaxTotal) -> TaxTotal:
    return replace(tax, priced=-tax.priced, net=-tax.net, tax=-tax.tax, gross=-tax.gross)


def _reasoned(total: TaxTotal, like: TaxTotal) -> TaxTotal:
    return replace(total, vatex=like.vatex, reason=like.reason)


def _summed(invoice: Invoice, taxes: tuple[TaxTotal, ...]) -> Invoice:
    net = money.total([group.net for group in taxes])
    gross = money.total([group.gross for group in taxes])
    return replace(invoice, taxes=taxes, net=net, tax=gross - net, gross=gross)
