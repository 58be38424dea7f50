"""Taxes in the whole system: quotes, the threshold moved with invoices, VAT ids at the intake."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from oms.billing.invoice import Invoice
from oms.orders import invoicing
from oms.orders.order import Order
from oms.tax.table import CATEGORIES
from oms_aws.master import vies
from oms_aws.master.models import TaxCategory
from oms_aws.orders.store import StoredOrder
from oms_aws.platform import keys
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.example_values import ADDRESS, SELLER
from oms_aws.platform.log import Saved
from oms_aws.records.verify import check
from tests.world.archived import Archived
from tests.world.merchant import Merchant
from tests.world.vies import RecordedVies
from tests.world.world import World

WIEN = {**ADDRESS, "postal_code": "1010", "city": "Wien", "country": "AT"}
QUOTE = "POST /v1/tax/quote"
ID = "ATU57477929"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> RecordedVies:
    recorded = RecordedVies()
    monkeypatch.setattr(vies, "_post", recorded)
    return recorded


def registered(merchant: Merchant, **tax: Any) -> None:
    body = {
        "name": "berg-beutel",
        "seller": {**SELLER, "vat_id": "DE136695976"},
        "support_email": "hilfe@berg-beutel.example",
        "tax": tax,
    }
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")


def quoted(merchant: Merchant, key: str = "", **changes: Any) -> Any:
    body = {
        "currency": "EUR",
        "price_mode": "net",
        "ship_to": {"country": "AT", "postal_code": "1010"},
        "lines": [{"number": "1", "sku": "SOCKE-42", "quantity": 1, "unit_price": "100.00"}],
        **changes,
    }
    return merchant.world.call(QUOTE, key or merchant.shop, body)


def bought(merchant: Merchant, price: str, **changes: Any) -> str:
    """An order from Vienna, shipped; answers its id."""
    merchant.count("A", SOCKE_42=50)
    body = merchant.request(SOCKE_42=1) | {"billing_address": WIEN} | changes
    body["lines"][0]["unit_price"] = price
    body["price_mode"], body["shipping"] = "net", {"method": "standard", "price": "0.00"}
    body["payment"] = {**body["payment"], "amount": "99999.00"}
    id = merchant.place(body)
    merchant.world.settle()
    merchant.fulfil(id)
    merchant.world.settle()
    return id


def invoice(merchant: Merchant, order: str) -> Invoice:
    oms = merchant.world.ports("orders/read_order")
    (document,) = oms.orders.get(order).order.documents
    return oms.documents.snapshot(document.id, Invoice)


def counted(merchant: Merchant, year: int = 2026) -> Any:
    table = merchant.world.ports("orders/read_order").table
    return table.get(keys.distance_sales("DE136695976", year))


def test_products_take_the_categories_of_the_table_and_no_others() -> None:
    assert set(get_args(TaxCategory)) == set(CATEGORIES)


def test_a_quote_gives_each_line_its_decision_and_reason(merchant: Merchant) -> None:
    registered(merchant)
    answer = quoted(
        merchant, shipping="5.00", discounts=[{"amount": "10.00", "code": "WELCOME"}]
    ).body
    decision = answer["lines"][0]["decision"]
    assert decision["reason"].startswith("§ 3c Abs. 4")
    assert (decision["rate"], decision["category"], decision["counts"]) == ("19", "S", True)
    assert (answer["net"], answer["tax"], answer["gross"]) == ("95.00", "18.05", "113.05")
    assert [(c["kind"], c["amount"]) for c in answer["charges"]] == [
        ("shipping", "5.00"),
        ("discount", "-10.00"),
    ]
    assert (answer["distance_sales"], answer["vat_id"]) == ("below", None)


def test_a_quote_knows_the_basket_that_would_cross_the_threshold(merchant: Merchant) -> None:
    registered(merchant, oss=True, sold_elsewhere={"2026": "9950.00"})
    answer = quoted(merchant).body
    assert (answer["distance_sales"], answer["taxes"][0]["rate"]) == ("above", "20")
    assert answer["lines"][0]["decision"]["scheme"] == "oss"
    assert counted(merchant) is None


def test_a_quote_needs_products_and_a_shop_and_a_case_that_is_decided(merchant: Merchant) -> None:
    line = {"number": "1", "sku": "NOTHING", "quantity": 1, "unit_price": "1.00"}
    assert quoted(merchant, lines=[line]).body["title"] == "product unknown"
    assert quoted(merchant, ship_from="FR").body["title"] == "foreign dispatch"
    assert quoted(merchant, ship_to={"country": "XX"}).status == 409
    assert quoted(merchant, merchant.clerk).status == 422
    assert quoted(merchant, merchant.wms).status == 403
    assert quoted(merchant, discounts=[{"amount": "100.01"}]).status == 422


def test_the_order_that_crosses_is_taxed_at_its_destination(merchant: Merchant) -> None:
    registered(merchant, oss=True)
    first, second, third = (bought(merchant, price) for price in ("9980.00", "20.01", "20.00"))
    rates = [invoice(merchant, order).taxes[0].rate for order in (first, second, third)]
    assert rates == [19, 20, 20]
    kept = counted(merchant)
    assert (kept["cents"], kept["crossed"], kept["moves"]) == (1002001, True, 3)


def test_what_the_one_stop_shop_declares_is_kept_ten_years(
    world: World, merchant: Merchant
) -> None:
    registered(merchant, oss=True, sold_elsewhere={"2026": "10000.01"})
    abroad = bought(merchant, "20.00")
    at_home = bought(merchant, "20.00", billing_address=ADDRESS)
    merchant.do(
        "POST /v1/documents/{document}/cancel",
        merchant.clerk,
        {"reason": "It came back."},
        document=merchant.order(abroad)["documents"][0]["id"],
    )
    world.settle()
    documents = [d["id"] for id in (abroad, at_home) for d in merchant.order(id)["documents"]]
    papers = [key for id in documents for key in world.objects() if id in key]
    assert len(papers) == 3
    assert [world.locked_until(key).year for key in papers] == [2037, 2037, 2035]
    stubs = [key for key in world.objects() if key.startswith("numbers/")]
    assert sorted(world.locked_until(key).year for key in stubs) == [2035, 2037, 2037]


def test_a_year_that_crossed_binds_the_next_one(merchant: Merchant) -> None:
    registered(merchant, oss=True, sold_elsewhere={"2025": "10000.01"})
    assert invoice(merchant, bought(merchant, "20.00")).taxes[0].rate == 20


def test_sales_at_home_are_not_counted(merchant: Merchant) -> None:
    registered(merchant)
    bought(merchant, "20.00", billing_address=ADDRESS)
    assert counted(merchant) is None


def test_who_counts_second_starts_again(merchant: Merchant) -> None:
    """Two invoices drafted from the same count: the later one is drafted again, and crosses."""
    from oms_aws.billing.invoicing import drafted

    registered(merchant, oss=True)
    merchant.count("A", SOCKE_42=50)
    orders = []
    for _ in range(2):
        body = merchant.request(SOCKE_42=1) | {"billing_address": WIEN, "price_mode": "net"}
        body["lines"][0]["unit_price"] = "6000.00"
        body["payment"] = {**body["payment"], "amount": "99999.00"}
        orders.append(merchant.place(body))
    merchant.world.settle()
    oms = merchant.world.ports("billing/issue_invoice")

    def attempt(id: str) -> tuple[StoredOrder, Order, Saved]:
        seen, taking = oms.orders.get(id), oms.counter_batch()
        fulfilment = seen.order.fulfilments[0].id
        name = fulfilment.replace("ful_", "inv_")
        draft = drafted(seen.order, fulfilment, name, oms, taking, at=oms.now())
        return (
            seen,
            invoicing.invoice(seen.order, draft.document),
            Saved("a", "b", draft.alone(taking)),
        )

    for id in orders:
        merchant.pack(merchant.order(id)["fulfilments"][0]["id"])
        merchant.ship(merchant.order(id)["fulfilments"][0]["id"])
    tries = [attempt(id) for id in orders]
    oms.orders.save(*tries[0])
    with pytest.raises(Conflict):
        oms.orders.save(*tries[1])
    merchant.world.settle()
    assert [invoice(merchant, id).taxes[0].rate for id in orders] == [19, 20]
    assert counted(merchant)["cents"] == 1200000 + 2 * 490


def test_a_counter_that_does_not_fit_the_invoices_is_found(merchant: Merchant) -> None:
    registered(merchant)
    order = bought(merchant, "100.00")
    oms = merchant.world.ports("orders/read_order")
    (document,) = oms.orders.get(order).order.documents
    items = [oms.table.get(keys.document(document.id)), counted(merchant)]
    nothing: dict[str, Any] = {"at": oms.now(), "archive": Archived({})}
    assert check(items, **nothing)["checks"]["distance_sales"]["broken"] == []
    items[1] |= {"cents": 9999}
    (breach,) = check(items, **nothing)["checks"]["distance_sales"]["broken"]
    assert breach["what"] == "9999 cents are counted, documents say 10000"


def test_a_credit_note_takes_back_what_was_counted(merchant: Merchant) -> None:
    registered(merchant, oss=True)
    order = bought(merchant, "100.00")
    document = merchant.order(order)["documents"][0]["id"]
    merchant.do(
        "POST /v1/documents/{document}/cancel",
        merchant.clerk,
        {"reason": "It came back."},
        document=document,
    )
    assert counted(merchant)["cents"] == 0


BUSINESS = {
    "id": "C-9",
    "type": "B2B",
    "name": "Anna Alm",
    "email": "anna@alm.example",
    "locale": "de",
    "company": "Alm GmbH",
    "vat_id": ID,
}


def test_a_business_abroad_with_a_valid_id_is_supplied_free_of_tax_and_with_proof(
    merchant: Merchant, said: RecordedVies
) -> None:
    registered(merchant)
    issued = invoice(merchant, bought(merchant, "100.00", customer=BUSINESS))
    assert [(t.category, t.vatex) for t in issued.taxes] == [("K", "VATEX-EU-IC")]
    assert issued.vat_check
    assert issued.vat_check.consultation == "WAPIAAAAZq1xYt9k"
    assert len(said.asked) == 1


def test_an_invalid_id_is_taxed_as_a_consumers(merchant: Merchant, said: RecordedVies) -> None:
    registered(merchant)
    said.answer = "invalid"
    issued = invoice(merchant, bought(merchant, "100.00", customer=BUSINESS))
    assert [(t.category, int(t.rate)) for t in issued.taxes] == [("S", 19)]
    assert issued.vat_check is None


def test_without_an_answer_an_order_is_held_until_someone_knows(
    world: World, merchant: Merchant, said: RecordedVies
) -> None:
    registered(merchant)
    said.answer = "offline"
    order = bought(merchant, "100.00", customer=BUSINESS)
    (hold,) = merchant.order(order)["holds"]
    assert (hold["reason"], hold["owner"]) == ("vat_id_unverified", "clerk")
    route = "POST /v1/customers/{customer}/vat-check"
    body = {"vat_id": ID, "valid": True, "consultation": "BZSt-1", "name": "ALM  GmbH"}
    assert world.call(route, merchant.shop, body, customer="C-9").status == 200
    merchant.release(order)
    world.settle()
    merchant.fulfil(order)
    world.settle()
    issued = invoice(merchant, order)
    assert issued.taxes[0].category == "K"
    assert issued.vat_check
    assert (issued.vat_check.source, issued.vat_check.consultation) == ("manual", "BZSt-1")


def test_an_order_released_without_a_check_is_taxed_as_a_consumers(
    world: World, merchant: Merchant, said: RecordedVies
) -> None:
    registered(merchant)
    said.answer = "member_state_unavailable"
    order = bought(merchant, "100.00", customer=BUSINESS)
    merchant.release(order)
    world.settle()
    merchant.fulfil(order)
    world.settle()
    assert invoice(merchant, order).taxes[0].category == "S"


def test_a_shop_may_choose_not_to_wait_for_vies(merchant: Merchant, said: RecordedVies) -> None:
    registered(merchant, vies_unreachable="b2c")
    said.answer = "offline"
    order = bought(merchant, "100.00", customer=BUSINESS)
    assert merchant.order(order)["holds"] == []
    assert invoice(merchant, order).taxes[0].category == "S"


def test_discounts_go_from_the_order_to_its_invoices_to_the_cent(
    world: World, merchant: Merchant
) -> None:
    registered(merchant)
    merchant.count("A", SOCKE_42=2)
    body = merchant.request(SOCKE_42=3)
    body["lines"][0]["discounts"] = [{"amount": "0.01", "code": "A"}]
    body["discounts"] = [{"amount": "1.00", "code": "WELCOME"}]
    order = merchant.place(body)
    world.settle()
    merchant.fulfil(order)
    world.settle()
    merchant.count("A", SOCKE_42=1)
    merchant.whole_life(order)
    view = merchant.order(order)
    assert view["totals"]["discount"] == "1.01"
    assert len(view["documents"]) == 2
    billed = sum(float(each["gross"]) * 100 for each in view["documents"])
    assert round(billed) == round(float(view["totals"]["total"]) * 100)
