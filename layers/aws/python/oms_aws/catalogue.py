"""The catalogue in DynamoDB: products, warehouses and carriers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from oms.product import Product
from oms.refusals import NotNow, Unknown
from oms.routing import Warehouse
from oms.shop import Shop
from oms_aws import keys
from oms_aws.fresh import Fresh
from oms_aws.orders import VersionDiffers
from oms_aws.table import Action, ConditionFailed, Table

STORE_TRIES = 5
FRESH_SECONDS = 30

Kept = TypeVar("Kept", Product, Warehouse, Shop)


class Carrier(NamedTuple):
    """How a carrier signs its webhooks, and where it shows a parcel."""

    id: str
    secret: str
    tracking_url: str

    def link(self, tracking_number: str) -> str:
        """Where the customer follows a parcel."""
        return self.tracking_url.replace("{tracking_number}", tracking_number)


class DynamoCatalogue:
    """What is sold, from where, and who carries it."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._fresh = Fresh(now, seconds=FRESH_SECONDS)

    def products(self, skus: Iterable[str]) -> dict[str, Product]:
        """The products that exist among the SKUs."""
        items = self._table.get_many(keys.product(sku) for sku in skus)
        found = (msgspec.json.decode(item["body"], type=Product) for item in items)
        return {product.sku: product for product in found}

    def product(self, sku: str) -> Product:
        """The product; raises Unknown."""
        product = self.products([sku]).get(sku)
        if product is None:
            raise Unknown("product_unknown", f"There is no product {sku}.")
        return product

    def store_product(self, product: Product, *, if_version: int | None = None) -> Product:
        """Store a product as its next version; raises VersionDiffers."""
        for _ in range(STORE_TRIES):
            known = self.products([product.sku]).get(product.sku)
            try:
                return self._store(keys.product(product.sku), product, known, if_version)
            except ConditionFailed:
                continue
        raise NotNow(f"the product {product.sku} is being changed by many at once")

    def warehouses(self) -> list[Warehouse]:
        """All warehouses, by id; at most half a minute old."""
        return self._fresh.get("warehouses", self._warehouses) or []

    def _warehouses(self) -> list[Warehouse] | None:
        items = self._table.query(keys.warehouse("").pk)
        return [msgspec.json.decode(item["body"], type=Warehouse) for item in items] or None

    def warehouse(self, id: str) -> Warehouse:
        """The warehouse; raises Unknown."""
        item = self._table.get(keys.warehouse(id))
        if item is None:
            raise Unknown("warehouse_unknown", f"There is no warehouse {id}.")
        return msgspec.json.decode(item["body"], type=Warehouse)

    def store_warehouse(self, warehouse: Warehouse, *, if_version: int | None = None) -> Warehouse:
        """Store a warehouse as its next version; raises VersionDiffers."""
        for _ in range(STORE_TRIES):
            item = self._table.get(keys.warehouse(warehouse.id))
            known = msgspec.json.decode(item["body"], type=Warehouse) if item else None
            try:
                return self._store(keys.warehouse(warehouse.id), warehouse, known, if_version)
            except ConditionFailed:
                continue
        raise NotNow(f"the warehouse {warehouse.id} is being changed by many at once")

    def shop(self, id: str) -> Shop:
        """The shop, at most half a minute old; raises Unknown."""
        shop = self._fresh.get(f"shop {id}", lambda: self._shop(id))
        if shop is None:
            raise Unknown("shop_unknown", f"There is no shop {id} with a seller on record.")
        return shop

    def _shop(self, id: str) -> Shop | None:
        item = self._table.get(keys.seller(id))
        return msgspec.json.decode(item["body"], type=Shop) if item else None

    def store_shop(self, shop: Shop, *, if_version: int | None = None) -> Shop:
        """Store a shop as its next version; raises VersionDiffers."""
        for _ in range(STORE_TRIES):
            try:
                return self._store(keys.seller(shop.id), shop, self._shop(shop.id), if_version)
            except ConditionFailed:
                continue
        raise NotNow(f"the shop {shop.id} is being changed by many at once")

    def _store(
        self, key: keys.Key, wanted: Kept, known: Kept | None, if_version: int | None
    ) -> Kept:
        seen = known.version if known else 0
        if if_version is not None and if_version != seen:
            raise VersionDiffers(seen)
        if known and replace(wanted, version=seen) == known:
            return known
        stored = replace(wanted, version=seen + 1)
        attributes: dict[str, Any] = {
            "body": msgspec.json.encode(stored).decode(),
            "version": stored.version,
        }
        action: Action = (
            self._table.put_if(key, attributes, version=seen)
            if known
            else self._table.put(key, attributes, unless_exists=True)
        )
        self._table.write([action])
        return stored

    def carrier(self, id: str) -> Carrier:
        """The carrier, at most half a minute old; raises Unknown."""
        carrier = self._fresh.get(f"carrier {id}", lambda: self._carrier(id))
        if carrier is None:
            raise Unknown("carrier_unknown", f"There is no carrier {id}.")
        return carrier

    def _carrier(self, id: str) -> Carrier | None:
        item = self._table.get(keys.carrier(id))
        return Carrier(id, item["secret"], item["tracking_url"]) if item else None

    def tracking_link(self, carrier: str | None, tracking_number: str | None) -> str | None:
        """Where a parcel is followed, or None while no known carrier has it."""
        if not carrier or not tracking_number:
            return None
        known = self._fresh.get(f"carrier {carrier}", lambda: self._carrier(carrier))
        return known.link(tracking_number) if known else None

    def store_carrier(self, carrier: Carrier) -> None:
        """Store a carrier, in place of the one before."""
        self._table.write([self._table.put(keys.carrier(carrier.id), carrier._asdict())])
