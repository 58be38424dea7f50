"""A withdrawal, cut off between any two AWS calls, is one statement, stopped and told of once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life, stocked
from tests.world.merchant import Merchant


def _bought(merchant: Merchant) -> Any:
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    id = merchant.place(merchant.request(SOCKE_42=1))
    merchant.world.settle()
    return merchant.order(id)


def _ended(merchant: Merchant, order: Any) -> str:
    """The warehouse gives the piece back: there is one statement, and nothing is owed."""
    (fulfilment,) = merchant.order(order["id"])["fulfilments"]
    assert merchant.answer_recall(fulfilment["id"], "accepted").status == 200
    merchant.world.settle()
    merchant.world.pass_time(hours=2)
    merchant.world.strike("records/raise_due")
    merchant.world.settle()
    listed = merchant.do("GET /v1/withdrawals", merchant.clerk, query={"limit": "100"})["items"]
    (mine,) = [each for each in listed if each["order"] == order["id"]]
    assert mine["status"] == "refunded"
    assert [each["answer"] for each in mine["stopped"]["recalled"]] == ["accepted"]
    merchant.count("A", SOCKE_42=0)
    return str(order["id"])


def handed_on(merchant: Merchant) -> str:
    """A shop hands a statement on while the warehouse has the order."""
    order = _bought(merchant)
    buyer, number = order["customer"], order["external_number"]
    body = {"name": buyer["name"], "contract": number, "email": buyer["email"]}
    once = {"Idempotency-Key": f"withdraw-{number}"}
    merchant.do("POST /v1/withdrawals", merchant.shop, body, headers=once)
    merchant.world.settle()
    return _ended(merchant, order)


def declared(merchant: Merchant) -> str:
    """A consumer confirms the form of the page."""
    order = _bought(merchant)
    buyer, number = order["customer"], order["external_number"]
    said = {"name": buyer["name"], "contract": number, "email": buyer["email"], "once": number}
    form = {"content-type": "application/x-www-form-urlencoded"}
    body, shop = urlencode({**said, "step": "confirm"}), {"shop": "berg-beutel"}
    merchant.do("POST /withdraw", "", body, headers=form, query=shop)
    merchant.world.settle()
    return _ended(merchant, order)


def placed_later(merchant: Merchant) -> str:
    """A statement comes before its order, which the clock finds."""
    world = merchant.world
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    wanted = merchant.request(SOCKE_42=1)
    buyer, number = wanted["customer"], wanted["external_number"]
    body = {"name": buyer["name"], "contract": number, "email": buyer["email"]}
    once = {"Idempotency-Key": f"withdraw-{number}"}
    merchant.do("POST /v1/withdrawals", merchant.shop, body, headers=once)
    order = merchant.place(wanted)
    world.settle()
    world.pass_time(hours=2)
    world.strike("records/raise_due")
    world.settle()
    return _ended(merchant, merchant.order(order))


CUTS: tuple[tuple[str, Life], ...] = (
    ("returns/take_withdrawal", handed_on),
    ("returns/offer_withdrawal", declared),
    ("returns/follow_withdrawal", handed_on),
    ("returns/follow_withdrawal", placed_later),
    ("notices/tell_customer", declared),
)
"""Steps, each with a life in which it takes part."""


@pytest.mark.parametrize(("step", "life"), CUTS, ids=lambda each: getattr(each, "__name__", each))
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str, life: Life) -> None:
    cut_at_every_call(step, life)
