"""Master data as its keepers write it."""

from __future__ import annotations

from collections.abc import Sequence

from local.player.wire import Batch, Caller, Json, refused


class MasterData(Caller):
    """Writes of master data: products, prices, customers, shops, warehouses and carriers."""

    async def keep_products(self, products: Sequence[Json]) -> dict[str, str]:
        """Write products; the SKUs that were refused, with the reason."""
        body = {"items": list(products)}
        return refused(products, await self._post(Batch, "products/batch", body))

    async def keep_shop(self, id: str, shop: Json) -> None:
        await self._ask("PUT", f"shops/{id}", json=shop)

    async def keep_warehouse(self, id: str, warehouse: Json) -> None:
        await self._ask("PUT", f"warehouses/{id}", json=warehouse)

    async def keep_carrier(self, carrier: str, secret: str) -> None:
        await self._ask("PUT", f"carriers/{carrier}", json={"secret": secret})

    async def keep_price_list(self, id: str, body: Json) -> None:
        await self._ask("PUT", f"price-lists/{id}", json=body)

    async def keep_prices(self, prices: Sequence[Json]) -> dict[str, str]:
        """Write prices; the SKUs that were refused, with the reason."""
        body = {"items": list(prices)}
        return refused(prices, await self._post(Batch, "prices/batch", body))

    async def keep_customer(self, id: str, customer: Json) -> None:
        shop = customer["shop"]
        body = {name: value for name, value in customer.items() if name != "shop"}
        await self._ask("PUT", f"customers/{id}?shop={shop}", json=body)
