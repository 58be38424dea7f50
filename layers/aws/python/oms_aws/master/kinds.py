"""Kinds of master data: the key, the list and the history of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from msgspec.structs import replace

from oms.core.refusals import Refusal
from oms.master.account import Account
from oms.master.price import Price, PriceList
from oms.master.product import Product
from oms.master.shop import Shop
from oms.master.vat_checks import confirms
from oms.master.warehouse import Warehouse
from oms_aws.platform import indexes, keys

Record = TypeVar("Record", Product, Warehouse, Shop, Account, PriceList, Price)


@dataclass(frozen=True)
class Kind(Generic[Record]):
    """One kind of master data: its key, the list it is in, and what may follow what.

    `parts` is over how many index partitions a list is spread: one takes about 1,000 writes a
    second, and a short list is read at once. `onto` gives what is stored when a record comes onto
    the one before; it raises Refusal for what must not follow. One that is `personal` has a vault,
    and stands in the table and in its history with pseudonyms; one that is `gone` is in no list.
    """

    name: str
    type: type[Record]
    key: Callable[[Record], keys.Key]
    entry: Callable[[Record], tuple[str, str]]
    parts: int = 1
    onto: Callable[[Record, Record], Record] = lambda known, wanted: wanted
    personal: bool = False
    gone: Callable[[Record], bool] = lambda _: False


def _check_stays(known: Account, wanted: Account) -> Account:
    """Account with the answer about its VAT id kept while the id stays, and the name by hand."""
    if known.erasure and not known.erased and wanted.erasure is None:
        wanted = replace(wanted, erasure=known.erasure)
    found, name = wanted.vat_check, wanted.company or wanted.name
    if found and found.source == "manual" and not found.name:
        return replace(wanted, vat_check=replace(found, name=name))
    if found or known.vat_check is None or not wanted.vat_id:
        return wanted
    stays = confirms(known.vat_check, wanted.vat_id, name)
    return replace(wanted, vat_check=known.vat_check) if stays else wanted


def _currency_stays(known: PriceList, wanted: PriceList) -> PriceList:
    """The prices of a list are in its currency and its mode: they cannot change under them."""
    if (known.currency, known.price_mode) != (wanted.currency, wanted.price_mode):
        text = f"{known.id} has prices in {known.currency} {known.price_mode}: take a new list."
        raise Refusal("currency_differs", text, {"currency": "differs"})
    return wanted


PRODUCTS = Kind(
    "product",
    Product,
    lambda p: keys.product(p.sku),
    lambda p: (indexes.PRODUCTS, p.sku),
    indexes.PARTS,
    Product.following,
)


OWNERS = dataclasses.replace(PRODUCTS, onto=Product.handed_to)
"""Products of which nothing but the owner is changed."""


ACCOUNTS = Kind(
    "customer",
    Account,
    lambda a: keys.account(a.shop, a.id),
    lambda a: (indexes.accounts_of(a.shop), a.id),
    indexes.PARTS,
    _check_stays,
    personal=True,
    gone=lambda account: account.erased,
)


WAREHOUSES = Kind(
    "warehouse", Warehouse, lambda w: keys.warehouse(w.id), lambda w: (indexes.WAREHOUSES, w.id)
)


SHOPS = Kind("shop", Shop, lambda s: keys.seller(s.id), lambda s: (indexes.SELLERS, s.id))


PRICE_LISTS = Kind(
    "price_list",
    PriceList,
    lambda each: keys.price_list(each.id),
    lambda each: (indexes.PRICE_LISTS, each.id),
    onto=_currency_stays,
)


PRICES = Kind(
    "price",
    Price,
    lambda p: keys.price(p.list, p.sku),
    lambda p: (indexes.prices_in(p.list), p.sku),
    indexes.PARTS,
)
