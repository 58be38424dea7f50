"""A collective invoice that nobody pays: one letter for all its orders, until all is settled."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from oms.billing.invoice import Invoice
from oms.payments.reminding import Reminder
from tests.steps.payments.test_dunning import HOLD, letters, pass_days, strict
from tests.steps.payments.test_open_items import listed
from tests.steps.payments.test_payments import take, transfer
from tests.world.collective import bills, delivered, month_ends
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as made:
        yield made


@pytest.fixture
def merchant(world: World) -> Merchant:
    made = Merchant(world)
    made.count("A", SOCKE_42=1000)
    made.business(credit_limit="100000.00", billing={"collective": "monthly"})
    return made


@pytest.fixture
def owed(merchant: Merchant) -> dict[str, Any]:
    """A collective invoice of two orders, 33.90 each, due on 15 December."""
    for _ in range(2):
        delivered(merchant)
    month_ends(merchant)
    (document,) = bills(merchant)[0]["documents"]
    return dict(document)


def told(merchant: Merchant) -> list[str]:
    """The types of the bill's events."""
    bill = bills(merchant)[0]["id"]
    ports = merchant.world.ports("billing/keep_bills")
    return [event.type for event in ports.bills.log(bill)]


def again(world: World, step: str, bill: str, **facts: str) -> None:
    """Let an event of the bill come again."""
    message = {"id": "evt_x", "type": "Again", "aggregate": f"bill/{bill}", "facts": facts}
    world.outside.send(f"auftakt-payments-{step}", json.dumps(message))
    world.settle()


def asked_for(world: World, letter: str) -> Decimal:
    """What a letter asks for."""
    says = world.ports("payments/render_letter").documents.snapshot(letter, Reminder)
    return says.total


def pays(merchant: Merchant, row: dict[str, Any]) -> None:
    (answer,) = take(merchant, row)
    assert answer["state"] == "matched"
    merchant.world.settle()


def waits(merchant: Merchant) -> list[tuple[str, str]]:
    return [(each["party"], each["cause"]) for each in bills(merchant)[0]["waiting"]]


def test_three_letters_once_each_for_both_orders_together(
    world: World, merchant: Merchant, owed: dict[str, Any]
) -> None:
    strict(merchant)
    bill = bills(merchant)[0]["id"]
    assert waits(merchant) == [("customer", "payment")]
    pass_days(world, 20)
    assert letters(world) == []
    pass_days(world, 3)
    assert len(letters(world)) == 1
    for _ in range(2):
        again(world, "dun_customer", bill, document=owed["id"])
        again(world, "render_letter", bill, letter=f"let_{owed['id']}-0")
        world.tick()
    assert len(letters(world)) == 1
    (item,) = listed(merchant, state="overdue")
    assert (item["level"], item["open"], item["charges"]) == (0, "67.80", "0")
    pass_days(world, 40)
    assert len(letters(world)) == 3
    events = told(merchant)
    assert (events.count("Invoice.Reminded"), events.count("Invoice.Dunned")) == (1, 2)
    assert events.count("Letter.Archived") == 3
    keys = sorted(key for key in world.objects() if key.startswith("letters/"))
    assert len(keys) == 3
    assert asked_for(world, f"let_{owed['id']}-2") == Decimal("67.80")
    text = PdfReader(io.BytesIO(world.object(keys[-1]))).pages[0].extract_text()
    assert owed["number"] in text
    assert "67,80" in text
    mail = [mail for mail in world.outside.mails if mail.kind == "payment_overdue"][-1]
    assert owed["number"] in mail.text
    assert "Bestellung" not in mail.text
    token = mail.text.partition("/d/")[2].split()[0]
    assert world.call("GET /d/{token}", "", token=token).status == 302
    assert waits(merchant) == [("accountant", "collection")]
    assert world.broken() == []


def test_a_part_and_a_credit_lower_it_and_the_rest_stops_it(
    world: World, merchant: Merchant, owed: dict[str, Any]
) -> None:
    first, second = [each["order"] for each in owed["orders"]]
    pays(merchant, transfer("T-1", "33.90", merchant.order(first)["external_number"]))
    assert merchant.order(first)["settlement"]["outstanding"] == "0"
    pass_days(world, 23)
    assert asked_for(world, f"let_{owed['id']}-0") == Decimal("33.90")
    paper = world.ports("billing/keep_bills").documents.snapshot(owed["id"], Invoice)
    number = next(
        line.number
        for line in paper.lines
        if line.order == merchant.order(second)["external_number"]
    )
    lines = [{"number": number, "quantity": 1}]
    assert merchant.credit(second, owed["id"], "a", lines=lines).status == 201
    pass_days(world, 14)
    assert asked_for(world, f"let_{owed['id']}-1") == Decimal("19.40")
    pays(merchant, transfer("T-2", "19.40", merchant.order(second)["external_number"]))
    pass_days(world, 40)
    assert len(letters(world)) == 2
    assert waits(merchant) == []
    assert world.broken() == []


def test_money_taken_back_wakes_it(world: World, merchant: Merchant, owed: dict[str, Any]) -> None:
    pass_days(world, 23)
    pays(merchant, transfer("T-1", "67.80", f"Rechnung {owed['number']}"))
    pass_days(world, 16)
    assert len(letters(world)) == 1
    assert waits(merchant) == []
    pays(merchant, transfer("T-2", "-67.80", "T-1", reverses="T-1"))
    assert waits(merchant) == [("customer", "payment")]
    pass_days(world, 6)
    assert len(letters(world)) == 1
    pass_days(world, 2)
    assert len(letters(world)) == 2
    assert asked_for(world, f"let_{owed['id']}-1") == Decimal("67.80")
    assert world.broken() == []


def test_money_ends_the_collection(world: World, merchant: Merchant, owed: dict[str, Any]) -> None:
    pass_days(world, 60)
    assert waits(merchant) == [("accountant", "collection")]
    pays(merchant, transfer("T-1", "67.80", f"Rechnung {owed['number']}"))
    assert waits(merchant) == []
    assert world.broken() == []


def test_a_hold_and_a_cancellation_keep_letters_back(
    world: World, merchant: Merchant, owed: dict[str, Any]
) -> None:
    until = "2027-02-01"
    for _ in range(2):
        body = {"until": until, "reason": "pays in February"}
        held = merchant.do(HOLD, merchant.clerk, body, document=owed["id"])
        assert (held["held_until"], held["reason"]) == (until, "pays in February")
    assert told(merchant).count("Dunning.Held") == 1
    (item,) = listed(merchant)
    assert (item["held_until"], item["held_reason"]) == (until, "pays in February")
    pass_days(world, 40)
    assert letters(world) == []
    free = {"until": None, "reason": "broken off"}
    merchant.do(HOLD, merchant.clerk, free, document=owed["id"])
    pass_days(world, 1)
    assert len(letters(world)) == 1
    assert world.call(HOLD, merchant.shop, body, document=owed["id"]).status == 403
    assert merchant.cancel_document(owed["id"], "x").status == 201
    pass_days(world, 30)
    assert len(letters(world)) == 1
    assert waits(merchant) == []
    assert world.broken() == []


def test_an_event_that_comes_again_changes_nothing(
    world: World, merchant: Merchant, owed: dict[str, Any]
) -> None:
    pass_days(world, 23)
    pays(merchant, transfer("T-1", "67.80", f"Rechnung {owed['number']}"))
    pass_days(world, 16)
    pays(merchant, transfer("T-2", "-67.80", "T-1", reverses="T-1"))
    before = told(merchant)
    for order in (each["order"] for each in owed["orders"]):
        for type in ("Payment.Received", "CreditNote.Issued"):
            message = {"id": "evt_y", "type": type, "aggregate": f"order/{order}"}
            world.outside.send("auftakt-payments-dun_customer", json.dumps(message))
    world.settle()
    assert told(merchant) == before
    assert before.count("Dunning.Planned") == 3


def test_with_whom_no_dunning_is_agreed_the_bill_still_ends_once_paid(
    world: World, merchant: Merchant, owed: dict[str, Any]
) -> None:
    merchant.business(
        credit_limit="100000.00", billing={"collective": "monthly"}, dunning={"on": False}
    )
    pass_days(world, 40)
    assert letters(world) == []
    assert waits(merchant) == [("customer", "payment")]
    pays(merchant, transfer("T-1", "67.80", f"Rechnung {owed['number']}"))
    assert waits(merchant) == []
    assert world.broken() == []
