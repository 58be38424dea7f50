"""Money of the bank finds its order: once, in parts, too much, or waits for an accountant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import Answered, World

TAKE, LIST = "POST /v1/payments", "GET /v1/payments"
ASSIGN = "POST /v1/payments/{payment}/assignments"
CREDIT = "GET /v1/customers/{customer}/credit"
IN_ADVANCE = {"method": "prepayment", "status": "pending", "amount": "0"}


def transfer(id: str, amount: str, reference: str, **more: Any) -> dict[str, Any]:
    return {
        "transaction_id": id,
        "amount": amount,
        "reference": reference,
        "currency": "EUR",
        "value_date": "2026-11-24",
        "payer": "Ayşe Müller",
        **more,
    }


def take(merchant: Merchant, *rows: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = merchant.do(TAKE, merchant.accountant, {"items": [*rows]})[
        "items"
    ]
    return found


def assign(merchant: Merchant, id: str, order: str, amount: str | None = None) -> Answered:
    body = {"order": order, "amount": amount}
    return merchant.world.call(ASSIGN, merchant.accountant, body, payment=id)


@pytest.fixture
def awaiting(world: World, merchant: Merchant) -> str:
    """An order of 134.80 that waits for its money; its number is BB-1."""
    merchant.count("A", RUCK_45=3)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": IN_ADVANCE})
    world.settle()
    return id


def test_order_waits_for_its_money_and_goes_on_with_it(
    world: World, merchant: Merchant, awaiting: str
) -> None:
    (hold,) = merchant.order(awaiting)["holds"]
    assert (hold["reason"], hold["owner"]) == ("payment_awaited", "customer")
    (row,) = take(merchant, transfer("T-1", "134.80", "Rechnung zu Bestellung BB-1, danke"))
    assert (row["state"], row["orders"], row["new"]) == ("matched", [awaiting], True)
    world.settle()
    order = merchant.order(awaiting)
    assert order["status"] == "released"
    assert order["holds"][0]["released_by"] == "auftakt"
    assert order["settlement"]["outstanding"] == "0"


def test_a_part_is_kept_and_the_rest_is_waited_for(
    world: World, merchant: Merchant, awaiting: str
) -> None:
    take(merchant, transfer("T-1", "100.00", "BB-1"))
    world.settle()
    order = merchant.order(awaiting)
    assert order["status"] == "held"
    assert order["settlement"] == {
        "owed": "134.80",
        "received": "100.00",
        "outstanding": "34.80",
        "overpaid": "0",
        "state": "pending",
        "authorised": "0",
        "captured": "0",
        "refunded": "0",
        "billed": "0",
        "unpaid": "0",
        "currency": "EUR",
    }
    take(merchant, transfer("T-2", "34.80", "BB-1 Rest"))
    world.settle()
    assert merchant.order(awaiting)["status"] == "released"


def test_too_much_is_noted_as_the_customers(
    world: World, merchant: Merchant, awaiting: str
) -> None:
    take(merchant, transfer("T-1", "150.00", "BB-1"))
    world.settle()
    order = merchant.order(awaiting)
    assert order["status"] == "released"
    assert order["settlement"]["overpaid"] == "15.20"
    credit = merchant.do(CREDIT, merchant.shop, customer="C-17")
    assert (credit["overpaid"], credit["used"], credit["limit"]) == ("15.20", "0.00", None)


def test_a_transaction_counts_once(world: World, merchant: Merchant, awaiting: str) -> None:
    row = transfer("T-1", "100.00", "BB-1")
    first, second = take(merchant, row, row)
    assert (first["new"], second["new"]) == (True, False)
    assert take(merchant, row)[0]["state"] == "matched"
    assert merchant.order(awaiting)["settlement"]["received"] == "100.00"
    (other,) = take(merchant, row | {"amount": "134.80"})
    assert other["state"] == "refused"
    assert "otherwise" in other["reason"]
    assert merchant.order(awaiting)["settlement"]["received"] == "100.00"


@pytest.mark.parametrize(
    "reference", ["BB-1", "bestellung bb-1.", "BB- 1", "RF18/BB-1/EUR", "Kd. C-17 Nr BB-1"]
)
def test_number_is_found_however_it_is_written(
    merchant: Merchant, awaiting: str, reference: str
) -> None:
    (row,) = take(merchant, transfer("T-1", "134.80", reference))
    assert row["orders"] == [awaiting], reference


def test_our_own_id_is_found(merchant: Merchant, awaiting: str) -> None:
    (row,) = take(merchant, transfer("T-1", "134.80", f"SVWZ+{awaiting.upper()}"))
    assert row["orders"] == [awaiting]


def test_money_of_no_order_waits_for_an_accountant_who_assigns_it(
    world: World, merchant: Merchant, awaiting: str
) -> None:
    (row,) = take(merchant, transfer("T-1", "200.00", "Danke fuer alles"))
    assert (row["state"], row["orders"]) == ("unmatched", [])
    (listed,) = merchant.do(LIST, merchant.accountant)["items"]
    assert (listed["transaction_id"], listed["left"]) == ("T-1", "200.00")
    assert assign(merchant, "T-1", awaiting, "134.80").status == 200
    assert assign(merchant, "T-1", awaiting, "134.80").status == 200
    world.settle()
    assert merchant.order(awaiting)["status"] == "released"
    assert merchant.do(LIST, merchant.accountant)["items"] == []
    (partly,) = merchant.do(LIST, merchant.accountant, query={"status": "partly_matched"})["items"]
    assert partly["left"] == "65.20"
    other = merchant.place(merchant.request(RUCK_45=1) | {"payment": IN_ADVANCE})
    world.settle()
    assert assign(merchant, "T-1", other, "70.00").status == 409
    assert assign(merchant, "T-1", awaiting, "5.00").body["type"].endswith("assigned_already")
    assert assign(merchant, "T-1", other).body["state"] == "matched"
    assert merchant.order(other)["settlement"]["received"] == "65.20"


def test_text_that_names_two_orders_is_for_the_one_that_lacks_just_that(
    world: World, merchant: Merchant, awaiting: str
) -> None:
    other = merchant.place(merchant.request(RUCK_45=2) | {"payment": IN_ADVANCE})
    world.settle()
    (row,) = take(merchant, transfer("T-1", "264.70", "BB-1 und BB-2"))
    assert row["orders"] == [other]
    (row,) = take(merchant, transfer("T-2", "1.00", "BB-1 BB-2"))
    assert row["state"] == "unmatched"
    (listed,) = merchant.do(LIST, merchant.accountant)["items"]
    assert set(listed["candidates"]) == {awaiting, other}


def test_rows_are_taken_or_refused_one_by_one(merchant: Merchant, awaiting: str) -> None:
    rows = [
        transfer("T-1", "0.00", "BB-1"),
        transfer("T-2", "1.005", "BB-1"),
        transfer("T/3", "1.00", "BB-1"),
        "no row",
        transfer("T-4", "34.80", "BB-1"),
        transfer("T-5", "1.00", "BB-1", currency="XXX"),
        transfer("T-6", "1.00", "BB-1", value_date="yesterday"),
    ]
    states = [row["state"] for row in take(merchant, *rows)]
    assert states == ["refused"] * 4 + ["matched"] + ["refused"] * 2
    assert merchant.order(awaiting)["settlement"]["received"] == "34.80"


def test_money_in_another_currency_is_not_for_the_order(merchant: Merchant, awaiting: str) -> None:
    (row,) = take(merchant, transfer("T-1", "134.80", "BB-1", currency="CHF"))
    assert row["state"] == "unmatched"
    assert assign(merchant, "T-1", awaiting).body["type"].endswith("currency_differs")


def test_money_for_an_unknown_order_or_of_an_unknown_payment_is_not_found(
    merchant: Merchant, awaiting: str
) -> None:
    take(merchant, transfer("T-1", "1.00", "nothing"))
    assert assign(merchant, "T-1", "ord_none").status == 404
    assert assign(merchant, "T-9", awaiting).status == 404
    assert assign(merchant, "T-1", awaiting, "0").status == 422
    query = {"status": "lost"}
    assert merchant.world.call(LIST, merchant.accountant, query=query).status == 422


def test_only_accountants_see_payments(world: World, merchant: Merchant) -> None:
    for key in (merchant.shop, merchant.wms, merchant.clerk):
        assert world.call(LIST, key).status == 403
        assert world.call(TAKE, key, {"items": [transfer("T", "1", "x")]}).status == 403


def test_money_after_the_cancellation_is_the_customers(
    world: World, merchant: Merchant, awaiting: str
) -> None:
    merchant.cancel(awaiting)
    take(merchant, transfer("T-1", "134.80", "BB-1"))
    world.settle()
    order = merchant.order(awaiting)
    assert order["status"] == "cancelled"
    assert order["settlement"]["overpaid"] == "134.80"


def test_order_that_is_paid_for_what_is_left_of_it_goes_on(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=3)
    id = merchant.place(merchant.request(RUCK_45=2) | {"payment": IN_ADVANCE})
    world.settle()
    take(merchant, transfer("T-1", "134.80", "BB-1"))
    world.settle()
    assert merchant.order(id)["status"] == "held"
    merchant.cancel(id, {"1": 1})
    world.settle()
    assert merchant.order(id)["status"] == "released"


def test_invoice_is_paid_by_its_number(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="500.00")
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    merchant.whole_life(id)
    credit = merchant.do(CREDIT, merchant.shop, customer="C-9")
    assert (credit["open_invoices"], credit["free"]) == ("134.80", "365.20")
    (row,) = take(merchant, transfer("T-1", "134.80", "Rechnung RE-2026-000001"))
    assert row["orders"] == [id]
    world.settle()
    credit = merchant.do(CREDIT, merchant.shop, customer="C-9")
    assert (credit["open_invoices"], credit["free"], credit["items"]) == ("0.00", "500.00", [])
