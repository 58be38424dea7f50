"""Deposits are asked for once, by those who may, and never for more than there is to bill."""

from __future__ import annotations

from typing import Any

import pytest

from oms_aws.billing.settling import wanted
from tests.world.merchant import Merchant
from tests.world.world import World

LEITWEG = "04011000-12345-03"


@pytest.fixture
def order(world: World, merchant: Merchant) -> str:
    """An order of two backpacks on account, 264.70 with shipping, at its warehouse."""
    merchant.count("A", RUCK_45=2)
    merchant.business(credit_limit="1000.00", terms={"days": 30})
    id = merchant.place(merchant.on_account(RUCK_45=2))
    world.settle()
    return id


def types(merchant: Merchant, id: str) -> list[str]:
    return [document["type"] for document in merchant.order(id)["documents"]]


def test_the_same_request_twice_is_one_deposit(merchant: Merchant, order: str) -> None:
    first = merchant.ask_deposit(order, "once", percent="30")
    again = merchant.ask_deposit(order, "once", percent="30")
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert types(merchant, order) == ["prepayment"]


def test_a_key_with_another_request_is_refused(merchant: Merchant, order: str) -> None:
    merchant.ask_deposit(order, "once", percent="30")
    assert merchant.ask_deposit(order, "once", percent="40").status == 409


def test_it_is_due_as_agreed_or_as_said(world: World, merchant: Merchant, order: str) -> None:
    merchant.ask_deposit(order, percent="10")
    merchant.ask_deposit(order, percent="10", due_on="2026-12-01")
    documents = world.ports("billing/issue_deposit").orders.get(order).order.documents
    assert [str(each.due_on) for each in documents] == ["2026-12-23", "2026-12-01"]


def test_deposits_never_ask_for_more_than_the_order_costs(merchant: Merchant, order: str) -> None:
    assert merchant.ask_deposit(order, amount="200.00").status == 201
    refused = merchant.ask_deposit(order, percent="30")
    assert (refused.status, refused.body["title"]) == (409, "deposit too large")
    assert refused.body["errors"] == [{"field": "amount", "reason": "at most 64.70"}]
    assert merchant.ask_deposit(order, amount="64.70").status == 201
    assert types(merchant, order) == ["prepayment", "prepayment"]


def test_a_deposit_takes_the_place_of_the_credit_that_its_goods_took(
    merchant: Merchant, order: str
) -> None:
    merchant.ask_deposit(order, amount="100.00")
    used = merchant.do("GET /v1/customers/{customer}/credit", merchant.shop, customer="C-9")
    assert (used["used"], used["unshipped"], used["open_invoices"]) == (
        "264.70",
        "164.70",
        "100.00",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"amount": "1.00", "percent": "1"},
        {"percent": "0"},
        {"percent": "100.01"},
        {"amount": "-1"},
        {"amount": "1.00", "due_on": "soon"},
        {"amount": "1.00", "currency": "EUR"},
    ],
)
def test_what_makes_no_sense_is_refused(
    merchant: Merchant, order: str, wrong: dict[str, Any]
) -> None:
    assert merchant.ask_deposit(order, **wrong).status == 422
    assert types(merchant, order) == []


@pytest.mark.parametrize("amount", ["0", "0.00", "1.005"])
def test_an_amount_of_nothing_or_of_half_cents_is_refused(
    merchant: Merchant, order: str, amount: str
) -> None:
    assert merchant.ask_deposit(order, amount=amount).status == 409


def test_it_comes_too_late_for_what_is_billed(world: World, merchant: Merchant, order: str) -> None:
    merchant.whole_life(order)
    refused = merchant.ask_deposit(order, percent="30")
    assert (refused.status, refused.body["title"]) == (409, "nothing to bill")


def test_another_shop_sees_no_order_and_a_warehouse_may_not_ask(
    merchant: Merchant, order: str
) -> None:
    route, body = "POST /v1/orders/{order}/deposits", {"percent": "30"}
    call = merchant.world.call
    assert call(route, merchant.other_shop, body, order=order).status == 404
    assert call(route, merchant.wms, body, order=order).status == 403
    assert call(route, merchant.shop, body, order=order).status == 201
    assert call(route, merchant.clerk, body, order=order).status == 201


def test_who_has_seen_an_older_order_is_told(merchant: Merchant, order: str) -> None:
    route, body = "POST /v1/orders/{order}/deposits", {"percent": "30"}
    seen = {"If-Match": f'"{merchant.order(order)["version"]}"'}
    assert merchant.world.call(route, merchant.shop, body, headers=seen, order=order).status == 201
    assert merchant.world.call(route, merchant.shop, body, headers=seen, order=order).status == 412


def test_an_event_that_comes_again_issues_nothing_more(
    world: World, merchant: Merchant, order: str
) -> None:
    deposit = merchant.ask_deposit(order, percent="30").body
    merchant.pay("T-1", deposit["gross"], deposit["number"])
    merchant.whole_life(order)
    assert types(merchant, order) == ["prepayment", "final"]
    oms = world.ports("billing/issue_invoice")
    stored = oms.orders.get(order).order
    (fulfilment,) = stored.fulfilments
    for asking in (None, fulfilment.id):
        assert wanted(stored, asking, oms, oms.counter_batch(), at=world.now()) is None


def test_a_public_buyer_gets_the_syntax_that_was_agreed(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=2)
    merchant.business(credit_limit="9000.00", leitweg_id=LEITWEG, company="Stadt", xrechnung="cii")
    body = merchant.on_account(RUCK_45=2) | {"purchase_order": "PO-4711"}
    id = merchant.place(body)
    world.settle()
    deposit = merchant.ask_deposit(id, percent="30").body
    merchant.pay("T-1", deposit["gross"], deposit["number"])
    merchant.whole_life(id)
    order = merchant.order(id)
    assert [(d["type"], d["format"], d["status"]) for d in order["documents"]] == [
        ("prepayment", "xrechnung-cii", "archived"),
        ("final", "xrechnung-cii", "archived"),
    ]
    final = order["documents"][1]["id"]
    note = merchant.credit(id, final, lines=[{"number": "1", "quantity": 1}])
    assert note.body["format"] == "xrechnung-cii"
    world.settle()
    xml = world.placed(f"invoices/2026/11/{final}.xml").decode()
    assert "CrossIndustryInvoice" in xml
    assert "<ram:IssuerAssignedID>PO-4711</ram:IssuerAssignedID>" in xml
    assert LEITWEG in xml


def test_the_shop_says_which_syntax_public_buyers_get(world: World, merchant: Merchant) -> None:
    known = merchant.do("GET /v1/shops/{shop}", merchant.clerk, shop="berg-beutel")
    body = {name: known[name] for name in ("name", "seller", "support_email", "invoice_prefix")}
    merchant.do(
        "PUT /v1/shops/{shop}", merchant.clerk, body | {"xrechnung": "cii"}, shop="berg-beutel"
    )
    merchant.count("A", RUCK_45=2)
    merchant.business(credit_limit="9000.00", leitweg_id=LEITWEG)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    merchant.whole_life(id)
    assert [d["format"] for d in merchant.order(id)["documents"]] == ["xrechnung-cii"]
