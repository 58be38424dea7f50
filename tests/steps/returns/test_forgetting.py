"""Whoever withdrew is told what is known, and forgotten once nothing of it is left to do."""

from __future__ import annotations

from typing import Any

from tests.world.merchant import Merchant
from tests.world.person import CUSTOMER, DATA, ERASE, found_in, request
from tests.world.world import World

SHOP = {"shop": "berg-beutel"}


def said(contract: str, **more: Any) -> dict[str, Any]:
    return {"name": CUSTOMER["name"], "contract": contract, "email": CUSTOMER["email"], **more}


def erased(merchant: Merchant, who: str) -> Any:
    shown = merchant.do(ERASE, merchant.shop, {}, customer=who)
    done = merchant.do(ERASE, merchant.shop, {"confirm": shown["confirm"]}, customer=who)
    merchant.world.settle()
    return done


def test_a_guest_who_only_withdrew_is_forgotten_once_a_clerk_has_closed_it(
    world: World, merchant: Merchant
) -> None:
    mail = str(CUSTOMER["email"])
    made = merchant.do("POST /v1/withdrawals", merchant.shop, said("bei Quendelmoser daheim"))
    world.settle()
    told = merchant.do(DATA, merchant.shop, customer=mail)
    (known,) = told["withdrawals"]
    assert known["withdrawal"]["statement"]["name"] == CUSTOMER["name"]
    first = known["events"][0]["data"]["withdrawal"]
    assert first["statement"]["contract"] == "bei Quendelmoser daheim"
    (seen,) = erased(merchant, mail)["withdrawals"]
    assert (seen["status"], seen["outcome"]) == ("unmatched", "later")
    assert any(place.startswith("WITHDRAWAL") for place in found_in(world))
    close = "POST /v1/withdrawals/{withdrawal}/close"
    why = {"reason": "Walburga behält es doch"}
    merchant.do(close, merchant.clerk, why, withdrawal=made["id"])
    world.settle()
    world.strike("records/raise_due")
    world.settle()
    assert found_in(world) == {}
    read = "GET /v1/withdrawals/{withdrawal}"
    after = merchant.do(read, merchant.clerk, withdrawal=made["id"])
    assert after["erasure"]["erased_at"]
    blank = {"name": "", "contract": "", "email": "", "part": "", "lines": {}}
    assert after["statement"] == blank
    assert world.call(DATA, merchant.shop, customer=mail).status == 404
    assert world.broken() == []


def test_a_withdrawal_is_forgotten_with_its_order(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    order = merchant.place(request(merchant, RUCK_45=1))
    world.settle()
    number = merchant.order(order)["external_number"]
    merchant.do("POST /v1/withdrawals", merchant.shop, said(number))
    world.settle()
    (fulfilment,) = merchant.order(order)["fulfilments"]
    merchant.answer_recall(fulfilment["id"], "accepted")
    world.settle()
    assert merchant.order(order)["status"] == "cancelled"
    (seen,) = erased(merchant, str(CUSTOMER["id"]))["withdrawals"]
    assert (seen["status"], seen["outcome"]) == ("refunded", "now")
    world.pass_time(days=2)
    world.strike("records/raise_due")
    world.settle()
    assert not [place for place in found_in(world) if place.startswith(("WITHDRAWAL", "ORDER"))]
    assert world.broken() == []
