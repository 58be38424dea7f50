"""Invoices made of invoices: deposit and final, collective, corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from oms.billing.amounts import draft_invoice, tax_total
from oms.billing.invoice import (
    Charge,
    Deposit,
    Group,
    Invoice,
    InvoiceLine,
    Reference,
    Sale,
    Shipment,
    TaxTotal,
)
from oms.core import money
from oms.core.refusals import Refusal


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
        lines=_deposit_lines(parts, whole, sale),
        charges=(),
        supplied_on=issued_on,
        fulfilment_id="",
        distance_sales=Decimal(0),
    )
    return _summed(asked, taxes)


def _rest(group: TaxTotal, standing: Sequence[TaxTotal], currency: str) -> Decimal:
    """Amount of a tax group that no deposit asks for, in whole minor units."""
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
    parts: Sequence[tuple[TaxTotal, Decimal]], whole: Invoice, sale: Sale
) -> tuple[InvoiceLine, ...]:
    declared = {(line.category, line.rate): line.scheme for line in whole.lines}
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
            scheme=declared.get((group.category, group.rate), "home"),
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
    drafts: Sequence[Invoice],
    *,
    number: str,
    issued_on: date,
    period: tuple[date, date],
    credits: Sequence[Invoice] = (),
) -> Invoice:
    """One invoice for several shipments to one buyer, each as it would have been billed alone.

    So it costs what the single ones would have cost, to the cent and per rate. Every line names its
    order, delivery note and day. `credits` are credit notes of drafts: what was taken back before
    it was billed. Their lines stand behind those of the shipment with less than no pieces (BT-129
    may be negative, BT-146 not: BR-27). Raises Refusal for drafts that differ in `ALIKE`.
    """
    first = drafts[0]
    for name in ALIKE:
        if any(getattr(draft, name) != getattr(first, name) for draft in drafts):
            raise Refusal("not_collectable", f"These invoices differ in {name}.")
    everything = [*drafts, *credits]
    collected = replace(
        first,
        kind="collective",
        number=number,
        issued_on=issued_on,
        supplied_on=max(draft.supplied_on for draft in drafts),
        order_id=_common(drafts, "order_id") or "",
        external_number=_common(drafts, "external_number") or "",
        fulfilment_id=_common(drafts, "fulfilment_id") or "",
        ship_to=_common(drafts, "ship_to") or first.buyer,
        purchase_order=_common(drafts, "purchase_order"),
        lines=_collected_lines(drafts, credits),
        charges=tuple(_collected_charges(everything)),
        notes=tuple(dict.fromkeys(note for draft in drafts for note in draft.notes)),
        distance_sales=money.total([each.distance_sales for each in everything]),
        vat_check=next((draft.vat_check for draft in drafts if draft.vat_check), None),
        period=period,
    )
    minus = [negative(tax) for credit in credits for tax in credit.taxes]
    return _summed(collected, merged([*(tax for draft in drafts for tax in draft.taxes), *minus]))


ALIKE = (
    "seller",
    "buyer",
    "currency",
    "price_mode",
    "locale",
    "buyer_type",
    "leitweg_id",
    "exchange",
)
"""What invoices must have in common to be billed as one."""


def part_of(
    collective: Invoice, drafts: Sequence[Invoice], credits: Sequence[Invoice] = ()
) -> tuple[Invoice, tuple[Invoice, ...]]:
    """Part of a collective invoice that bills some of its drafts, and its credits of that at once.

    Both have the line numbers of the collective invoice, so that later credit notes go on from
    them; `credits` are those of these drafts. With the drafts of one order it is that order's
    share, with all of them the whole.
    """
    numbers = {
        (line.delivery_note, line.order_line): line.number
        for line in collective.lines
        if line.credits is None
    }
    notes = {draft.fulfilment_id for draft in drafts}
    billed = [li for li in collective.lines if li.delivery_note in notes and li.credits is None]
    single = drafts[0] if len({draft.order_id for draft in drafts}) == 1 else collective
    part = replace(
        collective,
        order_id=single.order_id,
        external_number=single.external_number,
        ship_to=single.ship_to,
        supplied_on=max(draft.supplied_on for draft in drafts),
        lines=tuple(billed),
        charges=_summed_charges(drafts),
        distance_sales=money.total([draft.distance_sales for draft in drafts]),
    )
    part = _summed(part, merged([tax for draft in drafts for tax in draft.taxes]))
    return part, tuple(_with_numbers(credit, numbers) for credit in credits)


def _with_numbers(credit: Invoice, numbers: Mapping[tuple[str | None, str | None], str]) -> Invoice:
    lines = (
        replace(line, number=numbers[credit.fulfilment_id, line.order_line or line.number])
        for line in credit.lines
    )
    return replace(credit, lines=tuple(lines))


def _common(drafts: Sequence[Invoice], name: str) -> Any:
    """Value that all drafts have in common, None where they differ."""
    values = {getattr(draft, name) for draft in drafts}
    return values.pop() if len(values) == 1 else None


def _collected_lines(
    drafts: Sequence[Invoice], credits: Sequence[Invoice]
) -> tuple[InvoiceLine, ...]:
    """The lines of all shipments, each followed by what was taken back of it, in one count."""
    named = len({draft.purchase_order for draft in drafts}) > 1
    lines: list[InvoiceLine] = []
    for draft in drafts:
        places: dict[str, str] = {}
        for line in draft.lines:
            lines.append(_originated(line, draft, len(lines) + 1, named))
            places[line.number] = lines[-1].number
        for credit in credits:
            if credit.fulfilment_id != draft.fulfilment_id:
                continue
            for line in credit.lines:
                taken = _originated(line, draft, len(lines) + 1, named)
                lines.append(_taken_back(taken, places[line.number], draft.locale))
    return tuple(lines)


def _originated(line: InvoiceLine, draft: Invoice, number: int, named: bool) -> InvoiceLine:
    return replace(
        line,
        number=str(number),
        order=line.order or draft.external_number,
        order_line=line.order_line or line.number,
        delivery_note=line.delivery_note or draft.fulfilment_id,
        supplied_on=line.supplied_on or draft.supplied_on,
        purchase_order=draft.purchase_order if named else None,
    )


def _taken_back(line: InvoiceLine, of: str, locale: str) -> InvoiceLine:
    returned = ("Rücknahme", "Taken back") if line.pieces != 0 else ("Nachlass", "Reduction")
    return replace(
        line,
        description=f"{returned[locale != 'de']}: {line.description}",
        quantity=-line.quantity,
        total=-line.total,
        discount=-line.discount,
        credits=of,
    )


def _collected_charges(everything: Sequence[Invoice]) -> Iterator[Charge]:
    """The charges of each shipment, less what was taken back of them."""
    for id in dict.fromkeys(each.fulfilment_id for each in everything):
        of_it = [each for each in everything if each.fulfilment_id == id]
        for charge in _summed_charges(of_it):
            if charge.amount:
                yield replace(charge, order=of_it[0].external_number, delivery_note=id)


def _summed_charges(invoices: Sequence[Invoice]) -> tuple[Charge, ...]:
    """The charges by kind and tax group; what credit notes took back goes off."""
    sums: dict[tuple[str, str, Decimal], Charge] = {}
    for invoice in invoices:
        for each in invoice.charges:
            amount = -each.amount if invoice.kind == "credit_note" else each.amount
            key = (each.kind, each.category, each.rate)
            known = sums.get(key, replace(each, amount=Decimal(0)))
            sums[key] = replace(known, amount=known.amount + amount)
    return tuple(sums.values())


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
    """Total that takes another back."""
    return replace(tax, priced=-tax.priced, net=-tax.net, tax=-tax.tax, gross=-tax.gross)


def _summed(invoice: Invoice, taxes: tuple[TaxTotal, ...]) -> Invoice:
    net = money.total([group.net for group in taxes])
    gross = money.total([group.gross for group in taxes])
    return replace(invoice, taxes=taxes, net=net, tax=gross - net, gross=gross)
