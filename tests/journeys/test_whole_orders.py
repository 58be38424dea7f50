"""Whole orders from the shop's request to the archive, each along one path."""

from __future__ import annotations

import json

from tests.world.merchant import Merchant
from tests.world.world import World


def test_order_is_shipped_invoiced_delivered_and_archived(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=10)
    id = merchant.place(merchant.request(RUCK_45=2))
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert order["lines"][0]["quantities"]["delivered"] == 2
    assert [d["number"] for d in order["documents"]] == ["RE-2026-000001"]
    assert [mail.kind for mail in world.outside.mails] == ["order_received", "parcel_shipped"]
    assert merchant.stock("RUCK-45")["locations"]["A"]["on_hand"] == 8
    assert world.letters() == []


def test_completed_order_lies_in_the_archive_with_all_its_events(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=10)
    id = merchant.place(merchant.request(RUCK_45=2))
    merchant.whole_life(id)
    pdf, _, *logs = sorted(world.objects())
    assert world.object(pdf).startswith(b"%PDF")
    events = [json.loads(line) for line in world.object(logs[-1]).splitlines()]
    assert [event["type"] for event in events] == merchant.events(id)


def test_order_that_no_warehouse_has_whole_is_split(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=5)
    merchant.count("B", ZELT_2=5)
    id = merchant.place(merchant.request(RUCK_45=2, ZELT_2=1))
    merchant.whole_life(id)
    order = merchant.order(id)
    assert {f["location"] for f in order["fulfilments"]} == {"A", "B"}
    assert order["status"] == "completed"
    numbers = [document["number"] for document in order["documents"]]
    assert sorted(numbers) == ["RE-2026-000001", "RE-2026-000002"]


def test_backorder_that_stock_fills_ships_as_second_fulfilment(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    assert merchant.order(id)["lines"][0]["quantities"]["backordered"] == 2
    merchant.fulfil(id)
    world.settle()
    merchant.count("B", RUCK_45=2)
    world.settle()
    merchant.whole_life(id)
    order = merchant.order(id)
    assert [(f["location"], f["status"]) for f in order["fulfilments"]] == [
        ("A", "delivered"),
        ("B", "delivered"),
    ]
    assert order["status"] == "completed"
    assert merchant.stock("RUCK-45")["backordered"] == 0


def test_older_order_gets_the_stock_that_two_wait_for(world: World, merchant: Merchant) -> None:
    first = merchant.place(merchant.request(RUCK_45=2))
    second = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    merchant.count("A", RUCK_45=3)
    world.settle()
    assert merchant.order(first)["lines"][0]["quantities"]["released"] == 2
    quantities = merchant.order(second)["lines"][0]["quantities"]
    assert (quantities["released"], quantities["backordered"]) == (1, 1)


def test_stock_of_a_cancelled_order_goes_to_the_next_that_waits(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    first = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    second = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert merchant.order(second)["status"] == "backordered"
    assert merchant.cancel(first).status == 200
    world.settle()
    assert merchant.order(second)["status"] == "released"


def test_order_in_one_delivery_waits_until_all_is_there(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    body = merchant.request(RUCK_45=1, ZELT_2=1) | {"delivery": {"partial_allowed": False}}
    id = merchant.place(body)
    world.settle()
    assert merchant.order(id)["fulfilments"] == []
    merchant.count("A", ZELT_2=1)
    merchant.whole_life(id)
    order = merchant.order(id)
    assert len(order["fulfilments"]) == 1
    assert order["status"] == "completed"


def test_held_order_keeps_its_stock_and_goes_on_when_released(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    held = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    rival = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert merchant.order(held)["status"] == "held"
    assert merchant.order(rival)["status"] == "backordered"
    merchant.release(held)
    merchant.whole_life(held)
    assert merchant.order(held)["status"] == "completed"
    assert world.waiting_runs() == []


def test_order_with_two_holds_goes_on_with_the_last(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    address = merchant.request(RUCK_45=1)["billing_address"] | {"postal_code": "ABC"}
    body = merchant.request(RUCK_45=1) | {"payment": UNPAID, "billing_address": address}
    id = merchant.place(body)
    world.settle()
    first, second = merchant.order(id)["holds"]
    route = "POST /v1/orders/{order}/holds/{hold}/release"
    merchant.do(route, merchant.clerk, {"reason": "paid"}, order=id, hold=first["id"])
    world.settle()
    assert merchant.order(id)["status"] == "held"
    merchant.do(route, merchant.clerk, {"reason": "asked"}, order=id, hold=second["id"])
    world.settle()
    assert merchant.order(id)["status"] == "released"


def test_refused_order_holds_nothing(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": {**UNPAID, "status": "failed"}})
    world.settle()
    assert merchant.order(id)["status"] == "refused"
    assert merchant.stock("RUCK-45")["promisable"] == 1


def test_order_cancelled_while_held_gives_its_stock_back(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    assert merchant.stock("RUCK-45")["promisable"] == 0
    assert merchant.cancel(id).status == 200
    world.settle()
    assert merchant.order(id)["status"] == "cancelled"
    assert merchant.stock("RUCK-45")["promisable"] == 1
    assert world.waiting_runs() == []
    told = [mail.kind for mail in world.outside.mails]
    assert told == ["order_received", "payment_awaited", "order_cancelled"]


def test_order_cancelled_before_its_intake_begins_ends_quietly(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    assert merchant.cancel(id).status == 200
    world.settle()
    assert merchant.order(id)["status"] == "cancelled"
    assert merchant.stock("RUCK-45")["promisable"] == 1
    assert world.letters() == []


def test_partly_cancelled_order_ships_the_rest(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    assert merchant.cancel(id, {"1": 2}).status == 200
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    quantities = order["lines"][0]["quantities"]
    assert (quantities["delivered"], quantities["cancelled"]) == (1, 2)
    assert merchant.stock("RUCK-45")["backordered"] == 0


def test_pieces_that_have_left_cannot_be_cancelled(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    merchant.fulfil(id)
    world.settle()
    answer = merchant.cancel(id)
    assert answer.status == 409
    assert answer.body["errors"] == [
        {"field": "lines.1", "reason": "1 of 2 pieces can still be cancelled"}
    ]
    assert merchant.order(id)["status"] == "partially_shipped"


def test_two_shops_number_their_invoices_apart(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=2)
    mine = merchant.place(merchant.request(RUCK_45=1))
    theirs = merchant.place(merchant.request(RUCK_45=1), key=merchant.other_shop)
    merchant.whole_life(mine)
    merchant.whole_life(theirs)
    for id in (mine, theirs):
        (document,) = merchant.order(id)["documents"]
        assert document["number"] == "RE-2026-000001"


def test_unknown_sku_is_held_not_lost(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(NO_SUCH_THING=1))
    world.settle()
    (hold,) = merchant.order(id)["holds"]
    assert hold["reason"] == "product_unknown"


UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}


def test_order_wanted_at_once_goes_when_the_missing_rest_is_cancelled(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    body = merchant.request(RUCK_45=3)
    id = merchant.place({**body, "delivery": {"partial_allowed": False}})
    world.settle()
    assert merchant.order(id)["lines"][0]["quantities"]["reserved"] == 1
    assert merchant.cancel(id, {"1": 2}).status == 200
    world.settle()
    quantities = merchant.order(id)["lines"][0]["quantities"]
    assert (quantities["released"], quantities["cancelled"]) == (1, 2)
