"""Invoices made of invoices: deposit and final, collective, corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    sale: Sale,
    goods: Shipment,
    amount: Decimal,
    *,
    number: str,
    issued_on: date,
    earlier: Sequence[TaxTotal] = (),
    standing: Sequence[TaxTotal] = (),
) -> Invoice:
    """A deposit on an order (386): `amount`, in its price mode, taxed as the goods are (§ 13 UStG).

    `goods` is what is still to be billed after the `earlier` invoices, `standing` what deposits ask
    for already. The amount is split over the tax groups in proportion to what is left of each, and
    rounded as a running total of all deposits: so they never ask for more than the goods cost.
    """
    whole = draft_invoice(sale, goods, number=number, issued_on=issued_on, earlier=earlier)
    rest = [_rest(group, standing, sale.currency) for group in whole.taxes]
    most = money.total(rest)
    if not 0 < amount <= most or not money.is_whole(amount, sale.currency):
        fields = {"amount": f"at most {most}"}
        raise Refusal("deposit_too_large", "A deposit is a part of what is still to bill.", fields)
    shares = money.allocate(amount, rest, sale.currency)
    parts = [(group, share) for group, share in zip(whole.taxes, shares, strict=True) if share]
    taxes = tuple(_advanced(group, share, standing, sale) for group, share in parts)
    asked = replace(
        whole,
        kind="prepayment",
        lines=_deposit_lines(parts, sale),
        charges=(),
        supplied_on=issued_on,
        fulfilment_id="",
        distance_sales=Decimal(0),
    )
    return _summed(asked, taxes)


def _rest(group: TaxTotal, standing: Sequence[TaxTotal], currency: str) -> Decimal:
    """What of a tax group no deposit asks for, in whole minor units."""
    same = [t.priced for t in standing if (t.category, t.rate) == (group.category, group.rate)]
    asked = money.rounded(money.total(same), currency)
    return max(Decimal(0), money.rounded(group.priced, currency) - asked)


def _advanced(
    group: TaxTotal, share: Decimal, standing: Sequence[TaxTotal], sale: Sale
) -> TaxTotal:
    same = (group.category, group.rate)
    total = tax_total(same, share, standing, sale.price_mode, sale.currency)
    return replace(total, vatex=group.vatex, reason=group.reason, state=group.state)


def _deposit_lines(
    parts: Sequence[tuple[TaxTotal, Decimal]], sale: Sale
) -> tuple[InvoiceLine, ...]:
    words = "Anzahlung auf Bestellung" if sale.locale == "de" else "Deposit on order"
    return tuple(
        InvoiceLine(
            number=str(n),
            sku="",
            description=f"{words} {sale.external_number}",
            quantity=1,
            unit_price=share,
            total=share,
            category=group.category,
            rate=group.rate,
            vatex=group.vatex,
            state=group.state,
        )
        for n, (group, share) in enumerate(parts, 1)
    )


def final_invoice(
    drafts: Sequence[Invoice], deposits: Sequence[Deposit], *, number: str, issued_on: date
) -> Invoice:
    """The invoice over all that was supplied, less the deposits, rate by rate (§ 14 (5) UStG).

    `drafts` are the shipments as each would have been billed alone, one after the other. Raises
    Refusal when deposits are more than what is billed: that of them is to be credited before.
    """
    last = drafts[-1]
    lines = [line for draft in drafts for line in _delivered(draft)]
    whole = replace(
        last,
        kind="final",
        number=number,
        issued_on=issued_on,
        supplied_on=max(draft.supplied_on for draft in drafts),
        lines=drafts[0].lines if len(drafts) == 1 else _renumbered(lines),
        charges=tuple(charge for draft in drafts for charge in draft.charges),
        notes=tuple(dict.fromkeys(note for draft in drafts for note in draft.notes)),
        distance_sales=money.total([draft.distance_sales for draft in drafts]),
        deposits=tuple(deposits),
    )
    minus = [negative(tax) for each in deposits for tax in each.taxes]
    final = _summed(whole, merged([*(tax for each in drafts for tax in each.taxes), *minus]))
    if any(total.gross < 0 for total in final.taxes):
        raise Refusal("deposits_too_large", "More was asked for in advance than the order costs.")
    return final


def _delivered(draft: Invoice) -> Iterator[InvoiceLine]:
    """The lines with the delivery that they are of."""
    for line in draft.lines:
        yield replace(line, delivery_note=draft.fulfilment_id, supplied_on=draft.supplied_on)


def _renumbered(lines: Sequence[InvoiceLine]) -> tuple[InvoiceLine, ...]:
    return tuple(
        replace(line, number=str(n), order_line=line.order_line or line.number)
        for n, line in enumerate(lines, 1)
    )


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
    reference = Reference(original.number, original.issued_on, original.kind)
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


def negative(tax: TaxTotal) -> TaxTotal:
    """What takes a total back."""
    return replace(tax, priced=-tax.priced, net=-tax.net, tax=-tax.tax, gross=-tax.gross)


def _summed(invoice: Invoice, taxes: tuple[TaxTotal, ...]) -> Invoice:
    net = money.total([group.net for group in taxes])
    gross = money.total([group.gross for group in taxes])
    return replace(invoice, taxes=taxes, net=net, tax=gross - net, gross=gross)
