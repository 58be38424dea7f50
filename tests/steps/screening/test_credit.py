"""Credit is taken at capture, never beyond the limit, and given back exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from oms.orders.order import Order
from oms.payments import credit
from oms_aws.platform.log import Saved
from tests.world.merchant import Merchant
from tests.world.world import World

CREDIT = "GET /v1/customers/{customer}/credit"
RELEASE = "POST /v1/orders/{order}/holds/{hold}/release"


def seen(merchant: Merchant, **query: str) -> Any:
    return merchant.do(CREDIT, merchant.shop, customer="C-9", query=query)


def release(merchant: Merchant, id: str) -> None:
    (hold,) = merchant.order(id)["holds"]
    body = {"reason": "good for it"}
    merchant.do(RELEASE, merchant.accountant, body, order=id, hold=hold["id"])
    merchant.world.settle()


def test_order_takes_credit_that_its_payment_gives_back(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="300.00")
    merchant.count("A", RUCK_45=5)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    world.settle()
    found = seen(merchant)
    assert (found["limit"], found["used"], found["free"]) == ("300.00", "134.80", "165.20")
    assert found["items"][0]["order"] == id
    assert found["items"][0]["unshipped"] == "134.80"
    merchant.fulfil(id)
    world.settle()
    found = seen(merchant)
    assert (found["unshipped"], found["open_invoices"]) == ("0.00", "134.80")
    row = {"transaction_id": "T-1", "amount": "100.00", "currency": "EUR", "reference": "BB-1"}
    rows = {"items": [row | {"value_date": "2026-11-24"}]}
    merchant.do("POST /v1/payments", merchant.accountant, rows)
    assert seen(merchant)["open_invoices"] == "34.80"


def test_second_order_above_the_limit_waits_for_an_accountant(
    world: World, merchant: Merchant
) -> None:
    merchant.business(credit_limit="200.00")
    merchant.count("A", RUCK_45=5)
    merchant.place(merchant.on_account(RUCK_45=1))
    world.settle()
    id = merchant.place(merchant.on_account(RUCK_45=1))
    world.settle()
    order = merchant.order(id)
    assert order["status"] == "held"
    (hold,) = order["holds"]
    assert (hold["reason"], hold["owner"]) == ("credit_exceeded", "accountant")
    assert hold["data"]["free"] == "65.20"
    assert seen(merchant)["used"] == "134.80"
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "credit_exceeded"]
    assert "134,80" in mail.text
    release(merchant, id)
    found = seen(merchant)
    assert (found["used"], found["free"]) == ("269.60", "-69.60")
    assert found["items"][1]["booked_by"] == "accountant:anton"
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"


@pytest.mark.parametrize("agreed", [None, {}, {"credit_limit": "9999.00", "currency": "CHF"}])
def test_without_credit_in_its_currency_nothing_is_sold_on_account(
    world: World, merchant: Merchant, agreed: dict[str, str] | None
) -> None:
    if agreed is not None:
        merchant.business(**agreed)
    merchant.count("A", RUCK_45=5)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    world.settle()
    (hold,) = merchant.order(id)["holds"]
    assert (hold["reason"], hold["owner"]) == ("credit_missing", "accountant")
    release(merchant, id)
    assert merchant.order(id)["status"] == "released"


def test_held_order_that_is_paid_in_advance_goes_on_by_itself(
    world: World, merchant: Merchant
) -> None:
    merchant.business(credit_limit="10.00")
    merchant.count("A", RUCK_45=5)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    world.settle()
    row = {"transaction_id": "T-1", "amount": "134.80", "currency": "EUR", "reference": "BB-1"}
    rows = {"items": [row | {"value_date": "2026-11-24"}]}
    merchant.do("POST /v1/payments", merchant.accountant, rows)
    world.settle()
    assert merchant.order(id)["status"] == "released"
    assert seen(merchant)["used"] == "0.00"


def test_cancelled_pieces_give_their_credit_back(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="500.00")
    id = merchant.place(merchant.on_account(RUCK_45=2))
    world.settle()
    assert seen(merchant)["used"] == "264.70"
    merchant.cancel(id, {"1": 1})
    assert seen(merchant)["used"] == "134.80"
    merchant.cancel(id)
    found = seen(merchant)
    assert (found["used"], found["items"]) == ("0.00", [])


def test_refused_order_gives_its_credit_back(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="500.00")
    body = merchant.on_account(RUCK_45=1)
    id = merchant.place(body | {"payment": {**body["payment"], "status": "failed"}})
    world.settle()
    assert merchant.order(id)["status"] == "refused"
    assert seen(merchant)["used"] == "0.00"


def test_change_beyond_the_limit_is_held_and_takes_nothing_yet(
    world: World, merchant: Merchant
) -> None:
    merchant.business(credit_limit="200.00")
    merchant.count("A", RUCK_45=5)
    id = merchant.place({**merchant.on_account(RUCK_45=1), "delivery": {"partial_allowed": False}})
    world.settle()
    body = {"lines": [{"number": "2", "sku": "SOCKE-42", "quantity": 10, "unit_price": "14.50"}]}
    shown = merchant.do("POST /v1/orders/{order}/changes", merchant.shop, body, order=id)
    assert shown["credit_covered"] is False
    route = "POST /v1/orders/{order}/changes/{change}/confirm"
    merchant.do(route, merchant.shop, order=id, change=shown["id"])
    world.settle()
    held = [h["reason"] for h in merchant.order(id)["holds"] if not h["released_at"]]
    assert held == ["credit_exceeded"]
    assert seen(merchant)["used"] == "134.80"


def test_change_within_the_limit_takes_more(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="200.00")
    merchant.count("A", RUCK_45=5, SOCKE_42=5)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    world.settle()
    body = {"lines": [{"number": "2", "sku": "SOCKE-42", "quantity": 2, "unit_price": "14.50"}]}
    shown = merchant.do("POST /v1/orders/{order}/changes", merchant.shop, body, order=id)
    assert shown["credit_covered"] is True
    route = "POST /v1/orders/{order}/changes/{change}/confirm"
    merchant.do(route, merchant.shop, order=id, change=shown["id"])
    assert seen(merchant)["used"] == "163.80"


def test_another_shop_sees_no_credit(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="500.00")
    answer = world.call(CREDIT, merchant.other_shop, customer="C-9")
    assert answer.status == 404


def test_twenty_orders_at_once_cannot_overdraw_a_limit_by_a_cent(
    world: World, merchant: Merchant
) -> None:
    """Ten orders of 134.80 fit into the limit; all twenty try in threads of their own."""
    merchant.business(credit_limit="1348.00")
    ids = [merchant.place(merchant.on_account(RUCK_45=1)) for _ in range(20)]
    orders = world.ports("screening/check_credit").orders
    due, limit = Decimal("134.80"), Decimal("1348.00")

    def taken(id: str) -> bool:
        def command(order: Order) -> Order:
            return credit.take(order, due, limit, at=world.now())

        try:
            orders.change(id, command, Saved("auftakt", "intake"))
        except credit.Exceeded:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        outcome = list(pool.map(taken, ids))
    assert sum(outcome) == 10
    assert seen(merchant)["used"] == "1348.00"
    assert world.broken() == []
