"""Purchase orders say when goods come, and receipts that they have come."""

from __future__ import annotations

from tests.world.merchant import Merchant
from tests.world.pieces import told
from tests.world.world import World


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
