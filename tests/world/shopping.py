"""A merchant whose customers order now and then, in both shops, and who looks for their orders."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from tests.world.merchant import PRODUCTS, Merchant, order_body
from tests.world.world import World

ROUTE = "GET /v1/orders"


class Shopping:
    """A merchant whose customers order, an hour after one another, in both shops."""

    def __init__(self, world: World) -> None:
        self.world, self.merchant = world, Merchant(world)
        self.orders: dict[str, dict[str, Any]] = {}

    def order(
        self,
        *skus: str,
        customer: str = "C-17",
        email: str = "erika@example.com",
        other: bool = False,
        at: datetime | None = None,
    ) -> str:
        """Place an order for one piece of each SKU; answers its id."""
        self.world.pass_time(hours=1)
        self.merchant.placed += 1
        lines = [
            {"number": str(n), "sku": sku, "quantity": 1, "unit_price": PRODUCTS.get(sku, "10.00")}
            for n, sku in enumerate(skus or ("RUCK-45",), 1)
        ]
        number = f"BB-{self.merchant.placed}"
        body = order_body(number, lines, placed_at=at or self.world.now())
        body["customer"] |= {"id": customer, "email": email}
        key = self.merchant.other_shop if other else self.merchant.shop
        id = self.merchant.place(body, key=key)
        self.orders[id] = body
        return id

    def found(self, key: str = "", **query: str) -> list[str]:
        """The ids of all orders found, page by page."""
        pages, ids, cursor = itertools.count(), list[str](), ""
        while next(pages) < 100:
            more = {"cursor": cursor} if cursor else {}
            body = self.merchant.do(ROUTE, key or self.merchant.clerk, query={**query, **more})
            ids += [item["id"] for item in body["items"]]
            if not (cursor := body["cursor"] or ""):
                return ids
        raise AssertionError("the list does not end")
