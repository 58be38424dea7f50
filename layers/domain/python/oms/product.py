"""Products: what the merchant sells."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct


class Product(Struct, frozen=True, kw_only=True):
    """Master data of one SKU; weight in grams, sides in millimetres, list price gross."""

    sku: str
    name: dict[str, str]
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    tax_category: Literal["standard", "reduced"] = "standard"
    list_price: Decimal | None = None
    price_currency: str = "EUR"
    version: int = 0

    def name_in(self, locale: str) -> str:
        """The name in a language, or in German, or the SKU."""
        return self.name.get(locale) or self.name.get("de") or self.sku
