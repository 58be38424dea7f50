"""The columns that a CSV file of each kind of master data may have, and what becomes of a cell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Cell = Callable[[str], Any]


def text(cell: str) -> str:
    return cell


def whole(cell: str) -> int:
    """A whole number. Raises ValueError."""
    try:
        return int(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is no whole number") from None


def amount(cell: str) -> str:
    """An exact number; a decimal comma is one too. Raises ValueError for one with thousands."""
    if "," in cell and "." in cell:
        raise ValueError(f"{cell!r}: write no separator of thousands")
    return cell.replace(",", ".")


def flag(cell: str) -> bool:
    """Yes or no. Raises ValueError."""
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if cell.lower() not in known:
        raise ValueError(f"{cell!r} is neither true nor false")
    return known[cell.lower()]


def words(cell: str) -> list[str]:
    """`2026-12-24 2026-12-31`."""
    return cell.split()


def times(cell: str) -> dict[str, str]:
    """`standard=15:00 express=17:30`. Raises ValueError."""
    pairs = [word.partition("=") for word in cell.split()]
    if any(not equals for _, equals, _ in pairs):
        raise ValueError(f"{cell!r}: write method=HH:MM, with blanks between several")
    return {name: value for name, _, value in pairs}


def components(cell: str) -> list[dict[str, Any]]:
    """`RUCK-45:1 HUELLE-R:2`. Raises ValueError."""
    pairs = [word.rpartition(":") for word in cell.split()]
    if any(not colon for _, colon, _ in pairs):
        raise ValueError(f"{cell!r}: write SKU:pieces, with blanks between several")
    return [{"sku": sku, "quantity": whole(pieces)} for sku, _, pieces in pairs]


def structure(cell: str) -> Any:
    """JSON, for what has an inside. Raises ValueError."""
    try:
        return json.loads(cell)
    except ValueError as error:
        raise ValueError(f"no JSON: {error}") from None


@dataclass(frozen=True)
class Kind:
    """A kind of file: where its rows go, what names one, and its columns.

    A column's path into the record is `terms.days`; `key` are the columns that name a record.
    `gather` are those of which several rows make one record, under the name given.
    """

    path: str
    key: tuple[str, ...]
    needed: tuple[str, ...]
    columns: Mapping[str, tuple[str, Cell]]
    gather: tuple[str, ...] = ()
    under: str = ""
    of_a_shop: bool = False


def _plain(names: str, cell: Cell = text) -> dict[str, tuple[str, Cell]]:
    return {name: (name, cell) for name in names.split()}


_PRODUCT = {
    **_plain("sku tax_category price_currency kind gtin hs_code origin hazard_class un_number"),
    **_plain("group available_from packing_note withdrawal_exclusion"),
    **_plain("weight_g length_mm width_mm height_mm minimum_age backorder_limit buckets", whole),
    **_plain("list_price", amount),
    **_plain("personalisable lithium fragile", flag),
    **_plain("components", components),
    **_plain("tax_abroad bins", structure),
    "name_de": ("name.de", text),
    "name_en": ("name.en", text),
}
_PLACE = "company line1 line2 postal_code city region country"
_CUSTOMER = {
    **_plain("id type name email locale phone company group vat_id currency leitweg_id"),
    **_plain("credit_limit", amount),
    **_plain("priority", whole),
    **_plain("partial_allowed", flag),
    **_plain("addresses approvals vat_check", structure),
    "terms_days": ("terms.days", whole),
    "discount_percent": ("terms.discount_percent", amount),
    "discount_days": ("terms.discount_days", whole),
}
_WAREHOUSE = {
    **_plain("id name time_zone region"),
    **_plain("priority safety_stock capacity", whole),
    **_plain("holidays closures", words),
    **_plain("cut_off", times),
    **_plain("zones", structure),
    "address_name": ("address.name", text),
    **{name: (f"address.{name}", text) for name in _PLACE.split() if name != "region"},
    "address_region": ("address.region", text),
}
_PRICE = {
    **_plain("list sku"),
    **_plain("from_quantity", whole),
    **_plain("unit_price", amount),
}

KINDS = {
    "products": Kind("products/batch", ("sku",), ("sku", "name_de"), _PRODUCT),
    "customers": Kind(
        "customers/batch",
        ("id",),
        ("id", "type", "name", "email"),
        _CUSTOMER,
        of_a_shop=True,
    ),
    "prices": Kind(
        "prices/batch",
        ("list", "sku"),
        ("list", "sku", "from_quantity", "unit_price"),
        _PRICE,
        gather=("from_quantity", "unit_price"),
        under="breaks",
    ),
    "warehouses": Kind(
        "warehouses/batch",
        ("id",),
        ("id", "name", "address_name", "line1", "postal_code", "city", "country"),
        _WAREHOUSE,
    ),
}
