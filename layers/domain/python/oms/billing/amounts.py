"""Amounts of an invoice: prices, discounts and taxes of what is sold, rounded once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from msgspec.structs import replace

from oms.billing.invoice import (
    Charge,
    Group,
    IncompleteInvoice,
    Invoice,
    InvoiceLine,
    Sale,
    Shipment,
    Sold,
    TaxTotal,
)
from oms.billing.particulars import particulars
from oms.core import money
from oms.core.parties import Language, PriceMode
from oms.master.seller import Seller
from oms.tax import engine as tax


class Priced(NamedTuple):
    """Price of a shipment, item by item, and why; `decisions` has one for each kind of goods."""

    decisions: Mapping[Taxed, tax.TaxDecision]
    lines: tuple[InvoiceLine, ...]
    charges: tuple[Charge, ...]
    taxes: tuple[TaxTotal, ...]
    distance_sales: Decimal


Taxed = tuple[str, str, tuple[tuple[str, str], ...]]
"""What tells goods apart in the eyes of the tax: kind, category, and category abroad."""


def draft_invoice(
    sale: Sale, shipment: Shipment, *, number: str, issued_on: date, earlier: Sequence[TaxTotal]
) -> Invoice:
    """The invoice for the pieces of one shipment.

    `earlier` are the tax totals of all invoices of the order before this one; shipping is charged
    when there are none. Raises IncompleteInvoice (§§ 14 (4), 14a UStG), `tax.TaxRefusal` and
    `money.UnknownCurrency`.
    """
    decisions = _decisions(sale, shipment)
    _demand_particulars(sale, shipment, number, decisions)
    return _drafted(sale, shipment, number, issued_on, earlier, decisions)


def estimated_invoice(sale: Sale, shipment: Shipment, *, on: date) -> Invoice:
    """The invoice as it would be, whatever it lacks; raises `tax.TaxRefusal`."""
    return _drafted(sale, shipment, "none", on, (), _decisions(sale, shipment))


def _drafted(
    sale: Sale,
    shipment: Shipment,
    number: str,
    issued_on: date,
    earlier: Sequence[TaxTotal],
    decisions: Mapping[Taxed, tax.TaxDecision],
) -> Invoice:
    made = _priced(sale, shipment, earlier, decisions)
    gross = money.total([group.gross for group in made.taxes])
    net = money.total([group.net for group in made.taxes])
    used = {line.case for line in made.lines} | {charge.case for charge in made.charges}
    return Invoice(
        number=number,
        issued_on=issued_on,
        supplied_on=shipment.supplied_on,
        order_id=sale.order_id,
        external_number=sale.external_number,
        fulfilment_id=shipment.fulfilment_id,
        currency=sale.currency,
        price_mode=sale.price_mode,
        locale=sale.locale,
        seller=_acting(sale.seller, shipment, decisions),
        buyer=sale.buyer,
        ship_to=sale.ship_to,
        lines=made.lines,
        charges=made.charges,
        taxes=made.taxes,
        net=net,
        tax=gross - net,
        gross=gross,
        notes=_notes(decisions.values(), used, sale.locale),
        payment=sale.payment,
        vat_check=sale.vat_check if any(group.category in _BY_ID for group in made.taxes) else None,
        distance_sales=made.distance_sales,
        exchange=tax.exchange_of(sale.currency, sale.registrations, shipment.supplied_on),
    )


_BY_ID = ("K", "AE")


def priced(sale: Sale, shipment: Shipment, earlier: Sequence[TaxTotal] = ()) -> Priced:
    """Price of a shipment with its tax, as an invoice would say it; raises what that raises."""
    return _priced(sale, shipment, earlier, _decisions(sale, shipment))


def _priced(
    sale: Sale,
    shipment: Shipment,
    earlier: Sequence[TaxTotal],
    decisions: Mapping[Taxed, tax.TaxDecision],
) -> Priced:
    lines = tuple(_line(item, decisions[taxed(item)]) for item in shipment.sold)
    charges = _discounts(shipment, decisions)
    if not earlier:
        charges = (*_shipping(sale, decisions), *charges)
    taxes = _taxes(sale, [*lines, *charges], earlier, decisions.values())
    counted = _counted([*lines, *charges], decisions.values(), sale, shipment.supplied_on)
    return Priced(decisions, lines, charges, taxes, counted)


def tax_total(
    group: Group, priced: Decimal, earlier: Iterable[TaxTotal], mode: PriceMode, currency: str
) -> TaxTotal:
    """Amounts that one tax group adds to the invoices of an order.

    Each group is rounded once, half-up, over the *whole* order as far as it is invoiced; an invoice
    carries the difference to the invoices before it. So the partial invoices of an order add up to
    the single invoice over everything, in net, tax and gross, whatever the split; in return, the
    tax of a partial invoice may be one cent off its own net times rate (EN 16931 tolerates 1.00).
    """
    before = [total for total in earlier if (total.category, total.rate) == group]
    so_far = money.total([*(total.priced for total in before), priced])
    gross, net = _gross_and_net(so_far, group[1], mode, currency)
    gross = gross - money.total([total.gross for total in before])
    net = net - money.total([total.net for total in before])
    return TaxTotal(
        category=group[0], rate=group[1], priced=priced, net=net, tax=gross - net, gross=gross
    )


def _gross_and_net(
    priced: Decimal, rate: Decimal, mode: PriceMode, currency: str
) -> tuple[Decimal, Decimal]:
    amount = money.rounded(priced, currency)
    if mode == "gross":
        return amount, money.net_of(amount, rate, currency)
    return money.gross_of(amount, rate, currency), amount


def taxed(item: Sold) -> Taxed:
    """Properties of an item that its tax depends on."""
    return item.kind, item.tax_category, tuple(sorted(item.abroad.items()))


def _decisions(sale: Sale, shipment: Shipment) -> dict[Taxed, tax.TaxDecision]:
    """One decision per kind of goods; of the whole order, as shipping is split over all of it."""
    found = {taxed(item): item for item in (*sale.goods, *shipment.sold)}
    return {key: tax.decide(_supply(sale, shipment, found[key])) for key in sorted(found)}


def _supply(sale: Sale, shipment: Shipment, item: Sold) -> tax.Supply:
    at = sale.ship_to if item.kind == "goods" else sale.buyer
    return tax.Supply(
        ship_from=shipment.ship_from,
        country=at.country,
        postal_code=at.postal_code,
        buyer=sale.buyer_type,
        category=item.tax_category,
        supplied_on=shipment.supplied_on,
        kind=item.kind,
        abroad=item.abroad,
        vat_id=sale.buyer.vat_id,
        vat_id_checked=sale.vat_id_checked,
        distance_sales=sale.distance_sales,
        transaction_net=_transaction_net(sale, shipment, item.tax_category),
        seller=sale.registrations,
    )


def _transaction_net(sale: Sale, shipment: Shipment, category: str) -> Decimal:
    """The net sum of the order's goods of a category, as if taxed at home (§ 13b (2) UStG).

    A discount that is agreed later does not lower it, one that is part of the price does.
    """
    if category not in tax.SHIFTED_FROM:
        return Decimal(0)
    of_it = [item for item in sale.goods if item.tax_category == category]
    amount = money.rounded(money.total([i.total - i.order_discount for i in of_it]), sale.currency)
    on = shipment.supplied_on
    if sale.price_mode == "gross":
        rate = tax.rate(sale.registrations.home, "standard", on)
        amount = money.net_of(amount, rate, sale.currency)
    return tax.in_euro(amount, sale.currency, sale.registrations, on)


def _line(item: Sold, decision: tax.TaxDecision) -> InvoiceLine:
    return InvoiceLine(
        number=item.number,
        sku=item.sku,
        description=item.description,
        quantity=item.quantity,
        unit_price=item.unit_price,
        total=item.total,
        category=decision.category,
        rate=decision.rate,
        discount=item.discount,
        vatex=decision.vatex,
        case=decision.case,
        state=decision.state,
        scheme=decision.scheme,
    )


def _charge(
    kind: Literal["shipping", "discount"], amount: Decimal, decision: tax.TaxDecision
) -> Charge:
    return Charge(
        kind=kind,
        amount=amount,
        category=decision.category,
        rate=decision.rate,
        vatex=decision.vatex,
        case=decision.case,
        state=decision.state,
        scheme=decision.scheme,
    )


def _shipping(sale: Sale, decisions: Mapping[Taxed, tax.TaxDecision]) -> tuple[Charge, ...]:
    """Shipping shares the fate of the goods (section 3.10 (5) UStAE): by net value, per rate."""
    if not sale.shipping:
        return ()
    sent = [i for i in sale.goods if i.kind == "goods" and i.tax_category != "voucher_multi"]
    values: dict[Group, Fraction] = {}
    leading: dict[Group, tax.TaxDecision] = {}
    for item in sent or sale.goods:
        decision = decisions[taxed(item)]
        group = (decision.category, decision.rate)
        value = Fraction(item.total - item.order_discount)
        if sale.price_mode == "gross":
            value = value * 100 / (100 + Fraction(decision.rate))
        values[group] = values.get(group, Fraction(0)) + value
        leading.setdefault(group, decision)
    groups = sorted(values, key=_order_of_groups)
    shares = money.allocate(sale.shipping, [values[group] for group in groups], sale.currency)
    found = zip(groups, shares, strict=True)
    return tuple(_charge("shipping", amount, leading[group]) for group, amount in found if amount)


def _discounts(
    shipment: Shipment, decisions: Mapping[Taxed, tax.TaxDecision]
) -> tuple[Charge, ...]:
    """The shares of what is off the whole order, one for each rate."""
    off: dict[Group, list[Decimal]] = {}
    leading: dict[Group, tax.TaxDecision] = {}
    for item in shipment.sold:
        if item.order_discount:
            decision = decisions[taxed(item)]
            group = (decision.category, decision.rate)
            off.setdefault(group, []).append(item.order_discount)
            leading.setdefault(group, decision)
    return tuple(
        _charge("discount", -money.total(off[group]), leading[group])
        for group in sorted(off, key=_order_of_groups)
    )


def _order_of_groups(group: Group) -> tuple[Decimal, str]:
    """The highest rate first."""
    return -group[1], group[0]


Priceable = InvoiceLine | Charge


def _amount(item: Priceable) -> Decimal:
    return item.total if isinstance(item, InvoiceLine) else item.amount


def _taxes(
    sale: Sale,
    items: Sequence[Priceable],
    earlier: Sequence[TaxTotal],
    decisions: Iterable[tax.TaxDecision],
) -> tuple[TaxTotal, ...]:
    """The tax totals per group, highest rate first."""
    of_group: dict[Group, list[Priceable]] = {}
    for item in items:
        of_group.setdefault((item.category, item.rate), []).append(item)
    reasons = {decision.case: decision.reason for decision in decisions}
    totals = []
    for group in sorted(of_group, key=_order_of_groups):
        found = of_group[group]
        amount = money.total([_amount(item) for item in found])
        plain = tax_total(group, amount, earlier, sale.price_mode, sale.currency)
        why = "; ".join(dict.fromkeys(reasons[item.case] for item in found))
        vatex, state = _only({i.vatex for i in found}), _only({i.state for i in found})
        totals.append(replace(plain, vatex=vatex, reason=why, state=state))
    return tuple(totals)


def _only(values: set[str | None]) -> str | None:
    """The one value of all, None where they differ."""
    return values.pop() if len(values) == 1 else None


def _counted(
    items: Iterable[Priceable], decisions: Iterable[tax.TaxDecision], sale: Sale, on: date
) -> Decimal:
    """Sum that counts towards the threshold of distance sales, net in EUR (§ 3c (4) UStG)."""
    counting = {decision.case for decision in decisions if decision.counts}
    by_rate: dict[Decimal, list[Decimal]] = {}
    for item in items:
        if item.case in counting:
            by_rate.setdefault(item.rate, []).append(_amount(item))
    net = money.total(
        [
            _gross_and_net(money.total(amounts), rate, sale.price_mode, sale.currency)[1]
            for rate, amounts in by_rate.items()
        ]
    )
    return tax.in_euro(net, sale.currency, sale.registrations, on) if net else net


def _acting(
    seller: Seller, shipment: Shipment, decisions: Mapping[Taxed, tax.TaxDecision]
) -> Seller:
    """The seller with the VAT id of the state in which this is declared."""
    for item in shipment.sold:
        if local := decisions[taxed(item)].seller_vat_id:
            return replace(seller, vat_id=local)
    return seller


def _notes(
    decisions: Iterable[tax.TaxDecision], used: set[str], locale: Language
) -> tuple[str, ...]:
    notes = [d.note for d in decisions if d.note is not None and d.case in used]
    texts = [note.de if locale == "de" else note.en for note in notes]
    return tuple(dict.fromkeys(texts))


def _demand_particulars(
    sale: Sale, shipment: Shipment, number: str, decisions: Mapping[Taxed, tax.TaxDecision]
) -> None:
    """Raise IncompleteInvoice unless everything §§ 14 (4), 14a UStG demand is there."""
    used = {(d.category, d.scheme) for d in (decisions[taxed(item)] for item in shipment.sold)}
    by_id = any(category == "K" or (category == "AE" and at != "home") for category, at in used)
    required = [("number", number), *particulars(sale.seller, sale.buyer, by_id=by_id)]
    fields = {path: "required on an invoice" for path, text in required if not text.strip()}
    for i, item in enumerate(shipment.sold):
        if not item.description.strip():
            fields[f"lines.{i}.description"] = "required on an invoice"
        if item.quantity < 1:
            fields[f"lines.{i}.quantity"] = "must be at least 1"
        if item.unit_price < 0:
            fields[f"lines.{i}.unit_price"] = "must not be negative"
        if item.discount < 0 or item.order_discount < 0 or item.total < 0:
            fields[f"lines.{i}.discount"] = "must lie between zero and the price of the line"
    if not shipment.sold:
        fields["lines"] = "an invoice needs at least one line"
    if fields:
        text = f"invoice {number} is not complete: {', '.join(fields)}"
        raise IncompleteInvoice("incomplete_invoice", text, fields)
