"""Placing an order: once, twice, too early, and refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import Answered, World

PLACE = "POST /v1/orders"


def place(world: World, merchant: Merchant, body: Any, *, key: str = "k-1") -> Answered:
    return world.call(PLACE, merchant.shop, body, headers={"Idempotency-Key": key})


def stored_orders(world: World) -> int:
    return sum(item.get("kind") == "order" for item in world.items())


def test_order_is_accepted_and_can_be_read_at_once(world: World, merchant: Merchant) -> None:
    answer = place(world, merchant, merchant.request(RUCK_45=1))
    assert answer.status == 202
    assert answer.headers["Location"] == f"/v1/orders/{answer.body['id']}"
    read = world.call("GET /v1/orders/{order}", merchant.shop, order=answer.body["id"])
    assert read.body["status"] == "received"
    assert read.headers["ETag"] == '"1"'


def test_same_key_and_body_get_the_same_answer_and_no_second_order(
    world: World, merchant: Merchant
) -> None:
    body = merchant.request(RUCK_45=1)
    assert place(world, merchant, body) == place(world, merchant, body)
    assert stored_orders(world) == 1


def test_same_key_with_another_body_is_a_conflict(world: World, merchant: Merchant) -> None:
    place(world, merchant, merchant.request(RUCK_45=1))
    answer = place(world, merchant, merchant.request(RUCK_45=2))
    assert (answer.status, answer.body["title"]) == (409, "idempotency key reused")
    assert stored_orders(world) == 1


def test_same_number_under_another_key_is_a_conflict_that_names_the_first(
    world: World, merchant: Merchant
) -> None:
    body = merchant.request(RUCK_45=1)
    first = place(world, merchant, body)
    second = place(world, merchant, body, key="k-2")
    assert second.status == 409
    assert second.body["order"] == first.body["id"]


def test_two_shops_may_use_the_same_number_and_key(world: World, merchant: Merchant) -> None:
    body = merchant.request(RUCK_45=1)
    headers = {"Idempotency-Key": "k-1"}
    mine = world.call(PLACE, merchant.shop, body, headers=headers)
    theirs = world.call(PLACE, merchant.other_shop, body, headers=headers)
    assert mine.status == theirs.status == 202
    assert mine.body["id"] != theirs.body["id"]


def test_order_without_idempotency_key_is_refused(world: World, merchant: Merchant) -> None:
    assert world.call(PLACE, merchant.shop, merchant.request(RUCK_45=1)).status == 400


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_idempotency_key_has_a_sane_length(world: World, merchant: Merchant, key: str) -> None:
    assert place(world, merchant, merchant.request(RUCK_45=1), key=key).status == 422


def test_no_key_is_401_and_a_wrong_one_403(world: World, merchant: Merchant) -> None:
    body = merchant.request(RUCK_45=1)
    assert world.call(PLACE, "", body).status == 401
    assert world.call(PLACE, "ak_guessed", body).status == 403


def test_every_wrong_field_is_named(world: World, merchant: Merchant) -> None:
    body = merchant.request(RUCK_45=1, ZELT_2=1)
    body["currency"] = "EURO"
    body["placed_at"] = "2026-11-23T10:15:00"
    body["customer"]["email"] = "nobody"
    body["lines"][0]["quantity"] = -1
    body["lines"][1]["quantity"] = 10**12
    body["lines"][1]["unit_price"] = "1e99"
    body["colour"] = "red"
    body["billing_address"] = {**body["billing_address"], "country": "Germany"}
    answer = place(world, merchant, body)
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in answer.body["errors"]} == {
        "currency",
        "placed_at",
        "customer.email",
        "lines.0.quantity",
        "lines.1.quantity",
        "lines.1.unit_price",
        "colour",
        "billing_address.country",
    }


WRONG: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("no lines", lambda body: body.update(lines=[])),
    ("zero pieces", lambda body: body["lines"][0].update(quantity=0)),
    ("pieces as text", lambda body: body["lines"][0].update(quantity="2")),
    ("half a piece", lambda body: body["lines"][0].update(quantity=1.5)),
    ("pieces as a truth", lambda body: body["lines"][0].update(quantity=True)),
    ("a negative price", lambda body: body["lines"][0].update(unit_price="-1.00")),
    ("a price that is no number", lambda body: body["lines"][0].update(unit_price="NaN")),
    ("an infinite price", lambda body: body["lines"][0].update(unit_price="Infinity")),
    ("a tenth of a cent", lambda body: body["lines"][0].update(unit_price="1.001")),
    ("a yen with cents", lambda body: body.update(currency="JPY")),
    ("an unknown currency", lambda body: body.update(currency="XXQ")),
    ("a line number twice", lambda body: body["lines"].append(body["lines"][0])),
    ("a name of two lines", lambda body: body["customer"].update(name="A\nBcc: all@x.example")),
    (
        "a mail address of two",
        lambda body: body["customer"].update(email="a@b.example,c@d.example"),
    ),
    ("a control character", lambda body: body["customer"].update(name="A\x00B")),
    ("a lone surrogate", lambda body: body["customer"].update(name="\ud800")),
    ("an SKU that breaks keys", lambda body: body["lines"][0].update(sku="A#B")),
    ("an empty name", lambda body: body["customer"].update(name="  ")),
    ("an unknown price mode", lambda body: body.update(price_mode="free")),
    ("null for a customer", lambda body: body.update(customer=None)),
    ("a list for an address", lambda body: body.update(billing_address=[])),
    ("a very long note", lambda body: body.update(note="x" * 2_001)),
    ("two thousand and one lines", lambda body: body.update(lines=body["lines"] * 2_001)),
]


@pytest.mark.parametrize(("spoil"), [w[1] for w in WRONG], ids=[w[0] for w in WRONG])
def test_spoiled_order_is_unprocessable(
    world: World, merchant: Merchant, spoil: Callable[[dict[str, Any]], object]
) -> None:
    body = merchant.request(RUCK_45=1)
    spoil(body)
    answer = place(world, merchant, body)
    assert answer.status in (400, 422), answer
    assert answer.body["errors"] or answer.status == 400
    assert stored_orders(world) == 0


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", '{"a":', "\x00", '"text"', "[" * 5_000])
def test_malformed_json_is_a_clear_no(world: World, merchant: Merchant, raw: str) -> None:
    answer = place(world, merchant, raw)
    assert answer.status in (400, 422)
    assert answer.body["status"] == answer.status


def test_body_of_ten_megabytes_is_too_large(world: World, merchant: Merchant) -> None:
    raw = json.dumps({**merchant.request(RUCK_45=1), "note": "x" * 10_000_000})
    assert place(world, merchant, raw).status == 413


@pytest.mark.parametrize(
    "name",
    [
        "Żółć 🎒🏔️ Ñandú",
        "\u202eevil\u202c abc",
        "Robert'); DROP TABLE orders;--",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }} {% raw %}",
        '" onload="x',
        "#let x = 1; $ \\ @ref *b* _i_ `c`",
    ],
)
def test_any_name_goes_through_to_mail_and_invoice(
    world: World, merchant: Merchant, name: str
) -> None:
    merchant.count("A", RUCK_45=1)
    body = merchant.request(RUCK_45=1)
    body["customer"]["name"] = name
    body["billing_address"] = {**body["billing_address"], "name": name, "company": name}
    id = merchant.place(body)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    assert merchant.order(id)["customer"]["name"] == name
    assert world.letters() == []
    assert all("<script>" not in mail.html for mail in world.outside.mails)
    assert all('" onload="x' not in mail.html for mail in world.outside.mails)
