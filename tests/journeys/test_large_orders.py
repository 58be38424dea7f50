"""Orders as long as they may be, over more SKUs than a transaction holds."""

from __future__ import annotations

from tests.world.merchant import Merchant, order_body
from tests.world.world import World


def test_order_of_two_thousand_lines_ships(world: World, merchant: Merchant) -> None:
    skus = [f"BULK-{n:03d}" for n in range(150)]
    rows = [{"sku": sku, "name": {"de": sku}, "list_price": "1.00"} for sku in skus]
    merchant.do("POST /v1/products/batch", merchant.clerk, {"items": rows})
    counts = [{"sku": sku, "on_hand": 14} for sku in skus]
    batch = {"location": "A", "as_of": world.now().isoformat(), "rows": counts}
    merchant.do("POST /v1/stock/batch", merchant.wms, batch)
    lines = [
        {"number": str(n), "sku": skus[n % 150], "quantity": 1, "unit_price": "1.00"}
        for n in range(1, 2001)
    ]
    id = merchant.place(order_body("BB-2000", lines, placed_at=world.now()))
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert sum(line["quantities"]["delivered"] for line in order["lines"]) == 2000
    assert world.letters() == []
