"""The invoice: a snapshot of all its document says, drafted from what leaves the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from oms import money, tax
from oms.refusals import Refusal

PriceMode = Literal["gross", "net"]
Language = Literal["de", "en"]
Kind = Literal[
    "invoice", "partial", "prepayment", "final", "collective", "credit_note", "corrected"
]
TYPE_CODES: Mapping[Kind, str] = {
    "invoice": "380",
    "partial": "326",
    "prepayment": "386",
    "final": "380",
    "collective": "380",
    "credit_note": "381",
    "corrected": "384",
}
"""UNTDID 1001, as EN 16931 BT-3 takes it; final and collective invoices have none of their own."""


class IncompleteInvoice(Refusal):
    """A particular that § 14 (4) UStG demands is missing; `fields` says which."""


class Bank(Struct, frozen=True):
    """Where the seller is paid."""

    name: str
    iban: str
    bic: str | None = None


class Seller(Struct, frozen=True, kw_only=True):
    """The merchant as printed; § 14 (4) no. 2 UStG demands `vat_id` or `tax_number`."""

    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    line2: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    register: str | None = None
    managers: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    bank: Bank | None = None
    contact: str | None = None


class Party(Struct, frozen=True, kw_only=True):
    """The buyer, or who receives the goods; `number` is the customer number."""

    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    company: str | None = None
    line2: str | None = None
    region: str | None = None
    vat_id: str | None = None
    number: str | None = None
    email: str | None = None


class Reference(Struct, frozen=True):
    """An earlier document, by what is printed on it."""

    number: str
    issued_on: date


class Terms(Struct, frozen=True, kw_only=True):
    """Until when to pay, and the discount for who pays within so many days of the issue."""

    due_on: date
    discount_percent: Decimal = Decimal(0)
    discount_days: int = 0


class Sold(Struct, frozen=True):
    """Pieces of an order line; `unit_price` is in the sale's currency and price mode."""

    number: str
    sku: str
    description: str
    quantity: int
    unit_price: Decimal
    tax_category: str


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
    vat_id_checked: bool = False
    distance_sales: Literal["below", "above"] = "below"
    payment: str | None = None


class Shipment(Struct, frozen=True, kw_only=True):
    """What left a warehouse for the buyer, and when; `ship_from` is the warehouse's country."""

    fulfilment_id: str
    ship_from: str
    supplied_on: date
    sold: tuple[Sold, ...]


class InvoiceLine(Struct, frozen=True, kw_only=True):
    """A printed line: `total` is exactly unit price times quantity, in the invoice's price mode.

    On a collective invoice a line names its order and delivery note. `pieces` is how many pieces a
    credit takes back where that is not its quantity: none, when only the price is reduced.
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
    pieces: int | None = None


class Charge(Struct, frozen=True, kw_only=True):
    """The part of the shipping price that shares the tax of the goods of one rate."""

    kind: Literal["shipping"]
    amount: Decimal
    category: str
    rate: Decimal


class TaxTotal(Struct, frozen=True, kw_only=True):
    """One tax rate of an invoice.

    `priced` is the exact sum of lines and charges in the price mode; `net`, `tax` and `gross` are
    in whole minor units, and net + tax = gross.
    """

    category: str
    rate: Decimal
    priced: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    vatex: str | None = None
    reason: str | None = None


class Deposit(Struct, frozen=True, kw_only=True):
    """A prepayment invoice that a final invoice deducts, rate by rate (§ 14 (5) UStG)."""

    number: str
    issued_on: date
    taxes: tuple[TaxTotal, ...]


class Invoice(Struct, frozen=True, kw_only=True):
    """A document as issued: what was true then, and all that its paper and its XML need.

    Amounts are positive on a credit note too. `taxes` and the sums are what is billed here: on a
    final invoice, after its `deposits`. `original` is what a credit note or a corrected invoice is
    about, and `reason` why; `paid` is what had been paid at issue, by `method`.
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


Group = tuple[str, Decimal]
"""A tax group: EN 16931 category and rate in percent."""


def draft_invoice(
    sale: Sale, shipment: Shipment, *, number: str, issued_on: date, earlier: Sequence[TaxTotal]
) -> Invoice:
    """The invoice for the pieces of one shipment.

    `earlier` are the tax totals of all invoices of the order before this one; shipping is charged
    when there are none. Raises IncompleteInvoice (§§ 14 (4), 14a (3) UStG), `tax.TaxRefusal` and
    `money.UnknownCurrency`.
    """
    decisions = _decisions(sale, shipment)
    _demand_particulars(sale, shipment, number, decisions.values())
    lines = tuple(_line(item, decisions[item.tax_category]) for item in shipment.sold)
    charges = () if earlier else _charges(sale, decisions)
    taxes = _taxes(sale, [*lines, *charges], earlier, decisions.values())
    gross = money.total([group.gross for group in taxes])
    net = money.total([group.net for group in taxes])
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
        seller=sale.seller,
        buyer=sale.buyer,
        ship_to=sale.ship_to,
        lines=lines,
        charges=charges,
        taxes=taxes,
        net=net,
        tax=gross - net,
        gross=gross,
        notes=_notes(decisions.values(), {group.category for group in taxes}, sale.locale),
        payment=sale.payment,
    )


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
        if locale == "de":
            return f"Zahlbar bis {due_on:%d.%m.%Y} ohne Abzug"
        return f"Payable by {due_on.day} {_MONTHS[due_on.month - 1]} {due_on.year}, net cash"
    default = {"de": f"Zahlungsart: {method}", "en": f"Payment method: {method}"}
    return _PAYMENTS.get(method, default)[locale]


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


def _decisions(sale: Sale, shipment: Shipment) -> dict[str, tax.TaxDecision]:
    """One decision per tax category; of the whole order, as shipping is split over all of it."""
    return {
        category: tax.decide(
            tax.Supply(
                ship_from=shipment.ship_from,
                country=sale.ship_to.country,
                postal_code=sale.ship_to.postal_code,
                buyer=sale.buyer_type,
                category=category,
                supplied_on=shipment.supplied_on,
                vat_id=sale.buyer.vat_id,
                vat_id_checked=sale.vat_id_checked,
                distance_sales=sale.distance_sales,
            )
        )
        for category in sorted({item.tax_category for item in (*sale.goods, *shipment.sold)})
    }


def _line(item: Sold, decision: tax.TaxDecision) -> InvoiceLine:
    return InvoiceLine(
        number=item.number,
        sku=item.sku,
        description=item.description,
        quantity=item.quantity,
        unit_price=item.unit_price,
        total=money.times(item.unit_price, item.quantity),
        category=decision.category,
        rate=decision.rate,
    )


def _charges(sale: Sale, decisions: Mapping[str, tax.TaxDecision]) -> tuple[Charge, ...]:
    """Shipping shares the fate of the goods (section 3.10 (5) UStAE): by net value, per rate."""
    if not sale.shipping:
        return ()
    values: dict[Group, Fraction] = {}
    for item in sale.goods:
        decision = decisions[item.tax_category]
        group = (decision.category, decision.rate)
        value = Fraction(money.times(item.unit_price, item.quantity))
        if sale.price_mode == "gross":
            value = value * 100 / (100 + Fraction(decision.rate))
        values[group] = values.get(group, Fraction(0)) + value
    groups = sorted(values, key=lambda group: (-group[1], group[0]))
    shares = money.allocate(sale.shipping, [values[group] for group in groups], sale.currency)
    return tuple(
        Charge(kind="shipping", amount=amount, category=category, rate=rate)
        for (category, rate), amount in zip(groups, shares, strict=True)
        if amount
    )


def _taxes(
    sale: Sale,
    items: Iterable[InvoiceLine | Charge],
    earlier: Sequence[TaxTotal],
    decisions: Iterable[tax.TaxDecision],
) -> tuple[TaxTotal, ...]:
    """The tax totals per group, highest rate first."""
    priced: dict[Group, list[Decimal]] = {}
    for item in items:
        amount = item.total if isinstance(item, InvoiceLine) else item.amount
        priced.setdefault((item.category, item.rate), []).append(amount)
    reasons: dict[Group, tax.TaxDecision] = {(d.category, d.rate): d for d in decisions}
    totals = []
    for group in sorted(priced, key=lambda group: (-group[1], group[0])):
        amount = money.total(priced[group])
        plain = tax_total(group, amount, earlier, sale.price_mode, sale.currency)
        decision = reasons[group]
        totals.append(replace(plain, vatex=decision.vatex, reason=decision.reason))
    return tuple(totals)


def _notes(
    decisions: Iterable[tax.TaxDecision], used: set[str], locale: Language
) -> tuple[str, ...]:
    notes = [d.note for d in decisions if d.note is not None and d.category in used]
    texts = [note.de if locale == "de" else note.en for note in notes]
    return tuple(dict.fromkeys(texts))


def _demand_particulars(
    sale: Sale, shipment: Shipment, number: str, decisions: Iterable[tax.TaxDecision]
) -> None:
    """Raise IncompleteInvoice unless everything §§ 14 (4), 14a (3) UStG demand is there."""
    free = any(decision.category == "K" for decision in decisions)
    required = [("number", number), *_names(sale, free)]
    fields = {path: "required on an invoice" for path, text in required if not text.strip()}
    for i, item in enumerate(shipment.sold):
        if not item.description.strip():
            fields[f"lines.{i}.description"] = "required on an invoice"
        if item.quantity < 1:
            fields[f"lines.{i}.quantity"] = "must be at least 1"
        if item.unit_price < 0:
            fields[f"lines.{i}.unit_price"] = "must not be negative"
    if not shipment.sold:
        fields["lines"] = "an invoice needs at least one line"
    if fields:
        text = f"invoice {number} is not complete: {', '.join(fields)}"
        raise IncompleteInvoice("incomplete_invoice", text, fields)


def _names(sale: Sale, intra_community: bool) -> Iterable[tuple[str, str]]:
    for path, party in (("seller", sale.seller), ("buyer", sale.buyer)):
        for name in ("name", "line1", "city", "country"):
            yield f"{path}.{name}", getattr(party, name)
    yield "seller.vat_id", sale.seller.vat_id or sale.seller.tax_number or ""
    if intra_community:
        yield "seller.vat_id", sale.seller.vat_id or ""
        yield "buyer.vat_id", sale.buyer.vat_id or ""
