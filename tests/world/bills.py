"""Orders of any lines, discounts and shipments, with the documents that they get on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.billing import invoice_of
from oms.billing.crediting import Claim, NotCreditable, credit_note
from oms.billing.documenting import credit, credit_notes_of
from oms.billing.invoice import Invoice
from oms.core import money
from oms.core.parties import Address
from oms.master.product import Product
from oms.master.shop import Shop
from oms.orders import invoicing
from oms.orders.customer import Customer, Shipping
from oms.orders.documents import Document
from oms.orders.holding import screen
from oms.orders.lines import Discount, Line
from oms.orders.money_parts import Payment
from oms.orders.order import Order
from oms.orders.reserving import reserve
from oms.orders.shipping import pack, release_to_warehouse
from oms.orders.shipping import ship as ship_order
from tests.world.papers import SELLER

DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHOP = Shop(id="berg", name="Berg", seller=SELLER, support_email="hilfe@berg.example")
TAXED = ("standard", "reduced", "margin", "voucher_multi", "scrap_13b")

discounts = st.integers(0, 100)
categories = st.lists(st.sampled_from(TAXED), min_size=6, max_size=6)
cuts = st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=4)
"""What leaves with each shipment of an order, line by line; the rest leaves last."""


@st.composite
def discounted(draw: st.DrawFn) -> Order:
    """An order of up to six lines, with some percent off each and off the whole."""
    lines = []
    for n in range(draw(st.integers(1, 6))):
        price, pieces = Decimal(draw(st.integers(0, 10**5))).scaleb(-2), draw(st.integers(1, 9))
        off = money.rounded(price * pieces * draw(discounts) / 100, "EUR")
        discount = (Discount(off, "A"),) if off else ()
        lines.append(Line(str(n + 1), f"SKU-{n}", price, pieces, pieces, discounts=discount))
    left = sum((li.unit_price * li.ordered - li.discount for li in lines), Decimal(0))
    off = money.rounded(left * draw(discounts) / 100, "EUR")
    return Order(
        id="ord_1",
        shop="berg",
        external_number="BB-1",
        placed_at=AT,
        received_at=AT,
        currency="EUR",
        price_mode=draw(st.sampled_from(["gross", "net"])),
        customer=Customer("C-1", draw(st.sampled_from(["B2C", "B2B"])), "J", "j@m.example", "de"),
        billing_address=Address("Jörg Müller", "Ringstr. 5", "80331", "München", "DE"),
        lines=tuple(lines),
        shipping=Shipping("standard", Decimal(draw(st.integers(0, 5000))).scaleb(-2)),
        payment=Payment("paypal", "captured", Decimal(0)),
        discounts=(Discount(off, "B"),) if off else (),
    )


def products_of(order: Order, taxed: Sequence[str]) -> dict[str, Product]:
    """The products of an order's lines, each in its tax category."""
    return {
        line.sku: Product(sku=line.sku, name={"de": "Ware"}, tax_category=category)
        for line, category in zip(order.lines, taxed, strict=False)
    }


class Billed:
    """An order on its way, and the snapshots of the documents that it has got so far."""

    def __init__(self, order: Order, products: dict[str, Product]) -> None:
        self.order = reserve(screen(order, (), at=AT), order.pieces("open"), {}, at=AT)
        self.papers: dict[str, Invoice] = {}
        self._products = products

    @property
    def invoices(self) -> list[Invoice]:
        """All invoices so far."""
        return [paper for paper in self.papers.values() if paper.kind != "credit_note"]

    def ship(self, cut: Sequence[int]) -> None:
        """Let so many pieces of each line leave, as far as they are there, and bill them."""
        here = self.order.pieces("reserved")
        wanted = zip((line.number for line in self.order.lines), cut, strict=False)
        pieces = {number: n for number, want in wanted if (n := min(want, here.get(number, 0)))}
        if not pieces:
            return
        order = release_to_warehouse(self.order, "A", pieces, ship_by=AT, reasons=(), at=AT)
        id = order.fulfilments[-1].id
        order = pack(order, id, [(100, None)], at=AT)
        order = ship_order(order, id, carrier="dhl", tracking_numbers=(f"T-{id}",), at=AT)
        invoice = invoice_of(
            order,
            order.fulfilment(id),
            shop=SHOP,
            products=self._products,
            ship_from="DE",
            earlier=self.invoices,
            number=f"RE-{len(self.papers) + 1}",
            issued_on=DAY,
        )
        document = Document(f"inv_{id}", invoice.kind, invoice.number, id, AT, invoice.gross)
        self.order = invoicing.invoice(order, document)
        self.papers[document.id] = invoice

    def ship_all(self, split: Sequence[Sequence[int]]) -> Billed:
        """Let all leave, in shipments as `split` says."""
        for cut in [*split, [9] * len(self.order.lines)]:
            self.ship(cut)
        return self

    def credit(self, document: str, claims: Sequence[Claim], shipping: Decimal) -> bool:
        """Credit parts of an invoice; whether so much is left of it."""
        original = self.papers[document]
        known = [self.papers[note.id] for note in credit_notes_of(self.order, document)]
        number = f"RK-{len(self.papers) + 1}"
        try:
            note = credit_note(
                original, known, claims, shipping=shipping, number=number, issued_on=DAY, reason="R"
            )
        except NotCreditable:
            return False
        made = Document(f"cre_{number}", note.kind, number, original.fulfilment_id, AT, note.gross)
        self.order = credit(self.order, replace(made, original=document))
        self.papers[made.id] = note
        return True


def billed(order: Order, products: dict[str, Product], split: list[list[int]]) -> list[Invoice]:
    """One invoice per shipment of the order, each of what `split` says, the rest last."""
    return Billed(order, products).ship_all(split).invoices
