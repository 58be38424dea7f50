"""Whoever pays in advance is told how, reminded once, and the order is cancelled in the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import SELLER, Merchant
from tests.world.world import World

IN_ADVANCE = {"method": "prepayment", "status": "pending", "amount": "0"}
CARD = {"method": "card", "status": "authorised", "amount": "134.80", "reference": "A-1"}


def place(merchant: Merchant, **payment: Any) -> str:
    merchant.count("A", RUCK_45=3)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": payment or IN_ADVANCE})
    merchant.world.settle()
    return id


def pay(merchant: Merchant, amount: str) -> None:
    row = {"transaction_id": f"T-{amount}", "amount": amount, "currency": "EUR"}
    row |= {"reference": "BB-1", "value_date": "2026-11-24"}
    merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})
    merchant.world.settle()


def mails(world: World) -> list[str]:
    return [m.subject.split(":")[0] for m in world.outside.mails if m.kind == "payment_awaited"]


def test_customer_is_told_where_to_pay_what(world: World, merchant: Merchant) -> None:
    place(merchant)
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "payment_awaited"]
    for said in ("134,80", "DE89370400440532013000", "BB-1", "Berg & Beutel GmbH"):
        assert said in mail.text


def test_silence_reminds_after_seven_days_and_cancels_after_fourteen(
    world: World, merchant: Merchant
) -> None:
    id = place(merchant)
    pay(merchant, "100.00")
    world.pass_time(days=6, hours=23)
    world.tick()
    assert mails(world) == ["Bitte überweisen"]
    world.pass_time(hours=2)
    world.tick()
    world.tick()
    assert mails(world) == ["Bitte überweisen", "Erinnerung"]
    reminder = [mail for mail in world.outside.mails if mail.kind == "payment_awaited"][-1]
    assert "34,80" in reminder.text
    assert "100,00" in reminder.text
    world.pass_time(days=6, hours=22)
    world.tick()
    assert merchant.order(id)["status"] == "held"
    world.pass_time(hours=2)
    world.tick()
    order = merchant.order(id)
    assert order["status"] == "cancelled"
    assert order["settlement"]["overpaid"] == "100.00"
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "order_cancelled"]
    assert "Zahlung ist nicht rechtzeitig eingegangen" in mail.text
    assert merchant.stock("RUCK-45")["promisable"] == 3
    assert not [mail for mail in world.outside.mails if mail.kind == "hold_escalated"]


def test_paid_order_is_neither_reminded_nor_cancelled(world: World, merchant: Merchant) -> None:
    id = place(merchant)
    pay(merchant, "134.80")
    world.pass_time(days=15)
    world.tick()
    assert mails(world) == ["Bitte überweisen"]
    assert merchant.order(id)["status"] == "released"


def test_a_shop_sets_its_own_patience(world: World, merchant: Merchant) -> None:
    body = {
        "name": "berg-beutel",
        "seller": SELLER,
        "support_email": "hilfe@berg-beutel.example",
        "payment": {"remind_after": 2, "cancel_after": 3, "authorised_days": {"card": 1}},
    }
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    world.pass_time(minutes=1)
    id = place(merchant)
    world.pass_time(days=3, minutes=1)
    world.tick()
    assert merchant.order(id)["status"] == "cancelled"
    wrong = {**body, "payment": {"remind_after": 3, "cancel_after": 3}}
    answer = world.call("PUT /v1/shops/{shop}", merchant.clerk, wrong, shop="berg-beutel")
    assert answer.status == 422


@pytest.mark.parametrize(
    ("payment", "reason"),
    [
        (CARD, None),
        (CARD | {"amount": "134.79"}, "payment_insufficient"),
        (CARD | {"authorised_at": "2026-11-16T09:30:00Z"}, None),
        (CARD | {"authorised_at": "2026-11-16T08:00:00Z"}, "authorisation_old"),
        (CARD | {"status": "captured", "authorised_at": "2026-01-01T08:00:00Z"}, None),
        (CARD | {"status": "pending"}, "payment_pending"),
        (CARD | {"status": "open"}, "credit_missing"),
    ],
)
def test_payment_covers_the_total_to_the_cent_and_is_fresh(
    merchant: Merchant, payment: dict[str, str], reason: str | None
) -> None:
    order = merchant.order(place(merchant, **payment))
    assert [hold["reason"] for hold in order["holds"]] == ([reason] if reason else [])
    if reason:
        (hold,) = order["holds"]
        assert hold["text"]
        assert hold["text_de"]


def test_authorisation_that_is_short_is_made_up_by_bank(merchant: Merchant) -> None:
    id = place(merchant, **(CARD | {"amount": "130.00"}))
    pay(merchant, "4.80")
    assert merchant.order(id)["status"] == "released"
