"""Large orders: what is taken goes its whole way, what is too large is refused and not stored."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from oms_aws.orders import store as orders
from oms_aws.platform import aggregates
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.table import LARGEST_ITEM
from tests.world.blueprint import ACCOUNT, REGION
from tests.world.merchant import Merchant, order_body
from tests.world.reading import every_item
from tests.world.world import Answered, World

SIGNS = string.ascii_letters + string.digits
LINES = 2_000
PARCELS = 30


def lines(length: int, *, codes: int, seed: int = 1) -> list[dict[str, Any]]:
    """2,000 lines whose numbers and codes are so long, and nothing that compression could spare."""
    dice = random.Random(seed)

    def word() -> str:
        return "".join(dice.choices(SIGNS, k=length))

    return [
        {
            "number": word(),
            "sku": ("RUCK-45", "ZELT-2", "SOCKE-42")[n % 3],
            "quantity": 2,
            "unit_price": ("129.90", "349.00", "14.50")[n % 3],
            "discounts": [{"amount": "0.01", "code": word()} for _ in range(codes)],
        }
        for n in range(LINES)
    ]


def placed(world: World, merchant: Merchant, some: list[dict[str, Any]]) -> Answered:
    body = order_body("BIG-1", some, placed_at=world.now())
    off = sum(len(line["discounts"]) for line in some)
    goods = sum(int(li["unit_price"].replace(".", "")) * li["quantity"] for li in some)
    body["payment"]["amount"] = f"{(goods + 490 - off) // 100}.{(goods + 490 - off) % 100:02d}"
    body["note"] = "".join(random.Random(2).choices("äöüß€漢字🏕", k=2_000))
    headers = {"Idempotency-Key": "big"}
    return world.call("POST /v1/orders", merchant.shop, body, headers=headers)


def largest(world: World) -> int:
    """Bytes of the largest item, as DynamoDB counts them."""
    table = dynamodb_backends[ACCOUNT][REGION].tables[world.blueprint.table_name]
    return max(size(item) for item in every_item(table))


def size(value: Any) -> int:
    match value:
        case Mapping():
            return sum(len(name) + size(each) for name, each in value.items())
        case list() | tuple():
            return sum(size(each) for each in value)
        case bytes():
            return len(value)
    return len(str(value).encode())


def stocked(merchant: Merchant) -> None:
    """Every SKU lies in two warehouses, in neither enough for a large order."""
    for place in ("A", "B"):
        merchant.count(place, RUCK_45=700, ZELT_2=700, SOCKE_42=700)


def test_large_order_that_is_taken_goes_its_whole_way(world: World, merchant: Merchant) -> None:
    stocked(merchant)
    answer = placed(world, merchant, lines(30, codes=3))
    assert answer.status == 202, answer
    id = answer.body["id"]
    assert orders.size_of(world.ports("orders/read_order").orders.get(id).order) > 170_000
    world.settle()
    for fulfilment in merchant.order(id)["fulfilments"]:
        pieces = fulfilment["lines"]
        parcels = [
            {"weight_g": 900, "lines": [_kept(line) for line in pieces[n::PARCELS]]}
            for n in range(PARCELS)
        ]
        route = "POST /v1/fulfilments/{fulfilment}/pack"
        merchant.do(route, merchant.wms, {"parcels": parcels}, fulfilment=fulfilment["id"])
        numbers = [f"T{n}-{fulfilment['id'][-20:].replace('_', '-')}" for n in range(PARCELS)]
        body = {"carrier": "dhl", "tracking_numbers": numbers}
        route = "POST /v1/fulfilments/{fulfilment}/ship"
        merchant.do(route, merchant.wms, body, fulfilment=fulfilment["id"])
    world.settle()
    order = merchant.order(id)
    assert len(order["fulfilments"]) > 1
    assert {line["quantities"]["shipped"] for line in order["lines"]} == {2}
    assert world.letters() == []
    assert largest(world) < LARGEST_ITEM * 0.9
    assert world.broken() == []


def _kept(line: dict[str, Any]) -> dict[str, Any]:
    return {"number": line["number"], "quantity": line["quantity"]}


def test_order_that_is_too_large_is_refused_and_nothing_is_stored(
    world: World, merchant: Merchant
) -> None:
    answer = placed(world, merchant, lines(64, codes=3))
    assert (answer.status, answer.body["title"]) == (413, "order too large")
    assert str(orders.LARGEST_ORDER) in answer.body["detail"]
    assert not [item for item in world.items() if item.get("kind") in ("order", "event")]


def test_change_that_makes_an_order_too_large_is_refused(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.count("A", RUCK_45=5, ZELT_2=5)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    monkeypatch.setattr("oms_aws.orders.capture.LARGEST_ORDER", 10)
    wanted = {"lines": [{"number": "9", "sku": "ZELT-2", "quantity": 1, "unit_price": "349.00"}]}
    answer = world.call("POST /v1/orders/{order}/changes", merchant.shop, wanted, order=id)
    assert (answer.status, answer.body["title"]) == (413, "order too large")


def test_what_grows_beyond_an_item_is_refused_and_changes_nothing(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.count("A", RUCK_45=5)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    before = merchant.order(id)
    monkeypatch.setattr(aggregates, "packed", lambda body: body.decode() + " " * LARGEST_ITEM)
    answer = merchant.cancel(id)
    assert (answer.status, answer.body["title"]) == (413, "too large")
    monkeypatch.undo()
    assert merchant.order(id) == before


def test_what_was_compressed_before_is_still_read() -> None:
    import zlib

    body = b'{"lines": "' + b"x" * 200_000 + b'"}'
    assert unpacked(zlib.compress(body, 6)) == unpacked(packed(body)) == body
    assert isinstance(packed(body), bytes)
    assert unpacked(packed(b"{}")) == b"{}"
