"""The catalogue in DynamoDB: what is sold to whom, at which price, from where, carried by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from oms.core.money import MINOR_UNITS
from oms.core.refusals import Refusal, Unknown
from oms.master.account import Account
from oms.master.price import Price, PriceList
from oms.master.product import Product
from oms.master.shop import Shop
from oms.master.warehouse import Warehouse
from oms_aws.master.kinds import (
    ACCOUNTS,
    PRICE_LISTS,
    PRICES,
    PRODUCTS,
    SHOPS,
    WAREHOUSES,
    Kind,
    Record,
)
from oms_aws.master.store import DynamoMaster, Outcome
from oms_aws.platform import keys
from oms_aws.platform.log import Saved
from oms_aws.platform.table import Table
from oms_aws.platform.ttl_cache import TtlCache

FRESH_SECONDS = 30


class Carrier(NamedTuple):
    """Carrier, and where it shows a parcel; the secret of its webhooks is none of the table's."""

    id: str
    tracking_url: str

    def link(self, tracking_number: str) -> str:
        """Link by which the customer follows a parcel."""
        return self.tracking_url.replace("{tracking_number}", tracking_number)


class DynamoCatalogue:
    """The master data as steps ask for it; what they may see a little late is kept for a while."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._fresh = TtlCache(now, seconds=FRESH_SECONDS)
        self.master = DynamoMaster(table, now)

    def shops(self) -> list[str]:
        """The ids of all shops."""
        return [item["shop"] for item in self._table.query(keys.shop("").pk)]

    # -- products -----------------------------------------------------------------------------

    def products(self, skus: Iterable[str]) -> dict[str, Product]:
        """The products that exist among the SKUs."""
        found = self.master.get_many(PRODUCTS, (keys.product(sku) for sku in skus))
        return {product.sku: product for product in found}

    def cached_products(self, skus: Iterable[str]) -> dict[str, Product]:
        """The products that exist among the SKUs, each at most half a minute old."""
        names = {sku: f"product {sku}" for sku in skus}
        kept = self._fresh.still(names.values())
        missing = [sku for sku, name in names.items() if name not in kept]
        read = self.products(missing) if missing else {}
        for sku, product in read.items():
            self._fresh.keep(names[sku], product)
        return {sku: kept[name] for sku, name in names.items() if name in kept} | read

    def product(self, sku: str) -> Product:
        """The product; raises Unknown."""
        product = self.master.get(PRODUCTS, keys.product(sku))
        if product is None:
            raise Unknown("product_unknown", f"There is no product {sku}.")
        return product

    # -- warehouses ---------------------------------------------------------------------------

    def warehouses(self) -> list[Warehouse]:
        """All warehouses, by id; at most half a minute old."""
        return (
            self._fresh.get(
                "warehouses", lambda: self.master.all(WAREHOUSES, keys.warehouse("").pk)
            )
            or []
        )

    def warehouse(self, id: str) -> Warehouse:
        """The warehouse; raises Unknown."""
        warehouse = self.master.get(WAREHOUSES, keys.warehouse(id))
        if warehouse is None:
            raise Unknown("warehouse_unknown", f"There is no warehouse {id}.")
        return warehouse

    def cached_warehouse(self, id: str) -> Warehouse:
        """The warehouse, at most half a minute old; raises Unknown."""
        return self._fresh.get(f"warehouse {id}", lambda: self.warehouse(id))

    # -- shops and their customers ------------------------------------------------------------

    def shop(self, id: str) -> Shop:
        """The shop as it is now; raises Unknown."""
        return self._known(id, self.master.get(SHOPS, keys.seller(id)))

    def cached_shop(self, id: str) -> Shop:
        """The shop, at most half a minute old; raises Unknown."""
        return self._known(id, self.shop_if_known(id))

    def shop_if_known(self, id: str) -> Shop | None:
        """The shop, at most half a minute old, or None while nothing is on record of it."""
        return self._fresh.get(f"shop {id}", lambda: self.master.get(SHOPS, keys.seller(id)))

    def _known(self, id: str, shop: Shop | None) -> Shop:
        if shop is None:
            raise Unknown("shop_unknown", f"There is no shop {id} with a seller on record.")
        return shop

    def account(self, shop: str, id: str) -> Account | None:
        """The shop's customer as agreed with now, or None, also of one that is erased."""
        account = self.master.get(ACCOUNTS, keys.account(shop, id))
        return None if account is None or account.erased else account

    def customer(self, shop: str, id: str) -> Account:
        """The shop's customer as agreed with now; raises Unknown."""
        account = self.account(shop, id)
        if account is None:
            raise Unknown("customer_unknown", f"There is no customer {id}.")
        return account

    def cached_account(self, shop: str, id: str) -> Account | None:
        """The shop's customer, at most half a minute old, or None."""
        return self._fresh.get(f"account {shop}/{id}", lambda: self.account(shop, id))

    def read_ahead(self, skus: Iterable[str], customers: Iterable[tuple[str, str]]) -> None:
        """Read at once the products, and the customers of shops, that will be asked for of late."""
        self.cached_products(skus)
        names = {each: f"account {each[0]}/{each[1]}" for each in customers}
        kept = self._fresh.still(names.values())
        wanted = [each for each, name in names.items() if name not in kept]
        read = self.master.get_many(ACCOUNTS, (keys.account(*each) for each in wanted))
        found = {(each.shop, each.id): each for each in read if not each.erased}
        for shop, id in wanted:
            self._fresh.keep(names[shop, id], found.get((shop, id)))

    # -- prices -------------------------------------------------------------------------------

    def price_lists(self) -> list[PriceList]:
        """All price lists, by id; at most half a minute old."""
        return (
            self._fresh.get("lists", lambda: self.master.all(PRICE_LISTS, keys.price_list("").pk))
            or []
        )

    def price_list(self, id: str) -> PriceList:
        """The price list; raises Unknown."""
        found = self.master.get(PRICE_LISTS, keys.price_list(id))
        if found is None:
            raise Unknown("price_list_unknown", f"There is no price list {id}.")
        return found

    def price(self, list: str, sku: str) -> Price:
        """Price of the SKU in the list; raises Unknown."""
        found = self.master.get(PRICES, keys.price(list, sku))
        if found is None:
            raise Unknown("price_unknown", f"The price list {list} has no {sku}.")
        return found

    def prices(self, lists: Iterable[str], skus: Sequence[str]) -> list[Price]:
        """The prices that exist for the SKUs in the lists."""
        wanted = [keys.price(each, sku) for each in lists for sku in skus]
        return self.master.get_many(PRICES, wanted)

    # -- writes -------------------------------------------------------------------------------

    def store(
        self, kind: Kind[Record], wanted: Record, by: Saved, *, if_version: int | None = None
    ) -> Record:
        """Store a record as its next version; raises VersionDiffers and Refusal."""
        for refusal in self._faults({0: wanted}).values():
            raise refusal
        return self.master.store(kind, wanted, by, if_version=if_version)

    def store_all(
        self, kind: Kind[Record], wanted: Mapping[int, Record], by: Saved
    ) -> dict[int, Outcome]:
        """Store rows, by number, each for itself; bundles after what they are made of."""
        bundles = {row: each for row, each in wanted.items() if _is_bundle(each)}
        plain = {row: each for row, each in wanted.items() if row not in bundles}
        outcomes: dict[int, Outcome] = {}
        for rows in (plain, bundles):
            faults = self._faults(rows)
            refused = {row: Outcome("refused", reason=why.text) for row, why in faults.items()}
            sound = {row: each for row, each in rows.items() if row not in faults}
            outcomes |= refused | self.master.store_all(kind, sound, by)
        return outcomes

    def _faults(self, rows: Mapping[int, object]) -> dict[int, Refusal]:
        """Faults of rows in the eyes of other records, by row."""
        prices = {row: each for row, each in rows.items() if isinstance(each, Price)}
        bundles = {row: each for row, each in rows.items() if isinstance(each, Product)}
        return {**self._price_faults(prices), **self._bundle_faults(bundles)}

    def _bundle_faults(self, rows: Mapping[int, Product]) -> dict[int, Refusal]:
        parts = {part.sku for each in rows.values() for part in each.components}
        known = self.products(sorted(parts)) if parts else {}
        found = {}
        for row, each in rows.items():
            wrong = [
                p.sku for p in each.components if p.sku not in known or _is_bundle(known[p.sku])
            ]
            if wrong:
                text = f"Of the components there is no such product, or it is a bundle: {wrong[0]}."
                found[row] = Refusal("component_unknown", text, {"components": wrong[0]})
        return found

    def _price_faults(self, rows: Mapping[int, Price]) -> dict[int, Refusal]:
        if not rows:
            return {}
        lists = {
            each.id: each
            for each in self.master.get_many(
                PRICE_LISTS, {keys.price_list(price.list) for price in rows.values()}
            )
        }
        products = self.products({price.sku for price in rows.values()})
        found = {}
        for row, price in rows.items():
            if refusal := _price_fault(price, lists.get(price.list), products):
                found[row] = refusal
        return found

    # -- carriers -----------------------------------------------------------------------------

    def carrier(self, id: str) -> Carrier:
        """The carrier as it is now; raises Unknown."""
        carrier = self._carrier(id)
        if carrier is None:
            raise Unknown("carrier_unknown", f"There is no carrier {id}.")
        return carrier

    def knows_carrier(self, id: str) -> bool:
        """True if there is such a carrier."""
        return self._carrier(id) is not None

    def _carrier(self, id: str) -> Carrier | None:
        item = self._table.get(keys.carrier(id))
        return Carrier(id, item["tracking_url"]) if item else None

    def tracking_link(self, carrier: str | None, tracking_number: str | None) -> str | None:
        """Link to a parcel, or None while no known carrier has it."""
        if not carrier or not tracking_number:
            return None
        known = self._fresh.get(f"carrier {carrier}", lambda: self._carrier(carrier))
        return known.link(tracking_number) if known else None

    def store_carrier(self, carrier: Carrier) -> None:
        """Store a carrier, in place of the one before."""
        self._table.write([self._table.put(keys.carrier(carrier.id), carrier._asdict())])


def _is_bundle(record: object) -> bool:
    return isinstance(record, Product) and record.kind == "bundle"


def _price_fault(
    price: Price, of: PriceList | None, products: Mapping[str, Product]
) -> Refusal | None:
    if of is None:
        text = f"There is no price list {price.list}."
        return Refusal("price_list_unknown", text, {"list": "unknown"})
    if price.sku not in products:
        return Refusal("product_unknown", f"There is no product {price.sku}.", {"sku": "unknown"})
    places = MINOR_UNITS[of.currency]
    if any(each.unit_price != round(each.unit_price, places) for each in price.breaks):
        text = f"Prices in {of.currency} have at most {places} decimal places."
        return Refusal("price_too_fine", text, {"breaks": "too many decimal places"})
    return None
