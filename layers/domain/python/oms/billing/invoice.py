"""The invoice: a snapshot of all its document says, drafted from what leaves the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from oms import tax
from oms.core import money
from oms.core.documents import Kind
from oms.core.parties import Language, Party, PriceMode
from oms.core.refusals import Refusal
from oms.fulfilment.delivery_notes import delivery_note_number
from oms.master.letterhead import Letterhead
from oms.master.seller import Seller, XRechnung
from oms.tax.exchange import Exchange

TYPE_CODES: Mapping[Kind, str] = {
    "invoice": "380",
    "partial": "326",
    "prepayment": "386",
    "final": "380",
    "collective": "380",
    "credit_note": "381",
    "corrected": "384",
    "pro_forma": "325",
}
"""UNTDID 1001, as EN 16931 BT-3 takes it; final and collective invoices have none of their own.
A pro forma invoice has one, but is none in the sense of the standard: it has no e-invoice."""


class IncompleteInvoice(Refusal):
    """A particular that § 14 (4) UStG demands is missing; `fields` says which."""


class Reference(Struct, frozen=True):
    """An earlier document, by what is printed on it, and of which kind it is."""

    number: str
    issued_on: date
    kind: Kind = "invoice"


class Terms(Struct, frozen=True, kw_only=True):
    """Until when to pay, and the discount for who pays within so many days of the issue."""

    due_on: date
    discount_percent: Decimal = Decimal(0)
    discount_days: int = 0


class Sold(Struct, frozen=True):
    """Pieces of an order line; amounts are in the sale's currency and price mode.

    `discount` is what is off the line, `order_discount` these pieces' share of what is off the
    whole order. `abroad` is the tax category in other states where it differs.
    """

    number: str
    sku: str
    description: str
    quantity: int
    unit_price: Decimal
    tax_category: str
    kind: tax.Kind = "goods"
    abroad: dict[str, str] = {}
    discount: Decimal = Decimal(0)
    order_discount: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """Unit price times quantity less the line's discount."""
        return money.times(self.unit_price, self.quantity) - self.discount


class Checked(Struct, frozen=True, kw_only=True):
    """When, by whom and under which number the buyer's VAT id was found to be valid."""

    vat_id: str
    checked_at: datetime
    source: str
    consultation: str | None = None


class Sale(Struct, frozen=True, kw_only=True):
    """What all invoices of an order have in common.

    `shipping` is the order's shipping price, in its price mode; `goods` is everything the order
    sold, over which shipping is split. `payment` is the sentence on how it is or was paid.
    """

    order_id: str
    external_number: str
    currency: str
    price_mode: PriceMode
    locale: Language
    seller: Seller
    buyer: Party
    buyer_type: Literal["B2C", "B2B"]
    ship_to: Party
    goods: tuple[Sold, ...]
    shipping: Decimal = Decimal(0)
    registrations: tax.Registrations = tax.Registrations()
    vat_id_checked: bool = False
    vat_check: Checked | None = None
    distance_sales: Literal["below", "above"] = "below"
    payment: str | None = None


class Shipment(Struct, frozen=True, kw_only=True):
    """What left a warehouse for the buyer, and when; `ship_from` is the warehouse's country."""

    fulfilment_id: str
    ship_from: str
    supplied_on: date
    sold: tuple[Sold, ...]


class InvoiceLine(Struct, frozen=True, kw_only=True):
    """A printed line: `total` is exactly unit price times quantity less `discount`.

    Amounts are in the invoice's price mode. On an invoice over several shipments a line names its
    delivery note, on a collective one its order as well and, where they differ, the purchase order;
    there it has a number of its own, and `order_line` is the number that the order gives it. One of
    less than no pieces `credits` the line of that number. `pieces` is how many pieces a credit
    takes back where that is not its quantity: none, when only the price is reduced. `case` names
    the row of the tax table, `state` whose tax it is (None: nobody's), `scheme` where it is
    declared.
    """

    number: str
    sku: str
    description: str
    quantity: int
    unit_price: Decimal
    total: Decimal
    category: str
    rate: Decimal
    order: str | None = None
    delivery_note: str | None = None
    supplied_on: date | None = None
    order_line: str | None = None
    purchase_order: str | None = None
    credits: str | None = None
    pieces: int | None = None
    discount: Decimal = Decimal(0)
    vatex: str | None = None
    case: str = ""
    state: str | None = None
    scheme: str = "home"


class Charge(Struct, frozen=True, kw_only=True):
    """The part of the shipping price, or of a discount, that shares the tax of the goods of a rate.

    The amount of a discount is negative. On a collective invoice it names order and delivery note.
    """

    kind: Literal["shipping", "discount"]
    amount: Decimal
    category: str
    rate: Decimal
    vatex: str | None = None
    case: str = ""
    state: str | None = None
    scheme: str = "home"
    order: str | None = None
    delivery_note: str | None = None


class TaxTotal(Struct, frozen=True, kw_only=True):
    """One tax rate of an invoice.

    `priced` is the exact sum of lines and charges in the price mode; `net`, `tax` and `gross` are
    in whole minor units, and net + tax = gross. `vatex` and `state` are None where lines of the
    same rate differ in them.
    """

    category: str
    rate: Decimal
    priced: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    vatex: str | None = None
    reason: str | None = None
    state: str | None = None


class Deposit(Struct, frozen=True, kw_only=True):
    """A prepayment invoice that a final invoice deducts, rate by rate (§ 14 (5) UStG)."""

    number: str
    issued_on: date
    taxes: tuple[TaxTotal, ...]
    exchange: Exchange | None = None


class Invoice(Struct, frozen=True, kw_only=True):
    """A document as issued: what was true then, and all that its paper and its XML need.

    Amounts are positive on a credit note too. `taxes` and the sums are what is billed here: on a
    final invoice, after its `deposits`; `billed` is before them. `original` is what a credit note
    or a corrected invoice is about, and `reason` why; `paid` is what had been paid at issue, by
    `method`. `vat_check` is the proof on which a supply is free of tax, `distance_sales` what
    counts towards the threshold of distance sales, net in EUR. `exchange` is the rate of its
    currency, None for euro. `xrechnung` is the syntax that a
    public buyer gets. `letterhead`, `intro` and `closing` are the shop's at issue, None where it
    has none of its own.
    """

    number: str
    issued_on: date
    supplied_on: date
    order_id: str
    external_number: str
    fulfilment_id: str
    currency: str
    price_mode: PriceMode
    locale: Language
    seller: Seller
    buyer: Party
    ship_to: Party
    lines: tuple[InvoiceLine, ...]
    charges: tuple[Charge, ...]
    taxes: tuple[TaxTotal, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    notes: tuple[str, ...] = ()
    payment: str | None = None
    kind: Kind = "invoice"
    buyer_type: Literal["B2C", "B2B"] = "B2C"
    leitweg_id: str | None = None
    purchase_order: str | None = None
    original: Reference | None = None
    reason: str | None = None
    deposits: tuple[Deposit, ...] = ()
    period: tuple[date, date] | None = None
    terms: Terms | None = None
    method: str = "invoice"
    paid: Decimal = Decimal(0)
    vat_check: Checked | None = None
    distance_sales: Decimal = Decimal(0)
    xrechnung: XRechnung = "ubl"
    letterhead: Letterhead | None = None
    intro: str | None = None
    closing: str | None = None
    exchange: Exchange | None = None

    @property
    def billed(self) -> tuple[TaxTotal, ...]:
        """The tax totals before deposits were deducted: what was supplied, whoever paid when."""
        return (*self.taxes, *(tax for deposit in self.deposits for tax in deposit.taxes))

    @property
    def advance(self) -> bool:
        """Whether it is about money for what has not been supplied: a deposit, or its credit."""
        about = self.original.kind if self.original else self.kind
        return about == "prepayment"


def delivery_note_of(line: InvoiceLine, invoice: Invoice) -> str | None:
    """The number of the delivery note that a line of a collective or final invoice names."""
    if line.delivery_note is None:
        return None
    return delivery_note_number(line.order or invoice.external_number, line.delivery_note)


Group = tuple[str, Decimal]
"""A tax group: EN 16931 category and rate in percent."""


class Priced(NamedTuple):
    """What a shipment costs, item by item, and why; `decisions` has one for each kind of goods."""

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
    """What a shipment costs, with its tax, as an invoice would say it; raises what that raises."""
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
    """What one tax group adds to the invoices of an order.

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


def payment_text(method: str, locale: Language, due_on: date | None = None) -> str:
    """How the invoice is or was paid, as a sentence; `due_on` is the last day to pay it."""
    if due_on is not None:
        day = day_text(due_on, locale)
        return f"Zahlbar bis {day} ohne Abzug" if locale == "de" else f"Payable by {day}, net cash"
    default = {"de": f"Zahlungsart: {method}", "en": f"Payment method: {method}"}
    return _PAYMENTS.get(method, default)[locale]


def day_text(day: date, locale: Language) -> str:
    """A day as a sentence has it: 07.12.2026 or 7 December 2026."""
    if locale == "de":
        return f"{day:%d.%m.%Y}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def percent_text(percent: Decimal, locale: Language) -> str:
    """A percentage without its sign: 2,5 or 2.5."""
    text = f"{percent.normalize():f}"
    return text.replace(".", ",") if locale == "de" else text


_PAYMENTS: Mapping[str, Mapping[str, str]] = {
    "paypal": {"de": "Bezahlt mit PayPal", "en": "Paid with PayPal"},
    "card": {"de": "Bezahlt mit Kreditkarte", "en": "Paid by card"},
    "credit_card": {"de": "Bezahlt mit Kreditkarte", "en": "Paid by card"},
    "sepa": {"de": "Bezahlt per SEPA-Lastschrift", "en": "Paid by SEPA direct debit"},
    "direct_debit": {"de": "Bezahlt per SEPA-Lastschrift", "en": "Paid by SEPA direct debit"},
    "prepayment": {"de": "Bezahlt per Vorkasse", "en": "Paid in advance by bank transfer"},
    "klarna": {"de": "Bezahlt mit Klarna", "en": "Paid with Klarna"},
    "invoice": {"de": "Zahlbar sofort ohne Abzug", "en": "Payable immediately, net cash"},
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _gross_and_net(
    priced: Decimal, rate: Decimal, mode: PriceMode, currency: str
) -> tuple[Decimal, Decimal]:
    amount = money.rounded(priced, currency)
    if mode == "gross":
        return amount, money.net_of(amount, rate, currency)
    return money.gross_of(amount, rate, currency), amount


def taxed(item: Sold) -> Taxed:
    """What of an item the tax depends on."""
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
    """What counts towards the threshold of distance sales, net in EUR (§ 3c (4) UStG)."""
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


def particulars(seller: Seller, buyer: Party, *, by_id: bool) -> Iterator[tuple[str, str]]:
    """What both sides must be named with, each with what is there (§§ 14 (4), 14a (1), (3) UStG).

    `by_id` says that the invoice names both VAT ids.
    """
    for path, party in (("seller", seller), ("buyer", buyer)):
        for name in ("name", "line1", "city", "country"):
            yield f"{path}.{name}", getattr(party, name)
    yield "seller.vat_id", (seller.vat_id or "").strip() or seller.tax_number or ""
    if by_id:
        yield "seller.vat_id", seller.vat_id or ""
        yield "buyer.vat_id", buyer.vat_id or ""
