"""Documents of every kind and tax case, as snapshots: what the e-invoice writers must manage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from msgspec.structs import replace

from oms.billing.amounts import draft_invoice
from oms.billing.crediting import Claim, credit_note
from oms.billing.deposits import IssuedDeposit
from oms.billing.drafting import (
    collective_invoice,
    corrected_invoice,
    final_invoice,
    prepayment_invoice,
)
from oms.billing.invoice import Invoice, InvoiceLine, Sale, Shipment, Sold, TaxTotal, Terms
from oms.core.parties import Party
from oms.master.seller import Bank, Seller
from oms.tax.exchange import Exchange

DAY = date(2026, 11, 23)
SELLER = Seller(
    name="Berg & Beutel GmbH",
    line1="Almweg 1",
    postal_code="83471",
    city="Berchtesgaden",
    country="DE",
    vat_id="DE136695976",
    tax_number="163/123/45678",
    register="HRB 12345, Amtsgericht Traunstein",
    email="rechnung@berg-beutel.example",
    phone="+49 8652 12345",
    contact="Resi Rechnung",
    bank=Bank("Musterbank", "DE02 1203 0000 0000 2020 51", "BYLADEM1001"),
)
BUYER = Party(
    name="Jörg Müller",
    company="Müller & Söhne <Handel> AG",
    line1="Ringstr. 5",
    line2="Hinterhaus",
    postal_code="80331",
    city="München",
    country="DE",
    number="C-17",
    email="einkauf@mueller.example",
)
FRENCH = replace(
    BUYER, line1="Rue de la Paix 1", postal_code="75002", city="Paris", country="FR",
    vat_id="FR40303265045",
)  # fmt: skip
SWISS = replace(BUYER, postal_code="8001", city="Zürich", country="CH")
LEITWEG = "04011000-12345-03"
GOODS = (
    Sold("1", "RUCK-45", "Rucksack 45 l", 3, Decimal("129.90"), "standard"),
    Sold("2", "BUCH-1", "Wanderführer „Hütten“", 7, Decimal("9.99"), "reduced"),
    Sold("3", "KARAB-S", "Karabiner", 100, Decimal("0.3325"), "standard"),
)

Mode = Literal["gross", "net"]
# EN 16931 category, VATEX code, note, who buys.
FREE: tuple[tuple[str, str | None, str, Party], ...] = (
    ("Z", None, "", BUYER),
    ("E", None, "Kein Ausweis von Umsatzsteuer, da Kleinunternehmer gemäß § 19 UStG", BUYER),
    ("E", "VATEX-EU-F", "Gebrauchtgegenstände/Sonderregelung", BUYER),
    ("AE", "VATEX-EU-AE", "Steuerschuldnerschaft des Leistungsempfängers", FRENCH),
    ("K", "VATEX-EU-IC", "Steuerfreie innergemeinschaftliche Lieferung", FRENCH),
    ("G", "VATEX-EU-G", "Steuerfreie Ausfuhrlieferung", SWISS),
    ("O", "VATEX-EU-O", "Nicht steuerbar", SWISS),
)


def sale(mode: Mode, buyer: Party = BUYER) -> Sale:
    return Sale(
        order_id="ord_1",
        external_number="BB-10001",
        currency="EUR",
        price_mode=mode,
        locale="de",
        seller=SELLER,
        buyer=buyer,
        buyer_type="B2B",
        ship_to=buyer,
        goods=GOODS,
        shipping=Decimal("4.90"),
        payment="Zahlbar bis 07.12.2026 ohne Abzug",
    )


def shipment(goods: tuple[Sold, ...] = GOODS, id: str = "ful_1-1") -> Shipment:
    return Shipment(fulfilment_id=id, ship_from="DE", supplied_on=DAY, sold=goods)


def plain(mode: Mode = "gross", number: str = "RE-2026-000001") -> Invoice:
    """The invoice over everything, to a business in Germany, with a discount for quick payers."""
    made = draft_invoice(sale(mode), shipment(), number=number, issued_on=DAY, earlier=())
    terms = Terms(due_on=DAY + timedelta(14), discount_percent=Decimal("2.5"), discount_days=7)
    return replace(made, buyer_type="B2B", terms=terms, purchase_order="PO-4711")


def free(case: tuple[str, str | None, str, Party], mode: Mode) -> Invoice:
    """The same goods without tax, for one of the reasons of the standard."""
    category, vatex, note, buyer = case
    invoice = plain(mode)
    total = sum((line.total for line in invoice.lines), Decimal(0))
    priced = total + sum((charge.amount for charge in invoice.charges), Decimal(0))
    net = priced.quantize(Decimal("0.01"))
    recast = TaxTotal(
        category=category,
        rate=Decimal(0),
        priced=priced,
        net=net,
        tax=Decimal("0.00"),
        gross=net,
        vatex=vatex,
        reason=note or None,
    )
    return replace(
        invoice,
        buyer=buyer,
        ship_to=buyer,
        lines=tuple(_free(line, category) for line in invoice.lines),
        charges=tuple(
            replace(charge, category=category, rate=Decimal(0)) for charge in invoice.charges
        ),
        taxes=(recast,),
        net=net,
        tax=Decimal("0.00"),
        gross=net,
        notes=(note,) if note else (),
    )


def _free(line: InvoiceLine, category: str) -> InvoiceLine:
    return replace(line, category=category, rate=Decimal(0))


def discounted(mode: Mode) -> Invoice:
    """A charge below zero is a discount on the document."""
    invoice = plain(mode)
    cut = Decimal("-10.00")
    charge = replace(invoice.charges[0], amount=cut, rate=Decimal(19), category="S")
    net = cut if mode == "net" else Decimal("-8.40")
    tax = Decimal("-1.90") if mode == "net" else Decimal("-1.60")
    taxes = tuple(
        replace(
            each,
            priced=each.priced + cut,
            net=each.net + net,
            tax=each.tax + tax,
            gross=each.gross + net + tax,
        )
        if each.rate == 19
        else each
        for each in invoice.taxes
    )
    return replace(
        invoice,
        charges=(*invoice.charges, charge),
        taxes=taxes,
        net=invoice.net + net,
        tax=invoice.tax + tax,
        gross=invoice.gross + net + tax,
    )


def with_deposits(mode: Mode, how_many: int) -> Invoice:
    """A final invoice that deducts some deposits, each of another day."""
    deposits: list[IssuedDeposit] = []
    for n in range(how_many):
        asked = prepayment_invoice(
            sale(mode),
            shipment(),
            Decimal("50.00"),
            number=f"AN-2026-{n + 1:06}",
            issued_on=DAY - timedelta(30 - n),
            standing=[tax for each in deposits for tax in each.invoice.taxes],
        )
        deposits.append(IssuedDeposit(asked))
    goods = draft_invoice(sale(mode), shipment(), number="RE-2", issued_on=DAY, earlier=())
    deducted = [each.deducted for each in deposits]
    final = final_invoice([goods], deducted, number="RE-2026-4", issued_on=DAY)
    return replace(final, buyer_type="B2B")


def of_every_kind(mode: Mode) -> Iterator[Invoice]:
    """One document of each kind, in the order in which a business would issue them."""
    whole = plain(mode)
    yield whole
    yield replace(whole, kind="partial")
    deposit = prepayment_invoice(
        sale(mode), shipment(), Decimal("150.00"), number="AN-2026-000001", issued_on=DAY
    )
    yield replace(deposit, buyer_type="B2B")
    goods = draft_invoice(sale(mode), shipment(), number="RE-2", issued_on=DAY, earlier=())
    final = final_invoice(
        [goods], [IssuedDeposit(deposit).deducted], number="RE-2026-2", issued_on=DAY
    )
    yield replace(final, buyer_type="B2B")
    yield with_deposits(mode, 3)
    for claims in ((Claim(line="1", quantity=1),), (Claim(line="2", amount=Decimal("3.33")),)):
        yield credit_note(
            whole,
            [],
            claims,
            shipping=Decimal("1.00"),
            number="RK-2026-000001",
            issued_on=DAY,
            reason="Rücksendung",
        )
    yield corrected_invoice(whole, replace(whole, number="RE-2026-3"), reason="Falsche Anschrift")
    months = (date(2026, 11, 1), date(2026, 11, 30))
    drafts = [whole, replace(whole, external_number="BB-10002", fulfilment_id="ful_2-1")]
    yield collective_invoice(drafts, number="SR-2026-000001", issued_on=DAY, period=months)
    yield discounted(mode)
    yield replace(
        whole, method="paypal", paid=whole.gross, terms=None, payment="Bezahlt mit PayPal"
    )


FRANCS = Exchange(per_euro=Decimal("0.9312"), month="2026-11", source="made up for tests")


def every_case() -> Iterator[Invoice]:
    """More than a hundred documents: each kind and each tax case, in both price modes."""
    modes: tuple[Mode, Mode] = ("gross", "net")
    for mode in modes:
        for invoice in of_every_kind(mode):
            yield invoice
            yield replace(invoice, locale="en")
            yield replace(invoice, currency="CHF", exchange=FRANCS)
        for case in FREE:
            invoice = free(case, mode)
            yield invoice
            yield replace(invoice, kind="partial")
            for claim in (Claim(line="1", quantity=2), Claim(line="3", quantity=33)):
                yield credit_note(
                    invoice, [], [claim], number="RK-1", issued_on=DAY, reason="Bruch"
                )
