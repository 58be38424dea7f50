"""An electronic invoice: an invoice in the terms of EN 16931, all amounts net."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from oms.billing.drafting import merged
from oms.billing.invoice import Charge, Group, Invoice, InvoiceLine, TaxTotal, delivery_note_of
from oms.billing.posting import tax_in_euro
from oms.core import money
from oms.core.documents import Format
from oms.tax.exchange import EURO

UNLISTED_IN_CII = frozenset(["SS"])
"""Countries of ISO 3166-1 that the rules of EN 16931 for CII, as published, forgot (BR-CL-14)."""

MOST_DECIMALS = 10
_EXEMPT = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
_TAXED = ("S", "Z")


class Item(Struct, frozen=True, kw_only=True):
    """A line (BG-25); `price` times `quantity`, rounded to the cent, is `net`."""

    number: str
    name: str
    quantity: int
    price: Decimal
    net: Decimal
    category: str
    rate: Decimal
    sku: str | None = None
    note: str | None = None


class Adjustment(Struct, frozen=True, kw_only=True):
    """A charge (BG-21), or a discount (BG-20) when it `reduces`; `code` is UNTDID 7161 or 5189."""

    net: Decimal
    reduces: bool
    category: str
    rate: Decimal
    reason: str
    code: str


class Breakdown(Struct, frozen=True, kw_only=True):
    """The VAT of one category and rate (BG-23)."""

    category: str
    rate: Decimal
    net: Decimal
    tax: Decimal
    reason: str | None = None
    vatex: str | None = None


class Sums(Struct, frozen=True, kw_only=True):
    """The document's totals (BG-22); `due` is what is still to be paid."""

    lines: Decimal
    charges: Decimal
    allowances: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    paid: Decimal
    due: Decimal


class Means(Struct, frozen=True):
    """Means of payment (BG-16): a code of UNTDID 4461, and in words."""

    code: str
    text: str

    @property
    def by_bank(self) -> bool:
        """True if the money comes to the seller's account, which has to be named then (BG-17)."""
        return self.code in ("30", "58")


class EInvoice(Struct, frozen=True, kw_only=True):
    """An invoice with what EN 16931 derives from it; `tax_in_euro` is BT-111."""

    invoice: Invoice
    items: tuple[Item, ...]
    adjustments: tuple[Adjustment, ...]
    breakdown: tuple[Breakdown, ...]
    sums: Sums
    means: Means
    terms: str | None
    tax_in_euro: Decimal | None = None


def format_of(invoice: Invoice) -> Format | None:
    """Format of a buyer's e-invoice: a public one gets XRechnung, a business ZUGFeRD, others none.

    Where the rules of XRechnung as CII refuse a country it is UBL.
    """
    in_cii = not UNLISTED_IN_CII & {invoice.buyer.country, invoice.ship_to.country}
    if invoice.leitweg_id:
        return "xrechnung-cii" if invoice.xrechnung == "cii" and in_cii else "xrechnung-ubl"
    return "zugferd" if invoice.buyer_type == "B2B" else None


def en16931(invoice: Invoice) -> EInvoice:
    """The invoice in the terms of EN 16931-1:2017; the breakdown is the invoice's own, to the cent.

    Net amounts of lines come from the net of their tax group: each is rounded, and the cents left
    over go one each to the largest remainders, so that every sum of the standard (BR-CO-10 to 16)
    is exact and not merely within its tolerance.
    """
    invoice = _separable(invoice)
    nets = _nets(invoice)
    lines = [_item(line, nets[0][i], invoice) for i, line in enumerate(invoice.lines)]
    items = [*lines, *_deducted(invoice)]
    adjustments = tuple(
        _adjustment(charge, nets[1][i], invoice) for i, charge in enumerate(invoice.charges)
    )
    return EInvoice(
        invoice=invoice,
        items=tuple(items),
        adjustments=adjustments,
        breakdown=tuple(_breakdown(group, invoice) for group in invoice.taxes),
        sums=_sums(invoice, items, adjustments),
        means=_means(invoice),
        terms=_terms(invoice),
        tax_in_euro=tax_in_euro(invoice),
    )


def _separable(invoice: Invoice) -> Invoice:
    """Invoice with supplies outside of VAT alone (BR-O-11); among others they are exempt, E."""
    if exempt(invoice) or not any(group.category == "O" for group in invoice.taxes):
        return invoice

    def among(taxes: Sequence[TaxTotal]) -> tuple[TaxTotal, ...]:
        moved = [
            replace(each, category="E", vatex=None) if each.category == "O" else each
            for each in taxes
        ]
        return merged(moved)

    return replace(
        invoice,
        lines=tuple(
            replace(each, category="E") if each.category == "O" else each for each in invoice.lines
        ),
        charges=tuple(
            replace(each, category="E") if each.category == "O" else each
            for each in invoice.charges
        ),
        taxes=among(invoice.taxes),
        deposits=tuple(replace(each, taxes=among(each.taxes)) for each in invoice.deposits),
    )


def exempt(invoice: Invoice) -> bool:
    """True if nothing of it is within the scope of VAT, so that no VAT id may stand on it."""
    return all(group.category == "O" for group in invoice.taxes)


def _nets(invoice: Invoice) -> tuple[list[Decimal], list[Decimal]]:
    """The net amounts of the lines, and of the charges."""
    priced: list[tuple[Group, Decimal]] = [
        *(((line.category, line.rate), line.total) for line in invoice.lines),
        *(((charge.category, charge.rate), charge.amount) for charge in invoice.charges),
    ]
    nets = [Decimal(0)] * len(priced)
    for group in {group for group, _ in priced}:
        places = [i for i, (each, _) in enumerate(priced) if each == group]
        ideals = [_net(priced[i][1], group[1], invoice) for i in places]
        whole = _billed(invoice, group)
        shares = money.settled(whole, ideals, invoice.currency)
        for i, share in zip(places, shares, strict=True):
            nets[i] = share
    return nets[: len(invoice.lines)], nets[len(invoice.lines) :]


def _net(amount: Decimal, rate: Decimal, invoice: Invoice) -> Fraction:
    if invoice.price_mode == "net":
        return Fraction(amount)
    return Fraction(amount) * 100 / (100 + Fraction(rate))


def _billed(invoice: Invoice, group: Group) -> Decimal:
    """The net of a tax group before deposits were deducted."""
    totals = [*invoice.taxes, *(tax for each in invoice.deposits for tax in each.taxes)]
    return money.total([total.net for total in totals if (total.category, total.rate) == group])


def _item(line: InvoiceLine, net: Decimal, invoice: Invoice) -> Item:
    return Item(
        number=line.number,
        name=line.description,
        sku=line.sku or None,
        quantity=line.quantity,
        price=unit_price(net, line.quantity, invoice.currency),
        net=net,
        category=line.category,
        rate=line.rate,
        note=_origin(line, invoice),
    )


def unit_price(net: Decimal, quantity: int, currency: str) -> Decimal:
    """The price of one piece with as few decimals as it takes to come back to `net` (BT-146)."""
    exact = Fraction(net) / quantity
    for decimals in range(money.minor_units(currency), MOST_DECIMALS):
        price = Decimal(round(exact * 10**decimals)).scaleb(-decimals)
        if money.rounded(money.times(price, quantity), currency) == net:
            return price
    return Decimal(round(exact * 10**MOST_DECIMALS)).scaleb(-MOST_DECIMALS)


def _origin(line: InvoiceLine, invoice: Invoice) -> str | None:
    """Of which order, purchase order and delivery note a collective's line is (BT-127)."""
    german = invoice.locale == "de"
    parts = []
    if line.order:
        parts.append(f"{'Bestellung' if german else 'Order'} {line.order}")
    if line.purchase_order:
        parts.append(f"{'Ihre Bestellnummer' if german else 'Your order'} {line.purchase_order}")
    if note := delivery_note_of(line, invoice):
        parts.append(f"{'Lieferschein' if german else 'Delivery note'} {note}")
    if line.supplied_on:
        parts.append(line.supplied_on.isoformat())
    return ", ".join(parts) or None


def _deducted(invoice: Invoice) -> Iterable[Item]:
    """A line for each rate of each deposit, taken off: the XML has no place for them (BG-25)."""
    taxes = [(deposit, tax) for deposit in invoice.deposits for tax in deposit.taxes]
    for n, (deposit, tax) in enumerate(taxes, 1):
        words = "abzüglich Anzahlung" if invoice.locale == "de" else "less deposit"
        yield Item(
            number=f"D{n}",
            name=f"{words} {deposit.number}",
            quantity=-1,
            price=tax.net,
            net=-tax.net,
            category=tax.category,
            rate=tax.rate,
            note=deposit.issued_on.isoformat(),
        )


def _adjustment(charge: Charge, net: Decimal, invoice: Invoice) -> Adjustment:
    reduces = net < 0
    code, german, english = _KINDS["discount" if reduces else "shipping"]
    return Adjustment(
        net=abs(net),
        reduces=reduces,
        category=charge.category,
        rate=charge.rate,
        reason=german if invoice.locale == "de" else english,
        code=code,
    )


_KINDS = {
    "shipping": ("FC", "Versandkosten", "Shipping"),  # UNTDID 7161
    "discount": ("95", "Rabatt", "Discount"),  # UNTDID 5189
}


def _breakdown(group: TaxTotal, invoice: Invoice) -> Breakdown:
    free = group.category not in _TAXED
    note = " / ".join(invoice.notes) or group.reason or None
    return Breakdown(
        category=group.category,
        rate=group.rate,
        net=group.net,
        tax=group.tax,
        reason=note if free else None,
        vatex=(group.vatex or _EXEMPT.get(group.category)) if free else None,
    )


def _sums(invoice: Invoice, items: Sequence[Item], adjustments: Sequence[Adjustment]) -> Sums:
    return Sums(
        lines=money.total([item.net for item in items]),
        charges=money.total([each.net for each in adjustments if not each.reduces]),
        allowances=money.total([each.net for each in adjustments if each.reduces]),
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        paid=invoice.paid,
        due=invoice.gross - invoice.paid,
    )


def _means(invoice: Invoice) -> Means:
    """Bank transfer only where there is an account, other codes only where they need no more."""
    if invoice.kind == "credit_note":
        return Means("ZZZ", "Erstattung" if invoice.locale == "de" else "Refund")
    if invoice.method in ("paypal", "klarna"):
        return Means("68", invoice.method)
    if invoice.method in ("invoice", "prepayment") and invoice.seller.bank is not None:
        return Means("58", "SEPA") if invoice.currency == EURO else Means("30", "Credit transfer")
    return Means("ZZZ", invoice.method)


def _terms(invoice: Invoice) -> str | None:
    """The terms of payment (BT-20), with a discount in the form of XRechnung's BR-DE-18."""
    said = [invoice.payment] if invoice.payment else []
    terms = invoice.terms
    if terms is None or not terms.discount_percent:
        return "\n".join(said) or None
    percent = f"{terms.discount_percent:.2f}"
    return "\n".join([*said, f"#SKONTO#TAGE={terms.discount_days}#PROZENT={percent}#", ""])
