"""Products that wait for a supplier, a day of sale, a payment or a clerk, each its own way."""

from __future__ import annotations

from tests.world.merchant import Merchant
from tests.world.pieces import UNPAID, quantities, told
from tests.world.world import World


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
