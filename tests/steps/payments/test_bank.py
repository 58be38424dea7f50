"""The bank's transactions on invoices: several at once, discounts, reversals, credits paid out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.payments.test_open_items import listed
from tests.steps.payments.test_payments import ASSIGN, LIST, assign, take, transfer
from tests.world.merchant import SELLER, Merchant
from tests.world.world import World

TERMS = {"days": 30, "discount_percent": "2", "discount_days": 10}


@pytest.fixture
def two(world: World, merchant: Merchant) -> list[str]:
    """Two orders on account of 134.80 each, billed as RE-2026-000001 and RE-2026-000002."""
    merchant.business(credit_limit="5000.00")
    merchant.count("A", RUCK_45=9)
    ids = [merchant.place(merchant.on_account(RUCK_45=1)) for _ in range(2)]
    for id in ids:
        merchant.whole_life(id)
    return ids


def number(merchant: Merchant, order: str) -> str:
    found: str = merchant.order(order)["documents"][0]["number"]
    return found


def opens(merchant: Merchant) -> dict[str, str]:
    return {each["number"]: each["open"] for each in listed(merchant)}


def test_one_transfer_for_two_invoices_settles_both_and_again_changes_nothing(
    world: World, merchant: Merchant, two: list[str]
) -> None:
    row = transfer("T-1", "269.60", f"{number(merchant, two[0])} + {number(merchant, two[1])}")
    (answer,) = take(merchant, row)
    assert (answer["state"], set(answer["orders"])) == ("matched", set(two))
    assert listed(merchant) == []
    (again,) = take(merchant, row)
    assert (again["state"], again["new"]) == ("matched", False)
    assert [merchant.order(id)["settlement"]["received"] for id in two] == ["134.80", "134.80"]
    world.settle()
    assert world.broken() == []


def test_transfer_for_two_that_does_not_fit_waits_with_both_as_candidates(
    merchant: Merchant, two: list[str]
) -> None:
    (answer,) = take(merchant, transfer("T-1", "200.00", "RE-2026-000001 RE-2026-000002"))
    assert answer["state"] == "unmatched"
    (waiting,) = merchant.do(LIST, merchant.accountant)["items"]
    assert set(waiting["candidates"]) == set(two)


def test_amount_of_one_open_invoice_of_a_customer_who_is_named_is_for_that_one(
    world: World, merchant: Merchant, two: list[str]
) -> None:
    take(merchant, transfer("T-1", "34.80", number(merchant, two[1])))
    (answer,) = take(merchant, transfer("T-2", "100.00", "Kunde C-9", payer_account="DE02 1203"))
    assert (answer["state"], answer["orders"]) == ("matched", [two[1]])
    (answer,) = take(merchant, transfer("T-3", "134.80", "danke", payer_account="DE021203"))
    assert (answer["state"], answer["orders"]) == ("matched", [two[0]])
    (answer,) = take(merchant, transfer("T-4", "134.80", "danke", payer_account="DE021203"))
    assert answer["state"] == "unmatched"
    assert world.broken() == []


def test_two_invoices_of_the_same_amount_are_not_guessed_between(
    merchant: Merchant, two: list[str]
) -> None:
    (answer,) = take(merchant, transfer("T-1", "134.80", "Kunde C-9"))
    assert answer["state"] == "unmatched"
    (answer,) = take(merchant, transfer("T-2", "269.60", "Kunde C-9 alles"))
    assert set(answer["orders"]) == set(two)


def test_cash_discount_within_its_days_settles_and_is_shown(
    world: World, merchant: Merchant
) -> None:
    merchant.business(credit_limit="5000.00", terms=TERMS)
    merchant.count("A", RUCK_45=9)
    ids = [merchant.place(merchant.on_account(RUCK_45=1)) for _ in range(2)]
    for id in ids:
        merchant.whole_life(id)
    take(merchant, transfer("T-1", "132.10", number(merchant, ids[0])))
    assert number(merchant, ids[0]) not in opens(merchant)
    (paid,) = merchant.order(ids[0])["payments"]
    assert [each["discount"] for each in paid["laid"]] == ["2.70"]
    assert merchant.order(ids[0])["settlement"]["outstanding"] == "0"
    late = transfer("T-2", "132.10", number(merchant, ids[1]), value_date="2026-12-20")
    take(merchant, late)
    assert opens(merchant)[number(merchant, ids[1])] == "2.70"
    credit = merchant.do("GET /v1/customers/{customer}/credit", merchant.shop, customer="C-9")
    assert credit["open_invoices"] == "2.70"
    assert world.broken() == []


def test_bank_charges_up_to_the_tolerance_are_let_go(
    world: World, merchant: Merchant, two: list[str]
) -> None:
    shop = {"name": "x", "seller": SELLER, "support_email": "a@b.example"}
    shop |= {"payment": {"tolerance": "5.00"}}
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
    world.pass_time(minutes=10)
    take(merchant, transfer("T-1", "130.00", number(merchant, two[0])))
    take(merchant, transfer("T-2", "129.00", number(merchant, two[1])))
    assert opens(merchant) == {number(merchant, two[1]): "5.80"}
    assert world.broken() == []


def test_reversal_opens_the_invoice_again_once(
    world: World, merchant: Merchant, two: list[str]
) -> None:
    take(merchant, transfer("T-1", "134.80", number(merchant, two[0])))
    row = transfer("R-1", "-134.80", "Rueckgabe mangels Deckung", reverses="T-1")
    (answer,) = take(merchant, row)
    assert (answer["state"], answer["orders"]) == ("matched", [two[0]])
    assert take(merchant, row)[0]["new"] is False
    assert opens(merchant)[number(merchant, two[0])] == "134.80"
    assert merchant.order(two[0])["settlement"]["received"] == "0.00"
    # the bank's own charge is nobody's: it stays visible
    take(merchant, transfer("T-2", "134.80", number(merchant, two[0])))
    (answer,) = take(merchant, transfer("R-2", "-138.30", "RUECKLASTSCHRIFT T-2"))
    assert answer["state"] == "partly_matched"
    assert opens(merchant)[number(merchant, two[0])] == "134.80"
    world.settle()
    assert world.broken() == []


def test_reversal_of_a_transfer_for_two_orders_takes_from_both(
    world: World, merchant: Merchant, two: list[str]
) -> None:
    take(merchant, transfer("T-1", "269.60", "RE-2026-000001 RE-2026-000002"))
    (answer,) = take(merchant, transfer("R-1", "-269.60", "Rueckgabe", reverses="T-1"))
    assert (answer["state"], set(answer["orders"])) == ("matched", set(two))
    assert set(opens(merchant).values()) == {"134.80"}
    assert world.broken() == []


def test_transfer_that_pays_out_a_credit_settles_it(
    world: World, merchant: Merchant, two: list[str]
) -> None:
    take(merchant, transfer("T-1", "134.80", number(merchant, two[0])))
    invoice = merchant.order(two[0])["documents"][0]["id"]
    merchant.credit(two[0], invoice, "back", lines=[{"number": "1", "quantity": 1}])
    note = merchant.order(two[0])["documents"][1]
    (credit,) = listed(merchant, state="credit")
    assert credit["open"] == "-129.90"
    row = transfer("O-1", "-129.90", f"Erstattung {note['number']}")
    (answer,) = take(merchant, row)
    assert (answer["state"], answer["orders"]) == ("matched", [two[0]])
    take(merchant, row)
    assert listed(merchant, state="credit") == []
    world.settle()
    assert world.broken() == []


def test_more_than_the_credit_is_not_paid_out(
    world: World, merchant: Merchant, two: list[str]
) -> None:
    take(merchant, transfer("T-1", "150.00", number(merchant, two[0])))
    (answer,) = take(merchant, transfer("O-1", "-20.00", "BB-1"))
    assert answer["state"] == "unmatched"
    assert assign(merchant, "O-1", two[0]).body["type"].endswith("nothing_to_give_back")
    assert assign(merchant, "O-1", two[0], "-15.20").body["state"] == "partly_matched"
    assert listed(merchant, state="credit") == []
    assert world.broken() == []


def test_what_is_too_much_for_an_order_pays_another_once(
    world: World, merchant: Merchant, two: list[str]
) -> None:
    take(merchant, transfer("T-1", "200.00", number(merchant, two[0])))
    body: dict[str, Any] = {"order": two[1], "source": two[0], "amount": "65.20"}
    for _ in range(2):
        answer = world.call(ASSIGN, merchant.accountant, body, payment="T-1")
        assert (answer.status, answer.body["state"]) == (200, "matched")
    assert opens(merchant) == {number(merchant, two[1]): "69.60"}
    body["amount"] = "1.00"
    assert world.call(ASSIGN, merchant.accountant, body, payment="T-1").status == 409
    back = {"order": two[0], "source": two[1]}
    assert world.call(ASSIGN, merchant.accountant, back, payment="T-1").status == 409
    world.settle()
    assert world.broken() == []


def test_accountant_names_the_invoice(world: World, merchant: Merchant, two: list[str]) -> None:
    take(merchant, transfer("T-1", "100.00", "danke"))
    invoice = merchant.order(two[1])["documents"][0]
    body = {"order": two[1], "documents": [invoice["id"]]}
    assert world.call(ASSIGN, merchant.accountant, body, payment="T-1").status == 200
    assert opens(merchant)[invoice["number"]] == "34.80"
    wrong = {"order": two[0], "documents": [invoice["id"]]}
    take(merchant, transfer("T-2", "1.00", "danke"))
    assert world.call(ASSIGN, merchant.accountant, wrong, payment="T-2").status == 404


def test_discount_is_in_the_books_and_out_again_with_a_reversal(
    world: World, merchant: Merchant
) -> None:
    books = {"consultant": 29098, "client": 55003}
    shop = {"name": "x", "seller": SELLER, "support_email": "a@b.example", "bookkeeping": books}
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
    merchant.business(credit_limit="5000.00", terms=TERMS)
    merchant.count("A", RUCK_45=9)
    merchant.whole_life(merchant.place(merchant.on_account(RUCK_45=1)))
    take(merchant, transfer("T-1", "132.10", "RE-2026-000001"))
    days = {"from": "2026-11-01", "to": "2026-11-30", "kind": "datev"}

    def gross(key: str) -> str:
        answer = merchant.do(
            "POST /v1/exports",
            merchant.accountant,
            days,
            headers={"Idempotency-Key": key},
            query={"shop": "berg-beutel"},
        )
        world.settle()
        route = "GET /v1/exports/{export}"
        found = merchant.do(route, merchant.accountant, export=answer["id"])
        return str(found["totals"]["gross"])

    assert gross("first") == "132.10"
    world.pass_time(minutes=1)
    take(merchant, transfer("R-1", "-132.10", "zurueck", reverses="T-1"))
    assert gross("second") == "134.80"
    assert world.broken() == []
