"""Orders in another currency: taken at a known rate, taxed in euro, booked with the others."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from msgspec.structs import replace

from oms.billing.amounts import draft_invoice
from oms.billing.invoice import Invoice, Sold
from oms.billing.posting import tax_in_euro
from oms.tax.exchange import MonthRates
from oms.tax.refusals import NoExchangeRate
from oms.tax.seller import Registrations
from oms_aws.einvoice.rules import checked
from oms_aws.einvoice.writing import written
from oms_aws.papers.invoices import invoice_sheet
from tests.world import papers
from tests.world.merchant import SELLER, Merchant
from tests.world.world import Answered, World

RATES = {"2026-11": {"source": "made up for tests", "rates": {"CHF": "0.9312", "JPY": "162.5"}}}
BOOKS = {"consultant": 29098, "client": 55003}
SHOP = {"shop": "berg-beutel"}


def selling(merchant: Merchant, rates: Any) -> None:
    body = {
        "name": "Berg", "seller": SELLER, "support_email": "hilfe@berg.example",
        "invoice_prefix": "RE", "bookkeeping": BOOKS, "tax": {"exchange": rates},
        "payment": {"providers": ["test"]},
    }  # fmt: skip
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")


def placed(merchant: Merchant, currency: str = "CHF", **changes: Any) -> Answered:
    body = merchant.request(RUCK_45=1) | {"currency": currency} | changes
    headers = {"Idempotency-Key": body["external_number"]}
    return merchant.world.call("POST /v1/orders", merchant.shop, body, headers=headers)


@pytest.mark.parametrize("rates", [{}, {"2026-10": RATES["2026-11"]}])
def test_without_a_rate_for_its_month_an_order_is_refused(
    world: World, merchant: Merchant, rates: Any
) -> None:
    selling(merchant, rates)
    answer = placed(merchant)
    assert (answer.status, answer.body["title"]) == (422, "no exchange rate")
    assert answer.body["errors"] == [{"field": "currency", "reason": "no rate for 2026-11"}]
    selling(merchant, RATES)
    assert placed(merchant).status == 202
    assert placed(merchant, "GBP").status == 422
    assert placed(merchant, "EUR").status == 202


def sold(merchant: Merchant) -> str:
    """An order in francs and one in euro, both delivered; answers the id of the first."""
    selling(merchant, RATES)
    merchant.count("A", RUCK_45=9)
    found = []
    for currency in ("CHF", "EUR"):
        id = str(placed(merchant, currency).body["id"])
        merchant.world.settle()
        merchant.release(id)
        merchant.whole_life(id)
        found.append(id)
    return found[0]


def snapshot(merchant: Merchant, order: str, place: int = 0) -> Invoice:
    oms = merchant.world.ports("orders/read_order")
    document = oms.orders.get(order).order.documents[place]
    return oms.documents.snapshot(document.id, Invoice)


def test_its_invoice_says_the_tax_in_euro_and_its_credit_note_keeps_the_rate(
    world: World, merchant: Merchant
) -> None:
    order = sold(merchant)
    invoice = snapshot(merchant, order)
    assert invoice.exchange
    assert (invoice.tax, tax_in_euro(invoice)) == (Decimal("21.52"), Decimal("23.11"))
    said = json.dumps(invoice_sheet(invoice), ensure_ascii=False)
    for text in ("23,11", "0,9312 CHF", "made up for tests"):
        assert text in said
    selling(merchant, {"2026-11": {"source": "later", "rates": {"CHF": "1.5"}}})
    merchant.cancel_document(merchant.order(order)["documents"][0]["id"])
    world.settle()
    assert snapshot(merchant, order, 1).exchange == invoice.exchange
    assert world.broken() == []


def export(merchant: Merchant, kind: str) -> tuple[Any, bytes]:
    body = {"kind": kind, "from": "2026-11-01", "to": "2026-11-30"}
    key, headers = merchant.accountant, {"Idempotency-Key": kind}
    asked = merchant.do("POST /v1/exports", key, body, headers=headers, query=SHOP)
    merchant.world.settle()
    answer = merchant.do("GET /v1/exports/{export}", key, export=asked["id"])
    (file,) = [name for name in merchant.world.objects() if f"/{asked['id']}/" in name]
    return answer, merchant.world.object(file)


def rows(medium: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(medium.read(name).decode()), delimiter=";"))


def test_it_blocks_no_export_and_both_say_the_same_in_euro(
    world: World, merchant: Merchant
) -> None:
    sold(merchant)
    batch, content = export(merchant, "datev")
    assert batch["status"] == "written"
    booked = list(csv.reader(io.StringIO(content.decode("cp1252")), delimiter=";"))[2:]
    assert [row[:6] for row in booked] == [
        ["134,80", "S", "CHF", "0,931200", "144,76", "EUR"],
        ["134,80", "S", "EUR", "", "", ""],
    ]
    medium, content = export(merchant, "z3")
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        vouchers, taxes = rows(files, "belege.csv"), rows(files, "steuern.csv")
    assert [(v["Waehrung"], v["Brutto"], v["Brutto_EUR"]) for v in vouchers] == [
        ("CHF", "134,80", "144,76"),
        ("EUR", "134,80", "134,80"),
    ]
    assert [(t["Brutto"], t["Brutto_EUR"]) for t in taxes] == [
        ("134,80", "144,76"),
        ("134,80", "134,80"),
    ]
    assert batch["totals"] == medium["totals"]
    assert batch["totals"]["gross"] == "279.56"
    assert world.broken() == []


@pytest.mark.parametrize("format", ["zugferd", "xrechnung-ubl", "xrechnung-cii"])
def test_the_e_invoice_has_the_tax_in_euro(format: Any) -> None:
    plain = replace(papers.plain(), leitweg_id=papers.LEITWEG)
    invoice = replace(plain, currency="CHF", exchange=papers.FRANCS)
    content = written(invoice, format)
    assert checked(content, format) == ()
    root = etree.fromstring(content)
    euro = [each.text for each in root.iter() if each.get("currencyID") == "EUR"]
    assert euro == [str(tax_in_euro(invoice))]
    codes = [e.text for e in root.iter() if etree.QName(e).localname == "TaxCurrencyCode"]
    assert codes == ["EUR"]
    assert b"TaxCurrencyCode" not in written(plain, format)


@pytest.mark.parametrize(
    ("total", "per_euro", "category"), [("4700.00", "0.93", "AE"), ("5100.00", "1.10", "S")]
)
def test_the_limit_of_reverse_charge_is_in_euro(total: str, per_euro: str, category: str) -> None:
    goods = (Sold("1", "HANDY", "Telefon", 1, Decimal(total), "electronics_13b"),)
    rates = MonthRates(source="made up", rates={"CHF": Decimal(per_euro)})
    sale = replace(
        papers.sale("net", replace(papers.BUYER, vat_id="DE136695976")),
        goods=goods,
        shipping=Decimal(0),
        currency="CHF",
        registrations=Registrations(exchange={"2026-11": rates}),
    )
    made = draft_invoice(
        sale, papers.shipment(goods), number="RE-1", issued_on=papers.DAY, earlier=()
    )
    assert made.taxes[0].category == category


def test_no_invoice_is_drafted_without_a_rate() -> None:
    sale = replace(papers.sale("net"), currency="CHF")
    with pytest.raises(NoExchangeRate):
        draft_invoice(sale, papers.shipment(), number="RE-1", issued_on=papers.DAY, earlier=())


def test_an_approval_compares_in_the_currency_of_its_rule(world: World, merchant: Merchant) -> None:
    selling(merchant, RATES)
    merchant.count("A", RUCK_45=9)
    person = {"id": "P-1", "name": "Pia", "email": "pia@verein.example"}
    rule = {"level": 1, "approver": person, "over": "140.00"}
    merchant.business(credit_limit="100000", currency="EUR", approvals=[rule])
    needed = []
    for currency in ("CHF", "EUR"):
        id = merchant.place(merchant.on_account(RUCK_45=1) | {"currency": currency})
        world.settle()
        reasons = [hold["reason"] for hold in merchant.order(id)["holds"]]
        needed.append("approval_needed" in reasons)
    assert needed == [True, False]
