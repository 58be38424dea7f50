"""Changing orders: looked at, confirmed once or twice, outdated, too late, and wrong in itself."""

from __future__ import annotations

from typing import Any

import pytest

from oms.orders.noting import note_exhausted
from tests.answers import fits
from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import Answered, World

PREVIEW = "POST /v1/orders/{order}/changes"
CONFIRM = "POST /v1/orders/{order}/changes/{change}/confirm"
UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}
SOCKS = {"number": "2", "sku": "SOCKE-42", "quantity": 2, "unit_price": "14.50"}


def paid(amount: str) -> dict[str, Any]:
    return {"method": "paypal", "status": "authorised", "amount": amount, "reference": "PAY-2"}


def preview(merchant: Merchant, id: str, key: str = "", **change: Any) -> Answered:
    answer = merchant.world.call(PREVIEW, key or merchant.shop, change, order=id)
    fits(PREVIEW, answer.status, answer.body)
    return answer


def confirm(merchant: Merchant, id: str, change: str, **headers: str) -> Answered:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = merchant.world.call(CONFIRM, merchant.shop, headers=named, order=id, change=change)
    fits(CONFIRM, answer.status, answer.body)
    return answer


def change(merchant: Merchant, id: str, **wanted: Any) -> Any:
    """Look at a change and confirm it; answers the order once the world is at rest."""
    merchant.change(id, **wanted)
    merchant.world.settle()
    return merchant.order(id)


def quantities(order: Any) -> dict[str, dict[str, int]]:
    return {
        line["number"]: {place: n for place, n in line["quantities"].items() if n}
        for line in order["lines"]
    }


@pytest.fixture
def waiting(world: World, merchant: Merchant) -> str:
    """An order of two pieces that waits for stock."""
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    return id


def test_preview_tells_prices_taxes_stock_and_payment(
    world: World, merchant: Merchant, waiting: str
) -> None:
    merchant.count("A", SOCKE_42=1)
    seen = preview(merchant, waiting, lines=[SOCKS]).body
    assert (seen["before"]["gross"], seen["after"]["gross"]) == ("264.70", "293.70")
    assert seen["after"]["taxes"] == [
        {"rate": "19", "net": "246.81", "tax": "46.89", "gross": "293.70"}
    ]
    assert seen["lines"][0]["quantity_before"] == 0
    assert seen["lines"][0]["backordered"] == 1
    assert seen["payment"]["covered"] is False
    assert [hold["reason"] for hold in seen["holds"]] == ["payment_insufficient"]


def test_preview_changes_nothing(world: World, merchant: Merchant, waiting: str) -> None:
    before = merchant.order(waiting)
    preview(merchant, waiting, lines=[SOCKS])
    assert merchant.order(waiting) == before


def test_confirmed_line_is_reserved_and_goes_to_the_warehouse(
    world: World, merchant: Merchant, waiting: str
) -> None:
    merchant.count("A", SOCKE_42=5)
    order = change(merchant, waiting, lines=[SOCKS], payment=paid("293.70"))
    assert quantities(order)["2"] == {"ordered": 2, "released": 2}
    assert order["totals"]["total"] == "293.70"
    assert merchant.events(waiting).count("Order.Changed") == 1


def test_pieces_of_a_changed_line_wait_if_they_are_not_there(
    world: World, merchant: Merchant, waiting: str
) -> None:
    more = [{"number": "1", "quantity": 3}]
    order = change(merchant, waiting, lines=more, payment=paid("394.60"))
    assert quantities(order)["1"] == {"ordered": 3, "backordered": 3}
    assert merchant.stock("RUCK-45")["backordered"] == 3


def test_stock_of_a_line_taken_out_goes_to_whoever_waits(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1, ZELT_2=1)
    first = merchant.place(merchant.request(RUCK_45=1, ZELT_2=1) | {"payment": UNPAID})
    world.settle()
    second = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    order = change(merchant, first, lines=[{"number": "1", "quantity": 0}])
    assert quantities(order) == {"1": {}, "2": {"ordered": 1, "reserved": 1}}
    assert merchant.order(second)["status"] == "released"


def test_confirming_twice_changes_once(world: World, merchant: Merchant, waiting: str) -> None:
    id = preview(merchant, waiting, lines=[{"number": "1", "quantity": 1}]).body["id"]
    first = confirm(merchant, waiting, id, Idempotency_Key="a")
    world.settle()
    assert first.status == 200
    for headers in ({"Idempotency_Key": "a"}, {"Idempotency_Key": "b"}, {}):
        assert confirm(merchant, waiting, id, **headers).status == 200
    assert merchant.events(waiting).count("Order.Changed") == 1
    assert quantities(merchant.order(waiting))["1"]["ordered"] == 1


def test_a_key_that_confirmed_another_change_confirms_no_second_one(
    world: World, merchant: Merchant, waiting: str
) -> None:
    first = preview(merchant, waiting, lines=[{"number": "1", "quantity": 1}]).body["id"]
    assert confirm(merchant, waiting, first, Idempotency_Key="a").status == 200
    world.settle()
    second = preview(merchant, waiting, lines=[{"number": "1", "quantity": 2}]).body["id"]
    answer = confirm(merchant, waiting, second, Idempotency_Key="a")
    assert (answer.status, answer.body["title"]) == (409, "idempotency key reused")


def test_preview_of_an_order_that_changed_meanwhile_is_not_confirmed(
    world: World, merchant: Merchant, waiting: str
) -> None:
    one = preview(merchant, waiting, lines=[{"number": "1", "quantity": 1}]).body["id"]
    other = preview(merchant, waiting, lines=[{"number": "1", "quantity": 4}]).body["id"]
    assert confirm(merchant, waiting, one).status == 200
    answer = confirm(merchant, waiting, other)
    assert (answer.status, answer.body["title"]) == (409, "order changed")
    assert merchant.events(waiting).count("Order.Changed") == 1


def test_preview_is_still_good_after_a_mere_note(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    seen = preview(merchant, id, lines=[{"number": "1", "quantity": 1}]).body["id"]
    orders = world.ports("orders/read_order").orders
    from oms_aws.platform.log import Saved

    orders.change(
        id, lambda o: note_exhausted(o, "x", "y", "z", world.now()), Saved("test", "test")
    )
    assert confirm(merchant, id, seen).status == 200


def test_old_preview_is_not_confirmed(world: World, merchant: Merchant, waiting: str) -> None:
    id = preview(merchant, waiting, lines=[{"number": "1", "quantity": 1}]).body["id"]
    world.pass_time(hours=2)
    answer = confirm(merchant, waiting, id)
    assert (answer.status, answer.body["title"]) == (409, "preview expired")


def test_change_that_comes_to_something_else_by_now_is_not_confirmed(
    world: World, merchant: Merchant, waiting: str
) -> None:
    change: dict[str, Any] = {"lines": [SOCKS], "payment": paid("293.70")}
    id = preview(merchant, waiting, **change).body["id"]
    product = {"name": {"de": "Socke"}, "list_price": "99.00"}
    merchant.do("PUT /v1/products/{sku}", merchant.clerk, product, sku="SOCKE-42")
    answer = confirm(merchant, waiting, id)
    assert (answer.status, answer.body["title"]) == (409, "preview outdated")


def test_if_match_names_the_version(world: World, merchant: Merchant, waiting: str) -> None:
    id = preview(merchant, waiting, lines=[{"number": "1", "quantity": 1}]).body["id"]
    assert confirm(merchant, waiting, id, If_Match='"1"').status == 412


def test_unknown_preview_and_order_are_not_found(
    world: World, merchant: Merchant, waiting: str
) -> None:
    assert confirm(merchant, waiting, "chg_none").status == 404
    assert preview(merchant, "ord_none", lines=[SOCKS]).status == 404
    assert preview(merchant, waiting, merchant.other_shop, lines=[SOCKS]).status == 404
    assert preview(merchant, waiting, merchant.wms, lines=[SOCKS]).status == 403


@pytest.mark.parametrize(
    "body",
    [
        {"lines": [{"number": "1", "quantity": -1}]},
        {"lines": [{"number": "1", "quantity": 1}, {"number": "1", "quantity": 2}]},
        {"lines": [{"number": "1", "unit_price": "1.005"}]},
        {"lines": [{"number": "1", "colour": "red"}]},
        {"shipping": {"method": "express"}},
        {"shipping": {"method": "express", "price": "1.001"}},
        {"shipping_address": {"name": "x"}},
        {"note": "x"},
    ],
)
def test_impossible_changes_are_unprocessable(
    world: World, merchant: Merchant, waiting: str, body: Any
) -> None:
    answer = preview(merchant, waiting, **body)
    assert answer.status == 422
    assert answer.body["errors"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "nothing to change"),
        ({"lines": [{"number": "1", "quantity": 2}]}, "nothing to change"),
        ({"lines": [{"number": "1", "quantity": 0}]}, "nothing left"),
        ({"lines": [{"number": "1", "sku": "ZELT-2"}]}, "not changeable"),
        ({"lines": [{"number": "7", "quantity": 1}]}, "not changeable"),
        ({"lines": [{**SOCKS, "sku": "NO-SUCH"}]}, "product unknown"),
        ({"payment": {**UNPAID, "status": "failed"}}, "payment failed"),
    ],
)
def test_changes_that_make_no_sense_are_refused(
    world: World, merchant: Merchant, waiting: str, body: Any, reason: str
) -> None:
    answer = preview(merchant, waiting, **body)
    assert (answer.status, answer.body["title"]) == (409, reason)


def test_what_has_left_cannot_be_changed(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    merchant.fulfil(id)
    world.settle()
    for wanted, field in (
        ({"lines": [{"number": "1", "unit_price": "120.00"}]}, "lines.1"),
        ({"lines": [{"number": "1", "quantity": 0}]}, "lines.1"),
        ({"billing_address": {**ADDRESS, "line1": "Bergstr. 9"}}, "billing_address"),
        ({"shipping": {"method": "express", "price": "9.90"}}, "shipping"),
    ):
        answer = preview(merchant, id, **wanted)
        assert answer.status == 409
        assert [error["field"] for error in answer.body["errors"]] == [field]
    order = change(merchant, id, lines=[{"number": "1", "quantity": 1}])
    assert quantities(order)["1"] == {"ordered": 1, "shipped": 1}


@pytest.mark.parametrize(
    ("wanted", "recalled"),
    [
        ({"lines": [{"number": "1", "quantity": 1}]}, {"1": 1}),
        ({"lines": [{"number": "1", "quantity": 2}]}, {}),
        ({"lines": [{"number": "1", "unit_price": "129.00"}]}, {"1": 2}),
        ({"shipping_address": {**ADDRESS, "line1": "Bergstr. 9"}}, {"1": 2, "2": 1}),
        ({"shipping": {"method": "express", "price": "4.90"}}, {"1": 2, "2": 1}),
        ({"billing_address": {**ADDRESS, "line1": "Bergstr. 9"}}, {"1": 2, "2": 1}),
        ({"lines": [{"number": "1", "quantity": 4}], "payment": paid("999.00")}, {}),
    ],
)
def test_what_a_warehouse_has_is_asked_for_before_it_is_changed(
    world: World, merchant: Merchant, wanted: Any, recalled: dict[str, int]
) -> None:
    merchant.count("A", RUCK_45=2, ZELT_2=1)
    id = merchant.place(merchant.request(RUCK_45=3, ZELT_2=1))
    world.settle()
    seen = preview(merchant, id, **wanted)
    asked = {
        line["number"]: line["quantity"]
        for recall in seen.body["recalls"]
        for line in recall["lines"]
    }
    assert asked == recalled
    assert merchant.order(id)["pending_change"] is None


def test_order_at_its_end_cannot_be_changed(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    merchant.fulfil(id)
    for _ in range(2):
        answer = preview(merchant, id, lines=[SOCKS])
        assert (answer.status, answer.body["title"]) == (409, "order closed")
        world.settle()
        merchant.deliver(id)
        world.settle()


def test_order_that_is_being_checked_can_be_changed_in_a_moment(
    world: World, merchant: Merchant
) -> None:
    id = merchant.place(merchant.request(RUCK_45=1))
    assert preview(merchant, id, lines=[SOCKS]).status == 503
    world.settle()
    assert preview(merchant, id, lines=[SOCKS]).status == 201


def test_customer_reads_what_has_changed(world: World, merchant: Merchant, waiting: str) -> None:
    lines = [{"number": "1", "quantity": 1}, SOCKS]
    elsewhere = {**ADDRESS, "line1": "Bergstr. 9"}
    shipping = {"method": "express", "price": "9.90"}
    change(merchant, waiting, lines=lines, shipping_address=elsewhere, shipping=shipping)
    (mail,) = [m for m in world.outside.mails if m.kind == "order_changed"]
    for text in ("2 x Ding SOCKE-42", "1 x Ding RUCK-45", "Bergstr. 9", "express", "168,80"):
        assert text in mail.text, mail.text


def test_piece_that_is_taken_out_takes_its_part_of_the_discount_with_it(
    world: World, merchant: Merchant
) -> None:
    body = merchant.request(RUCK_45=4, ZELT_2=1)
    body["lines"][0]["discounts"] = [{"amount": "20.00", "code": "CLUB"}]
    body["discounts"] = [{"amount": "10.00"}]
    body["payment"]["amount"] = "843.50"
    id = merchant.place(body)
    world.settle()
    merchant.cancel(id, {"1": 1})
    seen = preview(merchant, id, lines=[{"number": "1", "quantity": 1}]).body
    order = change(merchant, id, lines=[{"number": "1", "quantity": 1}])
    assert order["lines"][0]["discounts"] == [{"amount": "10.00", "code": "CLUB"}]
    merchant.count("A", RUCK_45=1, ZELT_2=1)
    merchant.whole_life(id)
    (document,) = merchant.order(id)["documents"]
    assert document["gross"] == seen["after"]["gross"] == seen["after"]["total"]


def test_line_whose_discount_is_on_an_invoice_keeps_its_quantity(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    body = merchant.request(RUCK_45=2)
    body["lines"][0]["discounts"] = [{"amount": "20.00"}]
    body["payment"]["amount"] = "244.70"
    id = merchant.place(body)
    world.settle()
    merchant.fulfil(id)
    world.settle()
    answer = preview(merchant, id, lines=[{"number": "1", "quantity": 1}])
    assert answer.body["errors"] == [
        {"field": "lines.1", "reason": "its discount is on an invoice: cancel pieces instead"}
    ]
    assert merchant.cancel(id, {"1": 1}).status == 200
