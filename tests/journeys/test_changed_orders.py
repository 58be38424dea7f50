"""Orders changed on their way: before a warehouse has them, while they wait or are held."""

from __future__ import annotations

from typing import Any

from tests.world.merchant import ADDRESS, PRODUCTS, Merchant
from tests.world.world import World

UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}
NOWHERE = {**ADDRESS, "postal_code": "ABC"}


def paid(amount: str) -> dict[str, Any]:
    return {"method": "paypal", "status": "authorised", "amount": amount, "reference": "PAY-2"}


def test_order_changed_while_held_for_its_address_goes_on_by_itself(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=1) | {"billing_address": NOWHERE})
    world.settle()
    assert merchant.order(id)["status"] == "held"
    merchant.change(id, billing_address=ADDRESS)
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert order["holds"][0]["release_reason"] == "The change mended it."
    assert world.waiting_runs() == []


def test_change_that_is_not_covered_holds_an_order_whose_intake_has_ended(
    world: World, merchant: Merchant
) -> None:
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert world.executions[id].state == "succeeded"
    merchant.change(id, lines=[{"number": "1", "quantity": 2}])
    merchant.count("A", RUCK_45=2)
    world.settle()
    order = merchant.order(id)
    assert order["status"] == "held"
    assert order["lines"][0]["quantities"]["reserved"] == 2
    merchant.release(id)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    assert [e for e in world.executions.values() if e.state == "running"] == []


def test_change_raises_a_hold_while_another_one_waits(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    merchant.change(id, shipping_address=NOWHERE)
    world.settle()
    held = [hold["reason"] for hold in merchant.order(id)["holds"] if not hold["released_at"]]
    assert held == ["payment_awaited", "address_invalid"]
    merchant.change(id, payment=paid("134.80"))
    world.settle()
    assert merchant.order(id)["status"] == "held"
    merchant.change(id, shipping_address=ADDRESS)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    assert world.waiting_runs() == []


def test_rest_of_a_partly_shipped_order_goes_to_the_new_address(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    merchant.fulfil(id)
    world.settle()
    merchant.change(id, shipping_address={**ADDRESS, "line1": "Bergstr. 9"})
    merchant.count("A", RUCK_45=1)
    merchant.whole_life(id)
    streets = [
        merchant.do("GET /v1/fulfilments/{fulfilment}", merchant.wms, fulfilment=f["id"])["ship_to"]
        for f in merchant.order(id)["fulfilments"]
    ]
    assert [street["line1"] for street in streets] == ["Ringstr. 5", "Bergstr. 9"]
    assert merchant.order(id)["status"] == "completed"


def test_order_in_one_delivery_waits_for_the_line_that_was_added(
    world: World, merchant: Merchant
) -> None:
    body = merchant.request(RUCK_45=1) | {"delivery": {"partial_allowed": False}}
    id = merchant.place(body)
    world.settle()
    tent = {"number": "2", "sku": "ZELT-2", "quantity": 1, "unit_price": PRODUCTS["ZELT-2"]}
    merchant.change(id, lines=[tent], payment=paid("483.80"))
    merchant.count("A", RUCK_45=1)
    world.settle()
    assert merchant.order(id)["fulfilments"] == []
    merchant.count("A", ZELT_2=1)
    merchant.whole_life(id)
    order = merchant.order(id)
    assert (order["status"], len(order["fulfilments"])) == ("completed", 1)


def test_two_who_change_at_once_do_not_mix(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    route = "POST /v1/orders/{order}/changes"
    confirm = route + "/{change}/confirm"
    seen = [
        merchant.do(route, key, {"lines": [{"number": "1", "quantity": n}]}, order=id)["id"]
        for key, n in ((merchant.shop, 1), (merchant.clerk, 3))
    ]
    answers = [
        world.call(confirm, key, order=id, change=change)
        for key, change in zip((merchant.shop, merchant.clerk), seen, strict=True)
    ]
    assert [answer.status for answer in answers] == [200, 409]
    world.settle()
    assert merchant.order(id)["lines"][0]["quantities"]["backordered"] == 1
    assert merchant.stock("RUCK-45")["backordered"] == 1


def test_change_meets_a_cancellation(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    route = "POST /v1/orders/{order}/changes"
    body = {"lines": [{"number": "1", "quantity": 3}]}
    seen = merchant.do(route, merchant.shop, body, order=id)["id"]
    merchant.cancel(id)
    answer = world.call(route + "/{change}/confirm", merchant.shop, order=id, change=seen)
    assert answer.status == 409
    assert world.call(route, merchant.shop, body, order=id).body["title"] == "order closed"
    world.settle()
    assert merchant.order(id)["status"] == "cancelled"


def test_changed_order_is_invoiced_as_it_is_now(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=1)
    id = merchant.place(merchant.request(RUCK_45=1, SOCKE_42=1))
    world.settle()
    merchant.fulfil(id)
    world.settle()
    cheaper = [{"number": "1", "quantity": 2, "unit_price": "129.00"}]
    merchant.change(id, lines=cheaper, payment=paid("277.40"))
    world.settle()
    merchant.count("A", RUCK_45=2)
    merchant.whole_life(id)
    documents = merchant.order(id)["documents"]
    assert sorted(document["gross"] for document in documents) == ["19.40", "258.00"]


ELSEWHERE = {**ADDRESS, "line1": "Bergstr. 9"}


def test_order_that_a_warehouse_gives_back_goes_to_the_new_address(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.count("B", ZELT_2=1)
    id = merchant.place(merchant.request(RUCK_45=1, ZELT_2=1))
    world.settle()
    seen = merchant.change(id, shipping_address=ELSEWHERE)
    assert seen["pending_change"]["id"]
    assert seen["shipping_address"] is None
    first, second = (f["id"] for f in seen["fulfilments"])
    assert merchant.answer_recall(first, "accepted").status == 200
    world.settle()
    assert world.broken() == []
    assert merchant.order(id)["shipping_address"] is None
    assert merchant.answer_recall(second, "accepted").status == 200
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["shipping_address"]["line1"] == "Bergstr. 9"
    assert [f["status"] for f in order["fulfilments"]].count("delivered") == 2
    assert order["status"] == "completed"
    assert [m.kind for m in world.outside.mails].count("order_changed") == 1


def test_change_that_one_warehouse_refuses_is_dropped_as_a_whole(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.count("B", ZELT_2=1)
    id = merchant.place(merchant.request(RUCK_45=1, ZELT_2=1))
    world.settle()
    seen = merchant.change(id, shipping_address=ELSEWHERE)
    first, second = (f["id"] for f in seen["fulfilments"])
    merchant.answer_recall(first, "accepted")
    merchant.answer_recall(second, "refused", "on the lorry")
    merchant.whole_life(id)
    order = merchant.order(id)
    assert (order["shipping_address"], order["pending_change"]) == (None, None)
    assert order["status"] == "completed"
    assert merchant.events(id).count("Order.ChangeDropped") == 1
    kinds = [m.kind for m in world.outside.mails]
    assert (kinds.count("change_refused"), kinds.count("recall_refused")) == (1, 0)


def test_fewer_pieces_of_a_packed_line_leave_the_rest_with_the_warehouse(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=3)
    id = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    (fulfilment,) = merchant.order(id)["fulfilments"]
    merchant.pack(fulfilment["id"])
    merchant.change(id, lines=[{"number": "1", "quantity": 1}])
    merchant.answer_recall(fulfilment["id"], "accepted")
    merchant.whole_life(id)
    quantities = merchant.order(id)["lines"][0]["quantities"]
    assert (quantities["ordered"], quantities["delivered"]) == (1, 1)
    assert merchant.stock("RUCK-45")["promisable"] == 2
    assert merchant.order(id)["documents"][0]["gross"] == "134.80"


def test_one_change_waits_at_a_time_and_confirming_it_again_asks_nobody_twice(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    seen = merchant.change(id, shipping_address=ELSEWHERE)
    preview = "POST /v1/orders/{order}/changes"
    change = seen["pending_change"]["id"]
    again = world.call(preview + "/{change}/confirm", merchant.shop, order=id, change=change)
    assert again.status == 200
    assert merchant.events(id).count("Fulfilment.RecallRequested") == 1
    body = {"lines": [{"number": "1", "quantity": 2}]}
    other = world.call(preview, merchant.shop, body, order=id)
    assert (other.status, other.body["title"]) == (409, "change pending")
    assert merchant.cancel(id, {"1": 1}).status == 409


def test_cancelling_the_order_ends_a_change_that_waits(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.count("B", ZELT_2=1)
    id = merchant.place(merchant.request(RUCK_45=1, ZELT_2=1))
    world.settle()
    seen = merchant.change(id, shipping_address=ELSEWHERE)
    first, second = (f["id"] for f in seen["fulfilments"])
    merchant.answer_recall(first, "accepted")
    world.settle()
    answer = merchant.cancel(id)
    assert len(answer.body["cancelled"]) == len(answer.body["recalling"]) == 1
    merchant.answer_recall(second, "accepted")
    world.settle()
    order = merchant.order(id)
    assert (order["status"], order["pending_change"]) == ("cancelled", None)
    assert merchant.stock("ZELT-2")["promisable"] == 1
    assert "change_refused" not in [m.kind for m in world.outside.mails]


def test_what_ships_while_a_change_waits_drops_the_change(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    (fulfilment,) = merchant.order(id)["fulfilments"]
    merchant.pack(fulfilment["id"])
    merchant.change(id, shipping_address=ELSEWHERE)
    merchant.ship(fulfilment["id"])
    world.settle()
    merchant.deliver(id)
    world.settle()
    order = merchant.order(id)
    assert (order["status"], order["pending_change"]) == ("completed", None)
    assert "Order.ChangeDropped" in merchant.events(id)
