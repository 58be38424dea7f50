"""An order for a product that nobody knows yet is held with its reasons, and goes on once it is."""

from __future__ import annotations

from typing import Any

import pytest

from oms.screening.pricing import NAMED
from tests.world.merchant import Merchant
from tests.world.world import Answered, World

RELEASE = "POST /v1/orders/{order}/holds/{hold}/release"
APPROVER = {"id": "P-2", "name": "Person 2", "email": "p2@verein.example"}


def net(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "price_mode": "net"}


def placed(merchant: Merchant, body: dict[str, Any]) -> str:
    id = merchant.place(body)
    merchant.world.settle()
    return id


def holds(merchant: Merchant, id: str) -> set[str]:
    return {each["reason"] for each in merchant.order(id)["holds"] if not each["released_at"]}


def release(merchant: Merchant, id: str, reason: str) -> Answered:
    (hold,) = [h for h in merchant.order(id)["holds"] if h["reason"] == reason]
    body = {"reason": "it is known now"}
    answer = merchant.world.call(RELEASE, merchant.clerk, body, order=id, hold=hold["id"])
    merchant.world.settle()
    return answer


def test_a_net_order_waits_for_its_product(world: World, merchant: Merchant) -> None:
    id = placed(merchant, net(merchant.request(NEU_1=2)))
    assert holds(merchant, id) == {"product_unknown", "amount_unknown"}
    quantities = merchant.order(id)["lines"][0]["quantities"]
    assert (quantities["open"], quantities["backordered"]) == (2, 0)
    for reason in ("product_unknown", "amount_unknown"):
        refused = release(merchant, id, reason)
        assert (refused.status, refused.body["type"].rpartition(":")[2]) == (409, reason)
    merchant.sell("NEU-1", "11.90")
    merchant.count("A", NEU_1=5)
    # 24.90 EUR net are 29.63 gross, and only 24.90 are authorised.
    assert release(merchant, id, "product_unknown").status == 200
    assert holds(merchant, id) == {"payment_insufficient"}
    assert release(merchant, id, "payment_insufficient").status == 200
    merchant.whole_life(id)
    (invoice,) = merchant.order(id)["documents"]
    assert (invoice["status"], invoice["gross"]) == ("archived", "29.63")


def test_an_order_of_more_unknown_products_than_a_hold_names_reserves_nothing_of_them(
    world: World, merchant: Merchant
) -> None:
    """Those beyond the hundredth waited in backorder, as if they were goods of ours."""
    unknown = {f"NEU_{n}": 1 for n in range(NAMED + 3)}
    id = placed(merchant, merchant.request(**unknown))
    (hold,) = [h for h in merchant.order(id)["holds"] if h["reason"] == "product_unknown"]
    assert (len(hold["data"]["skus"]), hold["data"]["more"]) == (NAMED, 3)
    assert hold["text"].endswith(f" and {NAMED - 2} more.")
    lines = merchant.order(id)["lines"]
    assert {each["quantities"]["backordered"] for each in lines} == {0}
    assert {each["quantities"]["open"] for each in lines} == {1}
    for n in range(NAMED + 3):
        merchant.sell(f"NEU-{n}", "1.00")
    merchant.count("A", **unknown)
    assert release(merchant, id, "product_unknown").status == 200
    assert holds(merchant, id) == set()
    lines = merchant.order(id)["lines"]
    assert {each["quantities"]["open"] for each in lines} == {0}


@pytest.mark.parametrize("first", ["product_unknown", "amount_unknown", "invoice_incomplete"])
def test_credit_and_approval_wait_for_the_product(
    world: World, merchant: Merchant, first: str
) -> None:
    rule = {"level": 1, "approver": APPROVER, "over": "20.00"}
    merchant.business(credit_limit="100.00", approvals=[rule])
    body = net(merchant.on_account(NEU_1=2)) | {"ordered_by": "P-1"}
    id = placed(merchant, body)
    assert holds(merchant, id) == {"product_unknown", "amount_unknown", "invoice_incomplete"}
    credit = "GET /v1/customers/{customer}/credit"
    assert merchant.do(credit, merchant.shop, customer="C-9")["used"] == "0.00"
    merchant.sell("NEU-1", "11.90")
    merchant.count("A", NEU_1=5)
    assert release(merchant, id, first).status == 200
    assert holds(merchant, id) == {"approval_needed"}
    assert merchant.do(credit, merchant.shop, customer="C-9")["used"] == "29.63"
    word = {"decision": "approve", "person": "P-2", "reason": "good"}
    merchant.do("POST /v1/orders/{order}/approvals", merchant.clerk, word, order=id)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"


def test_credit_that_does_not_bear_it_then_holds(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="20.00")
    id = placed(merchant, net(merchant.on_account(NEU_1=2)))
    merchant.sell("NEU-1", "11.90")
    assert release(merchant, id, "amount_unknown").status == 200
    assert holds(merchant, id) == {"credit_exceeded"}


def test_the_price_of_the_product_counts_once_it_is_known(world: World, merchant: Merchant) -> None:
    id = placed(merchant, merchant.request(NEU_1=2))
    assert holds(merchant, id) == {"product_unknown"}
    merchant.sell("NEU-1", "99.00")
    assert release(merchant, id, "product_unknown").status == 200
    assert holds(merchant, id) == {"price_too_low"}


def test_a_product_that_comes_as_a_file_is_handed_over(world: World, merchant: Merchant) -> None:
    id = placed(merchant, merchant.request(NEU_1=2))
    merchant.sell("NEU-1", "10.00", kind="digital")
    assert release(merchant, id, "product_unknown").status == 200
    assert merchant.order(id)["status"] in ("delivered", "completed")


def test_what_is_known_of_the_order_is_kept_meanwhile(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = placed(merchant, net(merchant.request(RUCK_45=1, NEU_1=1)))
    known, unknown = (line["quantities"] for line in merchant.order(id)["lines"])
    assert (known["reserved"], unknown["open"]) == (1, 1)


def test_a_change_takes_the_unknown_line_out(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.business(credit_limit="1000.00")
    id = placed(merchant, net(merchant.on_account(RUCK_45=1, NEU_1=1)))
    merchant.change(id, lines=[{"number": "2", "quantity": 0}])
    world.settle()
    assert holds(merchant, id) == set()
    credit = "GET /v1/customers/{customer}/credit"
    # 134.80 EUR net, with 19 % of tax.
    assert merchant.do(credit, merchant.shop, customer="C-9")["used"] == "160.41"
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"


def test_a_tax_that_nobody_can_say_holds_too(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    body = net(merchant.request(RUCK_45=1)) | {"placed_at": "2005-11-23T09:00:00+00:00"}
    id = placed(merchant, body)
    assert "amount_unknown" in holds(merchant, id)
    assert release(merchant, id, "amount_unknown").status == 409
    assert merchant.cancel(id).status == 200
    world.settle()
    assert merchant.order(id)["status"] == "cancelled"


def test_holds_for_what_an_invoice_lacks_can_be_listed(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="100.00")
    id = placed(merchant, merchant.on_account(NEU_1=1))
    for reason in ("invoice_incomplete", "product_unknown"):
        query = {"reason": reason}
        (item,) = merchant.do("GET /v1/holds", merchant.clerk, query=query)["items"]
        assert item["order"] == id
