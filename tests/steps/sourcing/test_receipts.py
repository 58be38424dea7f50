"""Goods that came before their location was counted are in that count, and the answer says so."""

from __future__ import annotations

from datetime import timedelta

from tests.world.merchant import Merchant
from tests.world.world import World

ROUTE = "POST /v1/purchase-orders/{purchase}/receipts"


def test_receipt_names_what_a_later_count_has_already(world: World, merchant: Merchant) -> None:
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"), ZELT_2=(2, "2026-12-01"))
    world.pass_time(hours=2)
    merchant.count("A", RUCK_45=7)
    body = {
        "number": "LS-1",
        "received_at": (world.now() - timedelta(hours=1)).isoformat(),
        "lines": [{"number": "RUCK-45", "quantity": 5}, {"number": "ZELT-2", "quantity": 2}],
    }
    for _ in range(2):
        (receipt,) = merchant.do(ROUTE, merchant.wms, body, purchase="PO-1")["receipts"]
        (named,) = receipt["not_counted"]
        assert named["sku"] == "RUCK-45"
        assert named["counted_at"] > receipt["received_at"]
        assert named["reason"].startswith("was counted later, at 2026-11-23T")
    assert merchant.stock("RUCK-45")["promisable"] == 7
    assert merchant.stock("ZELT-2")["promisable"] == 2
    assert world.broken() == []


def test_receipt_that_was_all_added_names_nothing(merchant: Merchant) -> None:
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"))
    (receipt,) = merchant.receive("PO-1", "LS-1", RUCK_45=5)["receipts"]
    assert receipt["not_counted"] == []
