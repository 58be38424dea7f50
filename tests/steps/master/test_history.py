"""Who changed master data, when, from what to what; and who may not overwrite whom."""

from __future__ import annotations

from tests.world.merchant import Merchant
from tests.world.world import World

PUT, LOG = "PUT /v1/products/{sku}", "GET /v1/products/{sku}/history"


def test_every_change_tells_who_when_before_and_after(world: World, merchant: Merchant) -> None:
    merchant.do(PUT, merchant.clerk, {"name": {"de": "eins"}}, sku="X")
    own = {"shop": "berg-beutel"}
    merchant.do("PUT /v1/products/{sku}/owner", merchant.clerk, own, sku="X")
    world.pass_time(hours=1)
    merchant.do(PUT, merchant.shop, {"name": {"de": "zwei"}}, sku="X")
    merchant.do(PUT, merchant.shop, {"name": {"de": "zwei"}}, sku="X")
    newest, _, first = merchant.do(LOG, merchant.clerk, sku="X")["items"]
    assert (first["version"], first["actor"], first["before"]) == (1, "clerk:clara", None)
    assert (newest["version"], newest["actor"]) == (3, "shop:berg")
    assert (newest["before"]["name"], newest["after"]["name"]) == ({"de": "eins"}, {"de": "zwei"})
    assert newest["at"] > first["at"]
    assert newest["cause"].startswith("request:")


def test_the_history_is_read_page_by_page(world: World, merchant: Merchant) -> None:
    for n in range(5):
        merchant.do(PUT, merchant.clerk, {"name": {"de": f"Name {n}"}}, sku="X")
    first = merchant.do(LOG, merchant.clerk, query={"limit": "3"}, sku="X")
    rest = merchant.do(
        LOG, merchant.clerk, query={"limit": "3", "cursor": first["cursor"]}, sku="X"
    )
    versions = [c["version"] for c in (*first["items"], *rest["items"])]
    assert (versions, rest["cursor"]) == ([5, 4, 3, 2, 1], None)
    assert first["items"][-1]["before"]["name"] == {"de": "Name 1"}
    wrong = {"cursor": "bm8="}
    assert world.call(LOG, merchant.clerk, query=wrong, sku="X").status == 422
    assert merchant.do(LOG, merchant.clerk, sku="NONE")["items"] == []


def test_if_match_refuses_what_was_changed_meanwhile(world: World, merchant: Merchant) -> None:
    first = world.call(PUT, merchant.clerk, {"name": {"de": "eins"}}, sku="X")
    seen = {"If-Match": first.headers["ETag"]}
    assert world.call(PUT, merchant.clerk, {"name": {"de": "b"}}, headers=seen, sku="X").status == (
        200
    )
    late = world.call(PUT, merchant.clerk, {"name": {"de": "c"}}, headers=seen, sku="X")
    assert (late.status, late.body["title"]) == (412, "version differs")
    new = world.call(PUT, merchant.clerk, {"name": {"de": "c"}}, headers=seen, sku="Y")
    assert new.status == 412


def test_a_price_list_keeps_its_currency(world: World, merchant: Merchant) -> None:
    put = "PUT /v1/price-lists/{list}"
    body = {"currency": "EUR", "price_mode": "net"}
    merchant.do(put, merchant.clerk, body, list="L")
    assert world.call(put, merchant.clerk, {**body, "currency": "CHF"}, list="L").status == 409
    backwards = {**body, "valid_from": "2026-12-31", "valid_to": "2026-01-01"}
    assert world.call(put, merchant.clerk, backwards, list="L").status == 422
    assert merchant.do(put, merchant.clerk, {**body, "group": "clubs"}, list="L")["version"] == 2
