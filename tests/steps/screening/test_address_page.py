"""A customer mends an address by the link in a mail, and the order goes on by itself."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import Answered, World

WRONG = {**ADDRESS, "postal_code": "8033"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
GOOD = {**ADDRESS, "phone": ""}


@pytest.fixture
def held(world: World, merchant: Merchant) -> str:
    merchant.count("A", RUCK_45=5)
    id = merchant.place(merchant.request(RUCK_45=1) | {"billing_address": WRONG})
    world.settle()
    return id


def token(world: World) -> str:
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "address_wanted"]
    found = re.search(r"/a/(\S+)", mail.text)
    assert found
    return found[1]


def show(world: World, token: str, **headers: str) -> Answered:
    return world.call("GET /a/{token}", "", token=token, headers=headers)


def send(world: World, token: str, fields: dict[str, Any]) -> Answered:
    return world.call("POST /a/{token}", "", urlencode(fields), headers=FORM, token=token)


def test_the_order_goes_on_by_itself_once_the_address_is_right(
    world: World, merchant: Merchant, held: str
) -> None:
    (hold,) = merchant.order(held)["holds"]
    assert (hold["reason"], hold["owner"]) == ("address_invalid", "customer")
    link = token(world)
    page = show(world, link)
    assert page.status == 200
    assert 'value="8033"' in page.body
    assert "Das passt nicht zu diesem Land" in page.body
    answer = send(world, link, GOOD)
    assert (answer.status, answer.headers["Location"]) == (303, f"/a/{link}")
    world.settle()
    order = merchant.order(held)
    assert order["status"] == "released"
    assert order["billing_address"]["postal_code"] == "80331"
    (hold,) = order["holds"]
    assert hold["released_by"] == "customer:C-17"
    assert hold["release_reason"] == "the address was corrected"
    assert [f["verdict"] for f in order["findings"] if f["check"] == "address"] == ["pass"]
    assert "80331 München" in show(world, link).body
    assert "Order.AddressCorrected" in merchant.events(held)
    assert world.broken() == []


def test_a_page_is_read_by_nobody_else(world: World, merchant: Merchant, held: str) -> None:
    headers = show(world, token(world)).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"


def test_what_is_still_wrong_is_shown_beside_its_field(
    world: World, merchant: Merchant, held: str
) -> None:
    answer = send(world, token(world), {**GOOD, "line1": ""})
    assert answer.status == 422
    assert 'id="line1-fault"' in answer.body
    answer = send(world, token(world), {**GOOD, "postal_code": "99", "city": ""})
    assert answer.status == 422
    for name in ("postal_code", "city"):
        assert f'id="{name}-fault"' in answer.body
    assert 'value="99"' in answer.body
    world.settle()
    assert merchant.order(held)["status"] == "held"


@pytest.mark.parametrize("fields", [{}, {"name": "x" * 500}, {"country": "xx"}, {"city": "a\nb"}])
def test_a_broken_form_is_shown_again(
    world: World, merchant: Merchant, held: str, fields: dict[str, str]
) -> None:
    whole = {**GOOD, **fields} if fields else {}
    assert send(world, token(world), whole).status == 422
    assert merchant.order(held)["status"] == "held"


def test_what_a_customer_writes_is_never_markup(
    world: World, merchant: Merchant, held: str
) -> None:
    attack = '"><script>alert(1)</script>'
    answer = send(world, token(world), {**GOOD, "name": attack, "postal_code": attack[:20]})
    assert "<script" not in answer.body


def test_sending_the_form_twice_saves_it_once(world: World, merchant: Merchant, held: str) -> None:
    link = token(world)
    assert send(world, link, GOOD).status == 303
    assert send(world, link, GOOD).status == 303
    assert send(world, link, {**GOOD, "city": "Hamburg"}).status == 409
    world.settle()
    assert merchant.events(held).count("Order.AddressCorrected") == 1
    assert merchant.order(held)["billing_address"]["city"] == "München"


def test_an_expired_link_says_so(world: World, merchant: Merchant, held: str) -> None:
    link = token(world)
    world.pass_time(days=15)
    answer = show(world, link, **{"accept-language": "de-DE,de;q=0.9,en;q=0.8"})
    assert answer.status == 410
    assert "Dieser Link ist abgelaufen" in answer.body
    assert send(world, link, GOOD).status == 410
    assert merchant.order(held)["status"] == "held"


def test_a_forged_link_opens_nothing(world: World, merchant: Merchant, held: str) -> None:
    link = token(world)
    forged = link.replace("hold_1", "hold_2")
    for each in (forged, link[:-1] + ("A" if link[-1] != "A" else "B"), "x", f"{link}.1"):
        assert show(world, each).status == 404
        assert send(world, each, GOOD).status == 404
    assert "This link is not valid" in show(world, "x").body


def test_a_link_of_another_purpose_opens_nothing(
    world: World, merchant: Merchant, held: str
) -> None:
    links = world.ports("notices/tell_customer").links
    other = links.link("document", f"{held}.hold_1", at=world.now()).rpartition("/")[2]
    assert show(world, other).status == 404


def test_once_a_clerk_has_released_the_hold_nothing_is_left_to_do(
    world: World, merchant: Merchant, held: str
) -> None:
    merchant.release(held)
    world.settle()
    assert "Es ist nichts mehr zu tun" in show(world, token(world)).body
    assert send(world, token(world), GOOD).status == 409


def test_of_a_cancelled_order_nothing_is_sent_any_more(
    world: World, merchant: Merchant, held: str
) -> None:
    merchant.cancel(held)
    world.settle()
    assert send(world, token(world), GOOD).status == 409
    assert world.broken() == []


def test_an_english_customer_reads_english(world: World, merchant: Merchant) -> None:
    body = merchant.request(RUCK_45=1) | {"billing_address": WRONG}
    body["customer"] = {**body["customer"], "locale": "en"}
    merchant.place(body)
    world.settle()
    answer = show(world, token(world))
    assert '<html lang="en">' in answer.body
    assert "Please check your delivery address" in answer.body


def test_who_has_no_house_number_says_so_and_the_order_goes_on(
    world: World, merchant: Merchant
) -> None:
    shop = world.call("GET /v1/shops/{shop}", merchant.clerk, shop="berg-beutel").body
    kept = {name: value for name, value in shop.items() if name not in ("id", "version")}
    body = kept | {"address": {"house_number": "hold"}}
    world.call("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    merchant.count("A", RUCK_45=5)
    lonely = {**ADDRESS, "line1": "Am Leuchtturm"}
    id = merchant.place(merchant.request(RUCK_45=1) | {"billing_address": lonely})
    world.settle()
    assert merchant.order(id)["holds"][0]["data"] == {"fields": {"line1": "house_number"}}
    link = token(world)
    assert "Hier fehlt die Hausnummer" in show(world, link).body
    assert 'name="confirmed"' in show(world, link).body
    again = send(world, link, {**lonely, "phone": ""})
    assert (again.status, 'name="confirmed"' in again.body) == (422, True)
    assert send(world, link, {**lonely, "phone": "", "confirmed": "yes"}).status == 303
    world.settle()
    order = merchant.order(id)
    assert order["status"] == "released"
    (finding,) = [found for found in order["findings"] if found["check"] == "address"]
    assert finding["data"] == {"remarks": {"line1": "house_number"}}
