"""What is open is listed from the orders themselves: by due date, customer and state."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.payments.test_payments import take, transfer
from tests.world.merchant import Merchant
from tests.world.world import World

LIST, TOTALS = "GET /v1/open-items", "GET /v1/open-items/totals"


def listed(merchant: Merchant, **query: str) -> list[dict[str, Any]]:
    query = {"shop": "berg-beutel", **query}
    found: list[dict[str, Any]] = merchant.do(LIST, merchant.accountant, query=query)["items"]
    return found


@pytest.fixture
def invoiced(world: World, merchant: Merchant) -> str:
    """An order on account of 134.80, delivered and billed as RE-2026-000001."""
    merchant.business(credit_limit="5000.00")
    merchant.count("A", RUCK_45=9)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    merchant.whole_life(id)
    return id


def test_invoice_is_open_until_it_is_paid(world: World, merchant: Merchant, invoiced: str) -> None:
    (item,) = listed(merchant)
    assert (item["number"], item["open"], item["age"]) == ("RE-2026-000001", "134.80", "not_due")
    assert item["orders"] == [
        {"order": invoiced, "external_number": "BB-1", "open": "134.80"},
    ]
    take(merchant, transfer("T-1", "34.80", "RE-2026-000001"))
    (item,) = listed(merchant)
    assert (item["open"], item["paid"]) == ("100.00", "34.80")
    take(merchant, transfer("T-2", "100.00", "RE-2026-000001"))
    assert listed(merchant) == []
    assert world.broken() == []


def test_overdue_is_what_is_due_before_today(
    world: World, merchant: Merchant, invoiced: str
) -> None:
    assert listed(merchant, state="overdue") == []
    world.pass_time(days=45)
    (item,) = listed(merchant, state="overdue")
    assert item["age"] == "days_31_60"
    assert listed(merchant, due_before=item["due"]) == []
    assert len(listed(merchant, due_before="2027-01-01")) == 1
    assert listed(merchant, customer="C-10") == []
    assert len(listed(merchant, customer="C-9")) == 1


def test_pages_and_totals_by_customer(world: World, merchant: Merchant, invoiced: str) -> None:
    for _ in range(2):
        merchant.whole_life(merchant.place(merchant.on_account(RUCK_45=1)))
    query = {"shop": "berg-beutel", "limit": "2"}
    first = merchant.do(LIST, merchant.accountant, query=query)
    second = merchant.do(LIST, merchant.accountant, query=query | {"cursor": first["cursor"]})
    numbers = [each["number"] for each in (*first["items"], *second["items"])]
    assert sorted(numbers) == [f"RE-2026-00000{n}" for n in (1, 2, 3)]
    take(merchant, transfer("T-1", "150.00", "BB-1"))
    query = {"shop": "berg-beutel", "by": "customer"}
    summed = merchant.do(TOTALS, merchant.accountant, query=query)
    (total,) = summed["totals"]
    assert (total["open"], total["overdue"], total["credit"]) == ("269.60", "0", "15.20")
    assert total["ages"]["not_due"] == "269.60"
    (customer,) = summed["customers"]
    assert (customer["customer"], customer["totals"]) == ("C-9", summed["totals"])
    (credit,) = listed(merchant, state="credit")
    assert (credit["type"], credit["open"], credit["document"]) == ("credit", "-15.20", None)


def test_credit_note_closes_what_it_credits(
    world: World, merchant: Merchant, invoiced: str
) -> None:
    invoice = merchant.order(invoiced)["documents"][0]["id"]
    merchant.do(
        "POST /v1/documents/{document}/cancel",
        merchant.accountant,
        {"reason": "wrong"},
        document=invoice,
    )
    assert listed(merchant) == []
    world.settle()
    assert world.broken() == []


def test_as_csv(world: World, merchant: Merchant, invoiced: str) -> None:
    answer = world.call(
        LIST, merchant.accountant, query={"shop": "berg-beutel"}, headers={"accept": "text/csv"}
    )
    assert answer.headers["Content-Type"].startswith("text/csv")
    head, row = str(answer.body).split("\r\n")[:2]
    assert head.split(";")[1:3] == ["number", "type"]
    assert row.split(";")[1:4] == ["RE-2026-000001", "invoice", "C-9"]


def test_shop_sees_its_own_and_nobody_else_any(
    world: World, merchant: Merchant, invoiced: str
) -> None:
    assert len(merchant.do(LIST, merchant.shop)["items"]) == 1
    assert merchant.do(LIST, merchant.other_shop)["items"] == []
    query = {"shop": "berg-beutel"}
    for route in (LIST, TOTALS):
        assert world.call(route, merchant.other_shop, query=query).status == 404
        assert world.call(route, merchant.wms, query=query).status == 403
        assert world.call(route, merchant.accountant).status == 422
    for wrong in ({"state": "lost"}, {"due_before": "soon"}, {"limit": "0"}, {"cursor": "?"}):
        assert world.call(LIST, merchant.accountant, query=query | wrong).status == 422
    assert world.call(TOTALS, merchant.accountant, query=query | {"by": "day"}).status == 422


def test_paid_by_card_is_never_open(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.whole_life(merchant.place(merchant.request(RUCK_45=1)))
    assert listed(merchant) == []
    assert not [item for item in world.items() if item.get("kind") == "open_item"]
