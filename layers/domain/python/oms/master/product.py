"""Products: what the merchant sells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from oms.core.refusals import NotAllowed, Refusal
from oms.master.exclusions import Exclusion

Kind = Literal["stock", "bundle", "preorder", "drop_ship", "service", "digital"]
"""stock: lies on our shelves. bundle: is made of components. preorder: can be bought before it is
there. drop_ship: a supplier sends it. service: is performed. digital: needs no parcel."""


class Component(Struct, frozen=True):
    """One part of a bundle: `quantity` pieces of a SKU for each piece of the bundle."""

    sku: str
    quantity: int


class Product(Struct, frozen=True, kw_only=True):
    """Master data of one SKU; weight in grams, sides in millimetres, list price gross.

    `hs_code` is the customs tariff number (6 to 10 digits), `origin` the country of origin (ISO
    3166-1 alpha-2), `gtin` has its check digit. `hazard_class` is an ADR class such as `3`,
    `un_number` four digits. `group` is what approval rules and reports sort by. `available_from` is
    the day on which a preorder is released. `backorder_limit` is the most pieces that may wait at
    one time (None: any number, 0: none may). `buckets` is how many parts the promisable pool is
    split into for a SKU that many buy at once (0: Auftakt decides). `tax_category` is one of
    `oms.tax.CATEGORIES`, at home; `tax_abroad` names it for other states (ISO 3166-1) where it is
    another one. `bins` is where it lies, by warehouse; `packing_note` is what packers are told.
    `withdrawal_exclusion` is why consumers cannot withdraw from it (`oms.master.exclusions`).
    `owner` is the shop whose key may change it (None: no shop's, it is the merchant's).
    """

    sku: str
    name: dict[str, str]
    kind: Kind = "stock"
    components: tuple[Component, ...] = ()
    personalisable: bool = False
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    tax_category: str = "standard"
    tax_abroad: dict[str, str] = {}
    list_price: Decimal | None = None
    price_currency: str = "EUR"
    gtin: str | None = None
    hs_code: str | None = None
    origin: str | None = None
    hazard_class: str | None = None
    un_number: str | None = None
    lithium: bool = False
    minimum_age: int = 0
    fragile: bool = False
    bins: dict[str, str] = {}
    packing_note: str | None = None
    group: str | None = None
    available_from: date | None = None
    backorder_limit: int | None = None
    buckets: int = 0
    withdrawal_exclusion: Exclusion | None = None
    owner: str | None = None
    version: int = 0

    def following(self, wanted: Product) -> Product:
        """The product as it is wanted, its owner's still; raises Refusal for what must not follow.

        `wanted.owner` is the shop that wants it, None for the merchant, who may change them all.
        A bundle stays one, and nothing becomes one: so components are never bundles.
        """
        if wanted.owner is not None and wanted.owner != self.owner:
            text = f"{self.sku} is not this shop's: its owner or a clerk changes it."
            raise NotAllowed("product_not_owned", text, {"sku": "not this shop's"})
        if (self.kind == "bundle") != (wanted.kind == "bundle"):
            text = f"{self.sku} is a {self.kind}: what is a bundle stays one. Take a new SKU."
            raise Refusal("kind_differs", text, {"kind": "differs"})
        return replace(wanted, owner=self.owner)

    def handed_to(self, wanted: Product) -> Product:
        """The product as it is, with the owner of the one wanted."""
        return replace(self, owner=wanted.owner)

    def name_in(self, locale: str) -> str:
        """The name in a language, or in German, or the SKU."""
        return self.name.get(locale) or self.name.get("de") or self.sku
