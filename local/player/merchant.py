"""Berg&Beutel, the example merchant: an outdoor shop, its warehouses, its customers and a day."""

from __future__ import annotations

import csv
import json
import random
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from local.player.client import Desks
from local.player.stock import open_stock
from local.player.wire import Problem

Json = dict[str, Any]
Story = Literal[
    "plain", "cleared", "refused", "left", "withdrawn", "impatient", "all_or_nothing", "sent_back",
    "revoked",
]  # fmt: skip
"""How an order fares: plain; held and cleared by a clerk; refused for its payment; held and left to
its deadline; held and cancelled; its waiting pieces cancelled; shipped only when complete; a piece
sent back; withdrawn from and sent back whole."""

CARRIER = "dhl"
CREDIT_LIMIT = "10000000.00"
CLUB_LIST = "club"
SCARCE = 5
_DATA = Path(__file__).with_name("berg_beutel")
_CENT = Decimal("0.01")
_RATES = {"standard": Decimal("1.19"), "reduced": Decimal("1.07")}
_STORIES: dict[int, Story] = {
    3: "cleared",
    4: "sent_back",
    5: "revoked",
    6: "impatient",
    8: "cleared",
    10: "all_or_nothing",
    12: "cleared",
    13: "refused",
    15: "withdrawn",
    18: "left",
}
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "ı": "i"})
_FACTS = ("gtin", "group", "hs_code", "origin", "hazard_class", "un_number")
_CLUB = {1: Decimal("1.00"), 5: Decimal("0.95")}
_ONCE = ("refused", "left")


@dataclass(frozen=True)
class Product:
    """An article of the shop, with what lies in warehouses A and B in the morning."""

    sku: str
    master: Json
    price: Decimal
    shelves: Mapping[str, int]

    @property
    def scarce(self) -> bool:
        return sum(self.shelves.values()) <= SCARCE

    @property
    def weight(self) -> int:
        return int(self.master["weight_g"])


@dataclass(frozen=True)
class Intent:
    """What a customer is about to order; `body` lacks nothing but the time."""

    story: Story
    body: Json

    @property
    def number(self) -> str:
        return str(self.body["external_number"])


@cache
def assortment() -> dict[str, Product]:
    """All products by SKU."""
    stock = {row["sku"]: row for row in _table("stock.csv")}
    return {row["sku"]: _product(row, stock[row["sku"]]) for row in _table("products.csv")}


@cache
def customers() -> list[Json]:
    return list(_table("customers.csv"))


@cache
def warehouses() -> list[Json]:
    return list(_merchant()["warehouses"])


async def seed(desks: Desks, times: int = 1) -> None:
    """Master data and opening stock, `times` as much of what is not scarce. Raises Problem."""
    await settle_in(desks)
    refused = await desks.clerk.keep_products([p.master for p in assortment().values()])
    await desks.clerk.keep_price_list(
        CLUB_LIST, {"currency": "EUR", "price_mode": "net", "group": "club"}
    )
    refused |= await desks.clerk.keep_prices(club_prices())
    refused_stock = await open_stock(
        desks,
        {
            product.sku: {
                place: pieces if product.scarce else pieces * times
                for place, pieces in product.shelves.items()
            }
            for product in assortment().values()
        },
    )
    if refused or refused_stock:
        raise Problem(422, "seed refused", f"products {refused}, stock {refused_stock}")


def shop() -> Json:
    """The merchant's shop, as it is put."""
    found: Json = _merchant()["shop"]
    return found


async def settle_in(desks: Desks) -> None:
    """Shop, carrier, warehouses and who buys on account: what must be known before a sale."""
    await desks.clerk.keep_shop(*_keyed(_merchant()["shop"]))
    for customer in customers():
        if customer["type"] == "B2B":
            await desks.clerk.keep_customer(customer["id"], _account(customer))
    await desks.clerk.keep_carrier(CARRIER, desks.carrier_secret)
    for warehouse in warehouses():
        await desks.clerk.keep_warehouse(*_keyed(warehouse))


def day(run: str, orders: int, chance: random.Random) -> Iterator[Intent]:
    """The orders of a day, half of them out of the ordinary."""
    for n in range(orders):
        story = _STORIES.get(n % 20, "plain")
        if story in _ONCE and n >= 20:
            story = "plain"
        yield Intent(story, _order(run, n, story, chance))


def _order(run: str, n: int, story: Story, chance: random.Random) -> Json:
    consumers = [each for each in customers() if each["type"] == "B2C"]
    private = story in ("sent_back", "revoked")
    customer = chance.choice(consumers if private else customers())
    business = customer["type"] == "B2B"
    lines = list(_lines(story, business, chance))
    shipping = Decimal("0.00") if business else Decimal("4.90")
    total = shipping + sum(Decimal(line["unit_price"]) * line["quantity"] for line in lines)
    body = {
        "external_number": f"BB-{run}-{n + 1:05d}",
        "currency": "EUR",
        "price_mode": "net" if business else "gross",
        "customer": _customer(customer, run),
        "billing_address": _address(customer),
        "shipping_address": None,
        "lines": lines,
        "shipping": {"method": "standard", "price": str(shipping)},
        "payment": _payment(run, n, total, business),
        "delivery": {"partial_allowed": story != "all_or_nothing"},
        "note": chance.choice((None, None, "Bitte bei Grünbein & Söhne nebenan abgeben.")),
    }
    _mistake(body, story, n)
    return body


def _mistake(body: Json, story: Story, n: int) -> None:
    """What goes wrong with the order already at the customer's."""
    payment, line = body["payment"], body["lines"][0]
    if story == "refused":
        payment["status"] = "failed"
    elif story == "withdrawn":
        payment["status"] = "pending"
    elif story == "left":
        body["billing_address"]["postal_code"] = "ABC"
    elif story == "cleared" and n % 3 == 0:
        body["billing_address"]["postal_code"] = body["billing_address"]["postal_code"][:3]
    elif story == "cleared" and n % 3 == 1 and payment["status"] == "authorised":
        del payment["provider"]
        payment["amount"] = str(Decimal(payment["amount"]) - Decimal("1.00"))
    elif story == "cleared":
        body["price_mode"] = "gross"
        line["unit_price"] = str((Decimal(line["unit_price"]) / 2).quantize(_CENT))


def _lines(story: Story, business: bool, chance: random.Random) -> Iterator[Json]:
    plenty = [product for product in assortment().values() if not product.scarce]
    scarce = [product for product in assortment().values() if product.scarce]
    basket = chance.sample(plenty, chance.choice((1, 2, 2, 3, 4)))
    if story in ("impatient", "all_or_nothing") or chance.random() < 0.2:
        basket.append(chance.choice(scarce))
    for number, product in enumerate(basket, 1):
        fewest, most = (3, 4) if product.scarce else (1, 6 if business else 2)
        quantity = chance.randint(fewest, most)
        price = _club_price(product, quantity) if business else product.price
        yield {
            "number": str(number),
            "sku": product.sku,
            "quantity": quantity,
            "unit_price": str(price),
        }


def _club_price(product: Product, quantity: int) -> Decimal:
    """What a piece costs a club, net: less from some pieces on."""
    share = _CLUB[max(least for least in _CLUB if least <= quantity)]
    rate = _RATES[product.master["tax_category"]]
    return (product.price / rate * share).quantize(_CENT)


def club_prices() -> list[Json]:
    """The price list of the clubs, row by row."""
    return [
        {
            "list": CLUB_LIST,
            "sku": product.sku,
            "breaks": [
                {"from_quantity": least, "unit_price": str(_club_price(product, least))}
                for least in _CLUB
            ],
        }
        for product in assortment().values()
    ]


def _payment(run: str, n: int, total: Decimal, business: bool) -> Json:
    """A club pays later, everybody else by card: Auftakt captures what ships."""
    if business:
        return {"method": "invoice", "status": "open", "amount": str(total)}
    return {
        "method": "card",
        "status": "authorised",
        "amount": str(total),
        "reference": f"card-{run}-{n + 1}",
        "provider": "test",
    }


def _customer(customer: Json, run: str) -> Json:
    names = ("id", "type", "name", "locale", "phone", "company", "vat_id", "group")
    who = {name: customer[name] or None for name in names}
    return {**who, "email": mailbox_of(customer["name"], run)}


def _account(customer: Json) -> Json:
    """What the merchant agreed with a business customer: enough credit for many a run."""
    names = ("type", "name", "locale", "company", "group")
    agreed = {"email": mailbox_of(customer["name"], "office"), "credit_limit": CREDIT_LIMIT}
    shop = _merchant()["shop"]["id"]
    return {**{name: customer[name] or None for name in names}, **agreed, "shop": shop}


def mailbox_of(name: str, run: str) -> str:
    """A customer's mail address, tagged with the run so that its mails can be told apart."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    words = re.findall("[a-z]+", folded.encode("ascii", "ignore").decode())
    return f"{'.'.join(words)}+{run}@post.example"


def _address(customer: Json) -> Json:
    names = ("name", "company", "line1", "line2", "postal_code", "city", "country")
    return {**{name: customer[name] or None for name in names}, "region": None}


def _product(row: Mapping[str, str], stock: Mapping[str, str]) -> Product:
    sides = ("weight_g", "length_mm", "width_mm", "height_mm")
    master = {
        "sku": row["sku"],
        "name": {"de": row["name_de"], "en": row["name_en"]},
        **{side: int(row[side]) for side in sides},
        "tax_category": row["tax_category"],
        "list_price": row["list_price"],
        "price_currency": "EUR",
        **{name: row[name] for name in _FACTS if row[name]},
        "lithium": row["lithium"] == "true",
        "fragile": row["fragile"] == "true",
        "minimum_age": int(row["minimum_age"] or 0),
        "bins": {"A": stock["bin_a"], "B": stock["bin_b"]},
    }
    shelves = {"A": int(stock["stock_a"]), "B": int(stock["stock_b"])}
    return Product(row["sku"], master, Decimal(row["list_price"]), shelves)


@cache
def _merchant() -> Json:
    found: Json = json.loads((_DATA / "merchant.json").read_text("utf-8"))
    return found


def _keyed(entry: Json) -> tuple[str, Json]:
    return entry["id"], {name: value for name, value in entry.items() if name != "id"}


def _table(name: str) -> Iterator[Json]:
    with (_DATA / name).open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)
