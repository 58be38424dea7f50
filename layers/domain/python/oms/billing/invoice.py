"""The invoice: a snapshot of all its document says, drafted from what leaves the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from oms.core import money
from oms.core.documents import Kind
from oms.core.parties import Language, Party, PriceMode
from oms.core.refusals import Refusal
from oms.fulfilment.delivery_notes import delivery_note_number
from oms.master.letterhead import Letterhead
from oms.master.seller import Seller, XRechnung
from oms.tax import engine as tax
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
    """Proof that the buyer's VAT id was valid: when, by whom and under which number."""

    vat_id: str
    checked_at: datetime
    source: str
    consultation: str | None = None


class Sale(Struct, frozen=True, kw_only=True):
    """Facts that all invoices of an order have in common.

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
    """Goods that left a warehouse for the buyer, and when; `ship_from` is its country."""

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
        """True if it is about money for what has not been supplied: a deposit, or its credit."""
        about = self.original.kind if self.original else self.kind
        return about == "prepayment"


def delivery_note_of(line: InvoiceLine, invoice: Invoice) -> str | None:
    """The number of the delivery note that a line of a collective or final invoice names."""
    if line.delivery_note is None:
        return None
    return delivery_note_number(line.order or invoice.external_number, line.delivery_note)


Group = tuple[str, Decimal]
"""A tax group: EN 16931 category and rate in percent."""
