"""The invoice on paper."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from oms.billing.invoice import Charge, Invoice, InvoiceLine, TaxTotal, delivery_note_of
from oms.billing.posting import deducted_tax_in_euro, tax_in_euro
from oms.core.money import rounded, total
from oms.core.parties import Language, Party
from oms.payments.girocode import transfer_of
from oms.tax.cases import MARGIN_VATEX
from oms.tax.exchange import EURO
from oms_aws.papers.codes import drawn
from oms_aws.papers.letter import Row, Words, giro, letter, paragraphs, row, table
from oms_aws.papers.press import Sheet
from oms_aws.platform.rendering import words
from oms_aws.platform.wording import (
    address_lines,
    amount_text,
    clean,
    date_text,
    joined,
    money_text,
    rate_text,
)


def invoice_sheet(invoice: Invoice) -> Sheet:
    """Every text of an invoice, formatted for its language."""
    known: Words = words("papers")[invoice.locale]
    sheet = letter(
        locale=invoice.locale,
        title=known["titles"][invoice.kind].format(invoice.number),
        made_on=invoice.issued_on,
        seller=invoice.seller,
        to=invoice.buyer,
        info=_info(invoice),
        intro=paragraphs(*_intro(invoice, known)),
        letterhead=invoice.letterhead,
    )
    payload = transfer_of(invoice)
    due = known["credit" if invoice.kind == "credit_note" else "gross"]
    return {
        **sheet,
        "delivery": delivery_of(invoice, known),
        "table": table(
            known["columns"], item_rows(invoice, known), wide=1, carried=known["carried"]
        ),
        "taxes": tax_table(invoice, known),
        "totals": totals_of(invoice, known, due),
        "after": _after(invoice, known),
        "giro": _giro(invoice, payload) if payload else None,
    }


def _money(amount: Decimal, invoice: Invoice) -> str:
    return money_text(amount, invoice.currency, invoice.locale)


def _giro(invoice: Invoice, payload: str) -> Row:
    due = _money(invoice.gross - invoice.paid, invoice)
    return giro(invoice.seller, due, invoice.number, drawn(payload), invoice.locale)


def _intro(invoice: Invoice, known: Words) -> tuple[str | None, ...]:
    """The shop's words; what a document is about stands there in any case."""
    original = invoice.original
    number = original.number if original else ""
    day = date_text(original.issued_on, invoice.locale) if original else ""
    said: str = known["greetings"][invoice.kind].format(number=number, day=day)
    if invoice.intro is None:
        return (said,)
    return (invoice.intro, said) if original else (invoice.intro,)


def _info(invoice: Invoice) -> list[tuple[str, str | None]]:
    prefix = "credit_" if invoice.kind == "credit_note" else ""
    locale = invoice.locale
    period = invoice.period
    months = f"{date_text(period[0], locale)} – {date_text(period[1], locale)}" if period else None
    collective = invoice.kind == "collective"
    unsupplied = period or invoice.kind in ("prepayment", "pro_forma")
    return [
        (f"{prefix}number", invoice.number),
        (f"{prefix}issued_on", date_text(invoice.issued_on, locale)),
        ("supplied_on", None if unsupplied else date_text(invoice.supplied_on, locale)),
        ("period", months),
        ("order", None if collective else invoice.external_number),
        ("purchase_order", invoice.purchase_order),
        ("customer", invoice.buyer.number),
        (vat_id_label(invoice), invoice.buyer.vat_id),
    ]


def vat_id_label(invoice: Invoice) -> str:
    """An id that nobody has checked is what the buyer said, and is called so."""
    check = invoice.vat_check
    known = check is not None and check.vat_id == invoice.buyer.vat_id
    return "buyer_vat_id" if known else "buyer_vat_id_said"


def _below(line: InvoiceLine, invoice: Invoice) -> str:
    """Small print under a line: its SKU, and of which order and delivery it is."""
    day = date_text(line.supplied_on, invoice.locale) if line.supplied_on else None
    note = delivery_note_of(line, invoice)
    return joined(" · ", line.sku, line.order, line.purchase_order, note, day)


class _Rows:
    """The rows of a table of items, and what they come to so far."""

    def __init__(self, invoice: Invoice, known: Words) -> None:
        self._invoice, self._known = invoice, known
        self._sum = Decimal(0)
        self.made: list[Row] = []

    def item(self, line: InvoiceLine) -> None:
        currency, locale = self._invoice.currency, self._invoice.locale
        cells = [
            clean(line.number),
            clean(line.description),
            str(line.quantity),
            amount_text(line.unit_price, currency, locale),
            _rate(line, locale),
            amount_text(line.total + line.discount, currency, locale),
        ]
        self._add(cells, line.total + line.discount, _below(line, self._invoice))

    def extra(self, text: str, amount: Decimal, of: InvoiceLine | Charge | TaxTotal) -> None:
        currency, locale = self._invoice.currency, self._invoice.locale
        worth = amount_text(amount, currency, locale)
        self._add(["", text, "", "", _rate(of, locale), worth], amount)

    def total(self, name: str, amount: Decimal) -> None:
        """A sum of rows above, which adds nothing."""
        worth = amount_text(amount, self._invoice.currency, self._invoice.locale)
        cells = ["", self._known["subtotals"][name], "", "", "", worth]
        self._add(cells, Decimal(0), strong=True)

    def so_far(self) -> None:
        self.total("so_far", self._sum)

    def _add(
        self, cells: list[str], amount: Decimal, below: str = "", *, strong: bool = False
    ) -> None:
        self._sum += amount
        so_far = amount_text(self._sum, self._invoice.currency, self._invoice.locale)
        self.made.append(row(cells, below=below, strong=strong, sum=so_far))


def item_rows(invoice: Invoice, known: Words) -> list[Row]:
    """Its lines, charges and deposits as rows of a table, with a subtotal of each reduction.

    What several lines were reduced by, what is off the whole order and what was paid in advance
    have each their sum; before deposits stands what all that was supplied comes to.
    """
    rows = _Rows(invoice, known)
    for line in invoice.lines:
        rows.item(line)
        if line.discount:
            rows.extra(known["discount"], -line.discount, line)
    reduced = [line.discount for line in invoice.lines if line.discount]
    if len(reduced) > 1:
        rows.total("line_discounts", -total(reduced))
    off = [each for each in invoice.charges if each.kind == "discount"]
    if off and len(invoice.lines) > 1:
        rows.so_far()
    for charge in (*off, *(each for each in invoice.charges if each.kind != "discount")):
        rows.extra(known[charge.kind], charge.amount, charge)
        if len(off) > 1 and charge is off[-1]:
            rows.total("discounts", total([each.amount for each in off]))
    _deduct(invoice, known, rows)
    return rows.made


def _deduct(invoice: Invoice, known: Words, rows: _Rows) -> None:
    if not invoice.deposits:
        return
    rows.so_far()
    for deposit in invoice.deposits:
        day = date_text(deposit.issued_on, invoice.locale)
        text = known["deposit"].format(number=clean(deposit.number), day=day)
        for tax in deposit.taxes:
            rows.extra(text, -tax.priced, tax)
    taxes = [tax.priced for deposit in invoice.deposits for tax in deposit.taxes]
    if len(taxes) > 1:
        rows.total("deposits", -total(taxes))


def _rate(of: InvoiceLine | Charge | TaxTotal, locale: Language) -> str:
    """Its rate, or a dash where the tax may not be shown."""
    return "–" if of.vatex in MARGIN_VATEX else rate_text(of.rate, locale)


def of_margin(group: TaxTotal, invoice: Invoice) -> bool:
    """True for a total of the margin scheme: its tax is not shown (§ 25a (6) UStG)."""
    same = (group.category, group.rate)
    found = {line.vatex for line in invoice.lines if (line.category, line.rate) == same}
    return not found.isdisjoint(MARGIN_VATEX)


def _tax_row(group: TaxTotal, invoice: Invoice, known: Words) -> list[str]:
    label = rate_text(group.rate, invoice.locale)
    if of_margin(group, invoice):
        label = known["margin"]
    elif group.category != "S":
        label = f"{label} ({known['untaxed'][group.category]})"
    amounts = (group.net, group.tax, group.gross)
    return [label, *(amount_text(a, invoice.currency, invoice.locale) for a in amounts)]


def tax_table(invoice: Invoice, known: Words) -> dict[str, object]:
    """Net, tax and gross of each rate."""
    rows = [_tax_row(group, invoice, known) for group in invoice.taxes]
    return {"heads": known["tax_columns"], "rows": rows}


def totals_of(invoice: Invoice, known: Words, due: str) -> dict[str, object]:
    """Sums from the net amount to what is `due`."""
    rows = [[known["net"], _money(invoice.net, invoice)]]
    for group in invoice.taxes:
        if of_margin(group, invoice):
            continue
        rate = rate_text(group.rate, invoice.locale)
        text = known["tax"].format(rate=rate, net=_money(group.net, invoice))
        rows.append([text, _money(group.tax, invoice)])
    return {"rows": rows, "due": [due, _money(invoice.gross, invoice)]}


def _after(invoice: Invoice, known: Words) -> list[str]:
    """Lines below the sums: causes, notes of the law, the payment, the shop's words."""
    prices = prices_said(invoice, known)
    payment = f"{invoice.payment}." if invoice.payment else None
    cause = known["cause"].format(invoice.reason) if invoice.reason else None
    notes = (f"{note}." for note in invoice.notes)
    return paragraphs(
        cause,
        *notes,
        _in_euro(invoice, known),
        payment,
        _early(invoice, known),
        prices,
        invoice.closing,
    )


def _in_euro(invoice: Invoice, known: Words) -> str | None:
    """The tax of a document in another currency in euro, and by which rate (Art. 230)."""
    euro, exchange = tax_in_euro(invoice), invoice.exchange
    if euro is None or exchange is None:
        return None
    rate = amount_text(exchange.per_euro, invoice.currency, invoice.locale)
    text: str = known["in_euro"].format(
        tax=money_text(euro, EURO, invoice.locale),
        rate=f"{rate} {invoice.currency}",
        month=exchange.month,
        source=clean(exchange.source),
    )
    if invoice.kind == "prepayment":
        return f"{text} {known['in_euro_due']}"
    if invoice.deposits:
        deducted = money_text(deducted_tax_in_euro(invoice), EURO, invoice.locale)
        return f"{text} {known['in_euro_deducted'].format(tax=deducted)}"
    return text


def prices_said(invoice: Invoice, known: Words) -> str | None:
    """Sentence on prices, with the tax in them or without, where there is any."""
    return known[f"prices_{invoice.price_mode}"] if invoice.tax else None


def _early(invoice: Invoice, known: Words) -> str | None:
    """Amount to be paid by who pays within the days of the discount."""
    terms = invoice.terms
    if terms is None or not terms.discount_percent or invoice.kind == "credit_note":
        return None
    off = rounded(invoice.gross * terms.discount_percent / 100, invoice.currency)
    day = date_text(invoice.issued_on + timedelta(terms.discount_days), invoice.locale)
    left = _money(invoice.gross - off, invoice)
    text: str = known["early"].format(day=day, amount=left, off=_money(off, invoice))
    return f"{text}."


def delivery_of(invoice: Invoice, known: Words) -> list[str] | None:
    """Address of the goods, if they went elsewhere."""

    def place(party: Party) -> list[str]:
        return address_lines(party, invoice.seller.country, invoice.locale)

    where = place(invoice.ship_to)
    return None if where == place(invoice.buyer) else [known["ship_to"], ", ".join(where)]
