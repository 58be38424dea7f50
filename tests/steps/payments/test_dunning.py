"""An invoice that nobody pays is asked for by letter and mail, each once, until it is paid."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from pypdf import PdfReader

from tests.steps.payments.test_open_items import listed
from tests.steps.payments.test_payments import take, transfer
from tests.world.merchant import SELLER, Merchant
from tests.world.world import World

HOLD = "POST /v1/open-items/{document}/dunning-hold"


def strict(merchant: Merchant, **rules: Any) -> None:
    """The shop claims fees and the lump sum."""
    shop = {"name": "Berg", "seller": SELLER, "support_email": "a@b.example"}
    claims = {"first_fee": "2.50", "second_fee": "5.00", "lump_sum": True, **rules}
    merchant.do(
        "PUT /v1/shops/{shop}", merchant.clerk, shop | {"dunning": claims}, shop="berg-beutel"
    )


@pytest.fixture
def owed(world: World, merchant: Merchant) -> str:
    """An order on account of 134.80, due in 14 days, that nobody pays."""
    merchant.business(credit_limit="5000.00")
    merchant.count("A", RUCK_45=9)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    merchant.whole_life(id)
    return id


def pass_days(world: World, days: int) -> None:
    for _ in range(days):
        world.pass_time(days=1)
        world.tick()


def send(world: World, step: str, order: str, **facts: str) -> None:
    """Let an event come again."""
    message = {"id": "evt_x", "type": "Again", "aggregate": f"order/{order}", "facts": facts}
    world.outside.send(f"auftakt-payments-{step}", json.dumps(message))
    world.settle()


def letters(world: World) -> list[str]:
    return [mail.kind for mail in world.outside.mails if mail.kind == "payment_overdue"]


def test_reminder_and_two_letters_are_archived_and_mailed_once_each(
    world: World, merchant: Merchant, owed: str
) -> None:
    strict(merchant)
    pass_days(world, 20)
    assert letters(world) == []
    pass_days(world, 2)
    assert len(letters(world)) == 1
    (item,) = listed(merchant, state="overdue")
    assert (item["level"], item["charges"]) == (0, "0")
    pass_days(world, 40)
    assert len(letters(world)) == 3
    told = merchant.events(owed)
    assert (told.count("Invoice.Reminded"), told.count("Invoice.Dunned")) == (1, 2)
    assert told.count("Letter.Archived") == 3
    keys = [key for key in world.objects() if key.startswith("letters/")]
    assert len(keys) == 3
    assert world.locked_until(keys[0]).year == 2033
    last = [mail for mail in world.outside.mails if mail.kind == "payment_overdue"][-1]
    text = PdfReader(io.BytesIO(world.object(sorted(keys)[-1]))).pages[0].extract_text()
    assert "RE-2026-000001" in text
    (item,) = listed(merchant)
    assert (item["level"], item["next_on"]) == (2, None)
    assert float(item["charges"]) > 47.50
    token = last.text.partition("/d/")[2].split()[0]
    assert world.call("GET /d/{token}", "", token=token).status == 302
    waits = merchant.order(owed)["waiting"]
    assert [(each["party"], each["cause"]) for each in waits] == [("accountant", "collection")]
    assert world.broken() == []


def test_money_stops_it_and_pays_the_fees(world: World, merchant: Merchant, owed: str) -> None:
    strict(merchant, interest=False)
    pass_days(world, 36)
    assert len(letters(world)) == 2
    take(merchant, transfer("T-1", "177.30", "RE-2026-000001"))
    assert listed(merchant) == listed(merchant, state="credit") == []
    pass_days(world, 30)
    assert len(letters(world)) == 2
    (paid,) = merchant.order(owed)["payments"]
    assert paid["laid"][0]["charges"] == "42.50"
    credit = merchant.do("GET /v1/customers/{customer}/credit", merchant.shop, customer="C-9")
    assert (credit["open_invoices"], credit["overpaid"], credit["used"]) == ("0.00",) * 3
    assert world.broken() == []


def test_customer_with_whom_no_dunning_is_agreed_gets_no_letter(
    world: World, merchant: Merchant, owed: str
) -> None:
    merchant.business(credit_limit="5000.00", dunning={"on": False})
    pass_days(world, 40)
    assert letters(world) == []
    assert world.broken() == []


def test_clerk_holds_the_dunning_until_a_day(world: World, merchant: Merchant, owed: str) -> None:
    invoice = merchant.order(owed)["documents"][0]["id"]
    until = (world.now().date()).replace(year=2027, month=2, day=1).isoformat()
    body = {"until": until, "reason": "pays in two parts"}
    for _ in range(2):
        held = merchant.do(HOLD, merchant.clerk, body, document=invoice)
        assert (held["held_until"], held["reason"]) == (until, "pays in two parts")
    assert merchant.events(owed).count("Dunning.Held") == 1
    pass_days(world, 40)
    assert letters(world) == []
    merchant.do(HOLD, merchant.clerk, {"until": None, "reason": "broken off"}, document=invoice)
    pass_days(world, 1)
    assert len(letters(world)) == 1
    assert world.call(HOLD, merchant.shop, body, document=invoice).status == 403
    assert world.call(HOLD, merchant.clerk, body, document="inv_none").status == 404
    assert world.call(HOLD, merchant.clerk, {"until": None}, document=invoice).status == 422
    assert world.broken() == []


def test_too_early_late_and_again_the_step_sends_nothing_twice(
    world: World, merchant: Merchant, owed: str
) -> None:
    invoice = merchant.order(owed)["documents"][0]["id"]
    send(world, "dun_customer", owed, document=invoice)
    assert letters(world) == []
    pass_days(world, 24)
    assert len(letters(world)) == 1
    send(world, "dun_customer", owed, document=invoice)
    send(world, "render_letter", owed, letter=f"let_{invoice}-0")
    assert len(letters(world)) == 1
    assert world.broken() == []
