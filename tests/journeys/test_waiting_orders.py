"""Orders that wait: for stock, for their day, for a decision; and what they give back."""

from __future__ import annotations

from typing import Any

import pytest

from oms.core.events import facts
from tests.world.merchant import Merchant
from tests.world.world import World

UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}


def quantities(merchant: Merchant, id: str, line: int = 0) -> dict[str, int]:
    """Where the pieces of a line are, places without any left out."""
    found = merchant.order(id)["lines"][line]["quantities"]
    return {place: n for place, n in found.items() if n and place != "ordered"}


def told(world: World, id: str) -> list[Any]:
    """What the order said of its expected days, one after the other."""
    log = world.ports("orders/read_events").orders.log(id)
    return [facts(event)["expected"] for event in log if event.type == "Eta.Changed"]


# -- expiry ---------------------------------------------------------------------------------------


def test_held_order_says_until_when_it_keeps_its_stock(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    order = merchant.order(id)
    assert order["reserved_until"] > order["holds"][0]["raised_at"]
    merchant.release(id)
    world.settle()
    assert merchant.order(id)["reserved_until"] is None


def test_expired_reservation_goes_to_whoever_waits_and_is_made_anew_on_release(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    held = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    rival = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    world.pass_time(hours=71)
    world.tick()
    assert quantities(merchant, held) == {"reserved": 1}
    world.pass_time(hours=2)
    world.tick()
    assert quantities(merchant, held) == {"open": 1}
    assert merchant.order(held)["reserved_until"] is None
    assert merchant.order(rival)["status"] == "released"
    world.pass_time(hours=7)
    world.tick()
    assert merchant.events(held).count("Stock.Released") == 1
    assert world.broken() == []
    merchant.count("A", RUCK_45=2)
    merchant.release(held)
    merchant.whole_life(held)
    assert merchant.order(held)["status"] == "completed"


def test_order_released_after_its_stock_was_sold_waits(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    held = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    world.pass_time(hours=73)
    world.tick()
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    merchant.release(held)
    world.settle()
    assert quantities(merchant, held) == {"backordered": 1}


def test_shop_says_how_long_a_held_order_keeps_its_stock(world: World, merchant: Merchant) -> None:
    shop = merchant.do("GET /v1/shops/{shop}", merchant.clerk, shop="berg-beutel")
    body = {name: shop[name] for name in ("name", "support_email")} | {"reserve_hours": 2}
    body["seller"] = {name: value for name, value in shop["seller"].items() if value}
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    world.pass_time(minutes=1)
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    world.pass_time(hours=2, minutes=1)
    world.tick()
    assert quantities(merchant, id) == {"open": 1}
    assert merchant.stock("RUCK-45")["promisable"] == 1


def test_order_cancelled_after_its_reservation_expired_gives_nothing_back_twice(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    world.pass_time(hours=73)
    world.tick()
    assert merchant.cancel(id).status == 200
    world.settle()
    assert merchant.order(id)["status"] == "cancelled"
    assert merchant.stock("RUCK-45")["promisable"] == 1


# -- bundles --------------------------------------------------------------------------------------


@pytest.fixture
def bundle(merchant: Merchant) -> str:
    """A set of a rucksack and two pairs of socks."""
    components = [{"sku": "RUCK-45", "quantity": 1}, {"sku": "SOCKE-42", "quantity": 2}]
    merchant.sell("SET-1", "150.00", kind="bundle", components=components)
    return "SET-1"


def of_sets(merchant: Merchant, quantity: int, /, **more: int) -> dict[str, Any]:
    body = merchant.request(SET_1=quantity, **more)
    body["lines"][0]["unit_price"] = "150.00"
    body["payment"]["amount"] = "9999.00"
    return body


def test_bundle_ships_as_its_components_and_is_billed_as_itself(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=3, SOCKE_42=5)
    id = merchant.place(of_sets(merchant, 2))
    world.settle()
    (fulfilment,) = merchant.do(
        "GET /v1/fulfilments", merchant.wms, query={"location": "A", "status": "released"}
    )["items"]
    components = fulfilment["lines"][0]["components"]
    picked = [(part["sku"], part["quantity"]) for part in components]
    assert picked == [("RUCK-45", 2), ("SOCKE-42", 4)]
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert order["documents"][0]["gross"] == "304.90"
    assert merchant.stock("RUCK-45")["locations"]["A"]["on_hand"] == 1
    assert merchant.stock("SOCKE-42")["locations"]["A"]["on_hand"] == 1


def test_bundle_with_one_component_missing_reserves_none_of_them(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=3, SOCKE_42=3)
    id = merchant.place(of_sets(merchant, 2))
    world.settle()
    assert quantities(merchant, id) == {"released": 1, "backordered": 1}
    assert (merchant.stock("RUCK-45")["soft"], merchant.stock("SOCKE-42")["soft"]) == (0, 0)
    merchant.count("A", SOCKE_42=4)
    world.settle()
    assert quantities(merchant, id) == {"released": 2}


def test_component_in_a_bundle_and_on_a_line_counts_together(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=2, SOCKE_42=9)
    id = merchant.place(of_sets(merchant, 2, RUCK_45=1))
    world.settle()
    assert quantities(merchant, id, 0) == {"released": 2}
    assert quantities(merchant, id, 1) == {"backordered": 1}
    assert merchant.stock("RUCK-45")["backordered"] == 1


def test_bundle_whose_components_lie_apart_waits_and_others_get_them(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.count("B", SOCKE_42=2)
    id = merchant.place(of_sets(merchant, 1))
    world.settle()
    assert quantities(merchant, id) == {"backordered": 1}
    single = merchant.place(merchant.request(SOCKE_42=2))
    world.settle()
    assert quantities(merchant, single) == {"released": 2}


def test_components_of_a_cancelled_bundle_come_back(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=1, SOCKE_42=2)
    id = merchant.place(of_sets(merchant, 1) | {"payment": UNPAID})
    world.settle()
    assert merchant.stock("SOCKE-42")["promisable"] == 0
    merchant.cancel(id)
    world.settle()
    assert merchant.stock("SOCKE-42")["promisable"] == 2
    assert merchant.stock("RUCK-45")["promisable"] == 1


def test_bundle_keeps_the_components_it_was_sold_with(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(of_sets(merchant, 1))
    world.settle()
    merchant.sell("SET-1", "150.00", kind="bundle", components=[{"sku": "ZELT-2", "quantity": 1}])
    merchant.count("A", SOCKE_42=2)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    assert merchant.stock("SOCKE-42")["locations"]["A"]["on_hand"] == 0


# -- corrections ----------------------------------------------------------------------------------


def test_lower_count_takes_from_the_lowest_rank_and_the_youngest(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=3)
    ids = []
    for priority in (None, 5, None):
        body = merchant.request(RUCK_45=1) | {"payment": UNPAID}
        body["delivery"] = {"priority": priority}
        ids.append(merchant.place(body))
        world.settle()
    merchant.count("A", RUCK_45=1)
    world.settle()
    states = [quantities(merchant, id) for id in ids]
    assert states == [{"backordered": 1}, {"reserved": 1}, {"backordered": 1}]
    assert merchant.stock("RUCK-45")["promisable"] == 0
    assert "Line.Backordered" in merchant.events(ids[0])
    merchant.count("A", RUCK_45=2)
    world.settle()
    assert quantities(merchant, ids[0]) == {"reserved": 1}


def test_lower_count_leaves_what_a_warehouse_has_and_says_how_much_is_missing(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    merchant.count("A", RUCK_45=1)
    world.settle()
    assert quantities(merchant, id) == {"released": 2}
    assert merchant.stock("RUCK-45")["uncovered"] == 1


# -- expected days --------------------------------------------------------------------------------


def test_waiting_line_is_told_its_day_once_and_again_only_when_it_changes(
    world: World, merchant: Merchant
) -> None:
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"))
    world.settle()
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    assert merchant.order(id)["lines"][0]["expected_on"] == "2026-12-01"
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-02"))
    world.settle()
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-09"))
    world.settle()
    assert told(world, id) == [{"1": "2026-12-01"}, {"1": "2026-12-09"}]
    merchant.receive("PO-1", "LS-1", RUCK_45=2)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    assert merchant.stock("RUCK-45")["locations"]["A"]["on_hand"] == 0


def test_day_follows_from_the_place_among_those_who_wait(world: World, merchant: Merchant) -> None:
    merchant.expect("PO-1", RUCK_45=(3, "2026-12-01"))
    merchant.expect("PO-2", RUCK_45=(3, "2026-12-15"))
    first = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    second = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    body = merchant.request(RUCK_45=2)
    body["delivery"] = {"priority": 9}
    urgent = merchant.place(body)
    world.settle()
    days = [merchant.order(id)["lines"][0]["expected_on"] for id in (first, second, urgent)]
    assert days == ["2026-12-01", "2026-12-15", "2026-12-01"]
    merchant.receive("PO-1", "LS-1", RUCK_45=3)
    world.settle()
    assert quantities(merchant, urgent) == {"released": 2}
    assert quantities(merchant, first) == {"released": 1, "backordered": 1}


def test_purchase_order_that_is_cancelled_takes_its_day_back(
    world: World, merchant: Merchant
) -> None:
    merchant.expect("PO-1", RUCK_45=(3, "2026-12-01"))
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    line = {"number": "RUCK-45", "sku": "RUCK-45", "quantity": 3, "expected_on": "2026-12-01"}
    body = {"location": "A", "lines": [line], "cancelled": True}
    merchant.do("PUT /v1/purchase-orders/{purchase}", merchant.clerk, body, purchase="PO-1")
    world.settle()
    assert told(world, id) == [{"1": "2026-12-01"}, {"1": None}]


def test_day_that_passes_without_a_delivery_is_taken_back(world: World, merchant: Merchant) -> None:
    merchant.expect("PO-1", RUCK_45=(3, "2026-12-01"))
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    world.pass_time(days=12)
    world.tick()
    assert told(world, id) == [{"1": "2026-12-01"}, {"1": None}]


def test_line_that_waits_for_nobody_knows_what_is_told_so(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert told(world, id) == [{"1": None}]


def test_customer_of_rank_comes_first(world: World, merchant: Merchant) -> None:
    account = {"type": "B2C", "name": "Ayşe Müller", "email": "ayse@mueller.example", "priority": 3}
    first = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    merchant.do("PUT /v1/customers/{customer}", merchant.shop, account, customer="C-17")
    world.pass_time(minutes=1)
    second = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    merchant.count("A", RUCK_45=1)
    world.settle()
    assert quantities(merchant, second) == {"released": 1}
    assert quantities(merchant, first) == {"backordered": 1}


def test_customer_says_whether_a_part_may_go_first(world: World, merchant: Merchant) -> None:
    account = {
        "type": "B2C",
        "name": "Ayşe Müller",
        "email": "ayse@mueller.example",
        "partial_allowed": False,
    }
    merchant.do("PUT /v1/customers/{customer}", merchant.shop, account, customer="C-17")
    merchant.count("A", RUCK_45=1)
    unsaid = merchant.request(RUCK_45=1, ZELT_2=1)
    del unsaid["delivery"]
    id = merchant.place(unsaid)
    world.settle()
    order = merchant.order(id)
    assert (order["fulfilments"], order["delivery"]["partial_allowed"]) == ([], False)
    said = merchant.request(ZELT_2=1)
    other = merchant.place(said)
    world.settle()
    assert merchant.order(other)["delivery"]["partial_allowed"] is True


# -- limits, suppliers, days of sale, things without a shelf --------------------------------------


def test_more_than_may_wait_holds_the_order(world: World, merchant: Merchant) -> None:
    merchant.sell("RUCK-45", "129.90", backorder_limit=2)
    merchant.count("A", RUCK_45=1)
    first = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    second = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    assert merchant.order(first)["status"] == "released"
    order = merchant.order(second)
    assert [hold["reason"] for hold in order["holds"]] == ["backorder_limit"]
    assert quantities(merchant, second) == {"open": 2, "backordered": 1}
    merchant.release(second)
    world.settle()
    assert quantities(merchant, second) == {"backordered": 3}


def test_order_over_the_limit_can_be_cancelled(world: World, merchant: Merchant) -> None:
    merchant.sell("RUCK-45", "129.90", backorder_limit=0)
    merchant.count("A", RUCK_45=0)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert merchant.order(id)["status"] == "held"
    merchant.cancel(id)
    world.settle()
    assert merchant.order(id)["status"] == "cancelled"
    assert merchant.stock("RUCK-45")["backordered"] == 0


def test_line_without_a_supplier_holds_the_order(world: World, merchant: Merchant) -> None:
    merchant.sell("BOOT-1", "900.00", kind="drop_ship")
    merchant.count("A", RUCK_45=1)
    body = merchant.request(RUCK_45=1, BOOT_1=1)
    body["lines"][1]["unit_price"] = "900.00"
    body["payment"]["amount"] = "9999.00"
    id = merchant.place(body)
    world.settle()
    order = merchant.order(id)
    assert [hold["reason"] for hold in order["holds"]] == ["supplier_needed"]
    assert quantities(merchant, id, 1) == {"open": 1}
    merchant.cancel(id, {"2": 1})
    merchant.release(id)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"


def test_released_line_without_a_supplier_comes_from_our_own_stock(
    world: World, merchant: Merchant
) -> None:
    merchant.sell("BOOT-1", "10.00", kind="drop_ship")
    id = merchant.place(merchant.request(BOOT_1=1))
    world.settle()
    merchant.release(id)
    world.settle()
    assert quantities(merchant, id) == {"backordered": 1}


def test_preorder_is_sold_on_its_day_first_come_first_served(
    world: World, merchant: Merchant
) -> None:
    merchant.sell("NEU-1", "10.00", kind="preorder", available_from="2026-12-01")
    first = merchant.place(merchant.request(NEU_1=1))
    world.settle()
    body = merchant.request(NEU_1=1)
    body["delivery"] = {"priority": 50}
    second = merchant.place(body)
    world.settle()
    merchant.count("A", NEU_1=1)
    world.settle()
    order = merchant.order(first)
    assert order["status"] == "preordered"
    assert order["lines"][0]["expected_on"] == "2026-12-01"
    assert [w["cause"] for w in order["waiting"]] == ["preordered"]
    world.time = world.time.replace(month=11, day=30, hour=22)
    world.tick()
    assert quantities(merchant, first) == {"backordered": 1}
    world.pass_time(hours=2)
    world.tick()
    assert quantities(merchant, first) == {"released": 1}
    assert quantities(merchant, second) == {"backordered": 1}
    merchant.count("A", NEU_1=2)
    merchant.whole_life(second)
    assert merchant.order(second)["status"] == "completed"


def test_bundle_is_sold_on_the_day_of_its_last_component(world: World, merchant: Merchant) -> None:
    merchant.sell("NEU-1", "10.00", kind="preorder", available_from="2026-12-01")
    components = [{"sku": "NEU-1", "quantity": 1}, {"sku": "RUCK-45", "quantity": 1}]
    merchant.sell("SET-2", "10.00", kind="bundle", components=components)
    merchant.count("A", NEU_1=1, RUCK_45=1)
    id = merchant.place(merchant.request(SET_2=1))
    world.settle()
    assert merchant.order(id)["lines"][0]["expected_on"] == "2026-12-01"
    assert quantities(merchant, id) == {"backordered": 1}
    world.pass_time(days=9)
    world.tick()
    assert quantities(merchant, id) == {"released": 1}


def test_preorder_whose_day_moves_is_told_the_new_one(world: World, merchant: Merchant) -> None:
    merchant.sell("NEU-1", "10.00", kind="preorder", available_from="2026-12-01")
    merchant.count("A", NEU_1=1)
    id = merchant.place(merchant.request(NEU_1=1))
    world.settle()
    merchant.sell("NEU-1", "10.00", kind="preorder", available_from="2026-12-20")
    world.pass_time(days=9)
    world.tick()
    assert quantities(merchant, id) == {"backordered": 1}
    assert told(world, id) == [{"1": "2026-12-01"}, {"1": "2026-12-20"}]
    world.pass_time(days=19)
    world.tick()
    assert quantities(merchant, id) == {"released": 1}


def test_digital_goods_wait_for_payment_and_for_nothing_else(
    world: World, merchant: Merchant
) -> None:
    merchant.sell("GPX-1", "10.00", kind="digital")
    id = merchant.place(merchant.request(GPX_1=2) | {"payment": UNPAID})
    world.settle()
    assert quantities(merchant, id) == {"open": 2}
    merchant.release(id)
    world.settle()
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert order["documents"][0]["gross"] == "24.90"
    mail = world.outside.mails[-1]
    assert "Lager" not in mail.text.partition("--")[0]
    assert world.letters() == []


def test_digital_goods_beside_goods_that_wait_are_handed_over_at_once(
    world: World, merchant: Merchant
) -> None:
    merchant.sell("GPX-1", "10.00", kind="digital")
    body = merchant.request(GPX_1=1, RUCK_45=1) | {"delivery": {"partial_allowed": False}}
    id = merchant.place(body)
    world.settle()
    assert quantities(merchant, id, 0) == {"delivered": 1}
    assert quantities(merchant, id, 1) == {"backordered": 1}
    merchant.count("A", RUCK_45=1)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"


def test_service_waits_for_a_clerk_and_holds_up_nothing_else(
    world: World, merchant: Merchant
) -> None:
    merchant.sell("KURS-1", "10.00", kind="service")
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(KURS_1=1, RUCK_45=1))
    merchant.whole_life(id)
    order = merchant.order(id)
    assert quantities(merchant, id, 1) == {"delivered": 1}
    assert [(w["party"], w["cause"]) for w in order["waiting"]] == [("clerk", "service_to_perform")]
    world.pass_time(hours=1)
    runs = len(world.executions)
    assert world.tick() == 0
    assert len(world.executions) == runs
    merchant.cancel(id, {"1": 1})
    world.settle()
    assert merchant.order(id)["status"] == "completed"


def test_goods_that_came_before_the_count_are_not_counted_twice(
    world: World, merchant: Merchant
) -> None:
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"))
    early = world.now().isoformat()
    world.pass_time(minutes=5)
    merchant.count("A", RUCK_45=5)
    body = {
        "number": "LS-1",
        "received_at": early,
        "lines": [{"number": "RUCK-45", "quantity": 5}],
    }
    route = "POST /v1/purchase-orders/{purchase}/receipts"
    merchant.do(route, merchant.wms, body, purchase="PO-1")
    assert merchant.stock("RUCK-45")["promisable"] == 5
    left = merchant.do("GET /v1/purchase-orders", merchant.wms, query={"sku": "RUCK-45"})
    assert left["items"] == []


def test_receipts_come_in_parts_and_each_counts_once(world: World, merchant: Merchant) -> None:
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"))
    merchant.receive("PO-1", "LS-1", RUCK_45=2)
    merchant.receive("PO-1", "LS-1", RUCK_45=2)
    answer = merchant.receive("PO-1", "LS-2", RUCK_45=4)
    assert (answer["status"], answer["lines"][0]["received"]) == ("received", 6)
    assert merchant.stock("RUCK-45")["locations"]["A"]["on_hand"] == 6


def test_purchase_orders_refuse_what_cannot_be(world: World, merchant: Merchant) -> None:
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"))
    merchant.receive("PO-1", "LS-1", RUCK_45=2)
    line = {"number": "1", "sku": "RUCK-45", "quantity": 5, "expected_on": "2026-12-01"}
    good = {"location": "A", "lines": [line]}
    put, post = "PUT /v1/purchase-orders/{purchase}", "POST /v1/purchase-orders/{purchase}/receipts"
    receipt = {"number": "LS-1", "lines": [{"number": "RUCK-45", "quantity": 3}]}

    def status(route: str, body: object, purchase: str, key: str = merchant.clerk) -> int:
        return world.call(route, key, body, purchase=purchase).status

    assert status(put, good, "PO-1") == 409
    assert status(put, {**good, "location": "Z"}, "PO-2") == 404
    assert status(put, {**good, "lines": [{**line, "sku": "NO-SUCH"}]}, "PO-2") == 422
    assert status(put, {**good, "lines": [line, line]}, "PO-2") == 422
    assert status(put, {**good, "lines": [{**line, "expected_on": "soon"}]}, "PO-2") == 422
    assert status(put, good, "PO-2", merchant.shop) == 403
    assert status(post, receipt, "PO-1") == 409
    assert status(post, {**receipt, "number": "LS-2", "lines": []}, "PO-1") == 422
    assert status(post, receipt, "PO-9") == 404
    unknown = {"number": "LS-3", "lines": [{"number": "9", "quantity": 1}]}
    assert status(post, unknown, "PO-1") == 404
