"""The catalogue in DynamoDB: products, warehouses and carriers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from oms.account import Account
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

Kept = TypeVar("Kept", Product, Warehouse, Shop, Account)


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
        return self._store(keys.product(product.sku), product, if_version)

    def warehouses(self) -> list[Warehouse]:
        """All warehouses, by id; at most half a minute old."""
        return self._fresh.get("warehouses", self._warehouses) or []

    def _warehouses(self) -> list[Warehouse] | None:
        items = self._table.query(keys.warehouse("").pk)
        return [msgspec.json.decode(item["body"], type=Warehouse) for item in items] or None

    def warehouse(self, id: str) -> Warehouse:
        """The warehouse; raises Unknown."""
        warehouse = self._read(keys.warehouse(id), Warehouse)
        if warehouse is None:
            raise Unknown("warehouse_unknown", f"There is no warehouse {id}.")
        return warehouse

    def store_warehouse(self, warehouse: Warehouse, *, if_version: int | None = None) -> Warehouse:
        """Store a warehouse as its next version; raises VersionDiffers."""
        return self._store(keys.warehouse(warehouse.id), warehouse, if_version)

    def shop(self, id: str) -> Shop:
        """The shop as it is now; raises Unknown."""
        return self._known(id, self._read(keys.seller(id), Shop))

    def shop_of_late(self, id: str) -> Shop:
        """The shop, at most half a minute old; raises Unknown."""
        key = keys.seller(id)
        return self._known(id, self._fresh.get(f"shop {id}", lambda: self._read(key, Shop)))

    def _known(self, id: str, shop: Shop | None) -> Shop:
        if shop is None:
            raise Unknown("shop_unknown", f"There is no shop {id} with a seller on record.")
        return shop

    def store_shop(self, shop: Shop, *, if_version: int | None = None) -> Shop:
        """Store a shop as its next version; raises VersionDiffers."""
        return self._store(keys.seller(shop.id), shop, if_version)

    def account(self, shop: str, id: str) -> Account | None:
        """The shop's customer as agreed with now, or None."""
        return self._read(keys.account(shop, id), Account)

    def account_of_late(self, shop: str, id: str) -> Account | None:
        """The shop's customer, at most half a minute old, or None."""
        return self._fresh.get(f"account {shop}/{id}", lambda: self.account(shop, id))

    def store_account(self, account: Account, *, if_version: int | None = None) -> Account:
        """Store a customer as its next version; raises VersionDiffers.

        What was found about its VAT id stays on record while the id does.
        """
        known = self.account(account.shop, account.id)
        if known and account.vat_check is None and known.vat_id == account.vat_id:
            account = replace(account, vat_check=known.vat_check)
        return self._store(keys.account(account.shop, account.id), account, if_version)

    def _read(self, key: keys.Key, kind: type[Kept]) -> Kept | None:
        item = self._table.get(key)
        return msgspec.json.decode(item["body"], type=kind) if item else None

    def _store(self, key: keys.Key, wanted: Kept, if_version: int | None) -> Kept:
        for _ in range(STORE_TRIES):
            known = self._read(key, type(wanted))
            seen = known.version if known else 0
            if if_version is not None and if_version != seen:
                raise VersionDiffers(seen)
            if known and replace(wanted, version=seen) == known:
                return known
            stored = replace(wanted, version=seen + 1)
            try:
                self._table.write([self._next(key, stored)])
            except ConditionFailed:
                continue
            return stored
        raise NotNow(f"{key.pk} is being changed by many at once")

    def _next(self, key: keys.Key, stored: Product | Warehouse | Shop | Account) -> Action:
        body = msgspec.json.encode(stored).decode()
        attributes: dict[str, Any] = {"body": body, "version": stored.version}
        if stored.version == 1:
            return self._table.put(key, attributes, unless_exists=True)
        return self._table.put_if(key, attributes, version=stored.version - 1)

    def carrier(self, id: str) -> Carrier:
        """The carrier as it is now; raises Unknown."""
        carrier = self._carrier(id)
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
