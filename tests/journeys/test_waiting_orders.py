"""Orders that wait: for stock, for their day, for a decision; and what they give back."""

from __future__ import annotations

from tests.world.merchant import Merchant
from tests.world.pieces import UNPAID, quantities, told
from tests.world.world import World


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
