"""Orders with deposits: whatever happens to them, their documents add up to what was supplied."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.billing.invoice import Invoice
from oms.orders.balance import captured, refunded
from tests.world.faults import WILD
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.world import World

EMPTY = Decimal(0)


def documents(merchant: Merchant, id: str) -> list[tuple[str, str]]:
    return [(each["type"], each["gross"]) for each in merchant.order(id)["documents"]]


def billed(merchant: Merchant, id: str) -> Decimal:
    """What all documents come to, credit notes taken off."""
    signs = {"credit_note": -1}
    found = merchant.order(id)["documents"]
    return sum((signs.get(d["type"], 1) * Decimal(d["gross"]) for d in found), EMPTY)


def asked(merchant: Merchant, id: str, **wanted: Any) -> str:
    answer = merchant.ask_deposit(id, **wanted)
    assert answer.status == 201, answer
    return str(answer.body["id"])


def test_a_deposit_is_deducted_by_the_invoice_of_what_leaves(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=2)
    merchant.business(credit_limit="1000.00")
    body = merchant.on_account(RUCK_45=2) | {"purchase_order": "PO-4711"}
    id = merchant.place(body)
    world.settle()
    answer = merchant.ask_deposit(id, percent="30", due_on="2026-12-07")
    assert (answer.status, answer.body["type"], answer.body["gross"]) == (
        201,
        "prepayment",
        "79.41",
    )
    assert answer.body["fulfilment"] == ""
    world.settle()
    merchant.pay("T-1", "79.41", answer.body["number"])
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert documents(merchant, id) == [("prepayment", "79.41"), ("final", "185.29")]
    assert all(each["status"] == "archived" for each in order["documents"])
    assert [each["format"] for each in order["documents"]] == ["zugferd", "zugferd"]
    kinds = [mail.kind for mail in world.outside.mails]
    assert kinds == ["order_received", "invoice_issued", "parcel_shipped"]
    deposit = world.outside.mails[1]
    assert "79,41" in deposit.text
    assert "07.12.2026" in deposit.text
    assert "DE89370400440532013000" in deposit.text
    final = order["documents"][1]["id"]
    xml = world.placed(f"invoices/2026/11/{final}.xml").decode()
    assert "PO-4711" in xml
    assert order["documents"][0]["number"] in xml


def test_what_nobody_paid_of_deposits_is_credited_before_the_final_invoice(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=2)
    merchant.business(credit_limit="1000.00")
    id = merchant.place(merchant.on_account(RUCK_45=2))
    world.settle()
    first = merchant.ask_deposit(id, amount="100.00").body
    merchant.ask_deposit(id, amount="50.00")
    merchant.pay("T-1", "60.00", first["number"])
    merchant.whole_life(id)
    assert documents(merchant, id) == [
        ("prepayment", "100.00"), ("prepayment", "50.00"),
        ("credit_note", "50.00"), ("credit_note", "40.00"), ("final", "204.70"),
    ]  # fmt: skip
    order = merchant.order(id)
    assert all(each["status"] == "archived" for each in order["documents"])
    assert order["settlement"]["outstanding"] == "204.70"
    final = order["documents"][4]
    snapshot = world.ports("billing/issue_deposit").documents.snapshot(final["id"], Invoice)
    (deducted,) = snapshot.deposits
    (tax,) = deducted.taxes
    assert (deducted.number, str(tax.gross), str(tax.tax)) == (first["number"], "60.00", "9.58")
    merchant.pay("T-2", "204.70", final["number"])
    world.settle()
    assert merchant.order(id)["settlement"]["outstanding"] == "0"
    assert world.broken() == []


def test_without_any_money_shipments_are_billed_as_if_there_was_no_deposit(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=2)
    merchant.business(credit_limit="1000.00")
    id = merchant.place(merchant.on_account(RUCK_45=2))
    world.settle()
    asked(merchant, id, percent="30")
    merchant.whole_life(id)
    assert documents(merchant, id) == [
        ("prepayment", "79.41"), ("credit_note", "79.41"), ("invoice", "264.70"),
    ]  # fmt: skip
    assert world.broken() == []


def test_several_shipments_are_billed_once_when_the_last_has_left(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.count("B", ZELT_2=1)
    id = merchant.place(merchant.request(RUCK_45=1, ZELT_2=1))
    world.settle()
    asked(merchant, id, amount="100.00")
    asked(merchant, id, amount="50.00")
    first, second = (each["id"] for each in merchant.order(id)["fulfilments"])
    for fulfilment in (first, second):
        merchant.pack(fulfilment)
    merchant.ship(first)
    world.settle()
    assert documents(merchant, id) == [("prepayment", "100.00"), ("prepayment", "50.00")]
    assert [mail.kind for mail in world.outside.mails].count("parcel_shipped") == 1
    assert "Invoice.Awaited" in merchant.events(id)
    merchant.ship(second)
    world.settle()
    assert documents(merchant, id)[2:] == [("final", "333.80")]
    assert [mail.kind for mail in world.outside.mails].count("parcel_shipped") == 2
    merchant.deliver(id)
    world.settle()
    assert merchant.order(id)["status"] == "completed"


def test_a_deposit_on_a_cancelled_order_is_credited_whole(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    deposit = asked(merchant, id, amount="100.00")
    assert merchant.cancel(id).status == 200
    world.settle()
    (fulfilment,) = merchant.order(id)["fulfilments"]
    assert merchant.answer_recall(fulfilment["id"], "accepted").status == 200
    world.settle()
    order = merchant.order(id)
    assert order["status"] == "cancelled"
    assert documents(merchant, id) == [("prepayment", "100.00"), ("credit_note", "100.00")]
    assert order["documents"][1]["original"] == deposit
    assert order["waiting"] == []


def test_a_deposit_that_is_more_than_what_is_left_is_credited_in_part(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    asked(merchant, id, amount="250.00")
    asked(merchant, id, amount="50.00")
    assert merchant.cancel(id, {"1": 2}).status == 200
    world.settle()
    assert documents(merchant, id)[2:] == [("credit_note", "50.00"), ("credit_note", "115.20")]
    merchant.whole_life(id)
    assert documents(merchant, id)[4:] == [("final", "0.00")]
    assert billed(merchant, id) == Decimal("134.80")
    assert merchant.order(id)["status"] == "completed"


def test_the_last_piece_is_cancelled_after_the_others_left(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    asked(merchant, id, percent="20")
    merchant.fulfil(id)
    world.settle()
    merchant.deliver(id)
    world.settle()
    assert [type for type, _ in documents(merchant, id)] == ["prepayment"]
    assert merchant.cancel(id, {"1": 1}).status == 200
    world.settle()
    assert [type for type, _ in documents(merchant, id)] == ["prepayment", "final"]
    assert billed(merchant, id) == Decimal("134.80")
    assert world.outside.mails[-1].kind == "invoice_issued"
    assert merchant.order(id)["status"] == "completed"


def test_shipments_are_billed_one_by_one_once_their_deposit_is_credited(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    deposit = asked(merchant, id, amount="100.00")
    merchant.fulfil(id)
    world.settle()
    assert merchant.cancel_document(deposit).status == 201
    world.settle()
    assert documents(merchant, id) == [
        ("prepayment", "100.00"), ("credit_note", "100.00"), ("partial", "134.80"),
    ]  # fmt: skip
    merchant.count("A", RUCK_45=1)
    merchant.whole_life(id)
    assert documents(merchant, id)[3:] == [("partial", "129.90")]
    assert merchant.order(id)["status"] == "completed"


def test_a_shipment_that_was_billed_stays_so_and_the_rest_gets_a_final_invoice(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    merchant.fulfil(id)
    world.settle()
    too_much = merchant.ask_deposit(id, amount="264.70")
    assert (too_much.status, too_much.body["errors"][0]["reason"]) == (409, "at most 259.80")
    asked(merchant, id, amount="100.00")
    merchant.count("B", RUCK_45=2)
    world.settle()
    merchant.whole_life(id)
    assert documents(merchant, id) == [
        ("partial", "134.80"), ("prepayment", "100.00"), ("final", "159.80"),
    ]  # fmt: skip
    assert merchant.order(id)["status"] == "completed"


def test_what_a_final_invoice_deducted_is_credited_by_it_alone(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    deposit = asked(merchant, id, amount="100.00")
    merchant.whole_life(id)
    final = merchant.order(id)["documents"][1]["id"]
    refused = merchant.cancel_document(deposit)
    assert (refused.status, refused.body["title"]) == (409, "deposit deducted")
    assert (
        merchant.credit(id, final, lines=[{"number": "1", "quantity": 1}]).body["gross"] == "129.90"
    )
    assert merchant.cancel_document(final).body["gross"] == "134.80"
    assert billed(merchant, id) == 0
    world.settle()
    again = merchant.correct_document(final)
    assert (again.status, again.body["gross"]) == (201, "264.70")
    world.settle()
    assert billed(merchant, id) == Decimal("264.70")


def test_a_deposit_by_card_is_captured_at_once_and_given_back_with_the_order(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.by_card(RUCK_45=3))
    world.settle()
    asked(merchant, id, amount="300.00")
    world.settle()
    assert merchant.order(id)["documents"][0]["gross"] == "300.00"
    assert moved(world, id) == (Decimal("300.00"), EMPTY)
    assert merchant.cancel(id, {"1": 2}).status == 200
    world.settle()
    assert documents(merchant, id)[1:] == [("credit_note", "165.20")]
    assert moved(world, id) == (Decimal("300.00"), Decimal("165.20"))
    merchant.whole_life(id)
    assert documents(merchant, id)[2:] == [("final", "0.00")]
    assert moved(world, id) == (Decimal("300.00"), Decimal("165.20"))
    assert merchant.order(id)["status"] == "completed"


def test_what_a_deposit_by_card_left_is_captured_with_the_final_invoice(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.by_card(RUCK_45=2))
    world.settle()
    asked(merchant, id, percent="30")
    merchant.whole_life(id)
    assert moved(world, id) == (Decimal("264.70"), EMPTY)
    final = merchant.order(id)["documents"][1]["id"]
    assert merchant.cancel_document(final).body["gross"] == "264.70"
    world.settle()
    assert moved(world, id) == (Decimal("264.70"), Decimal("264.70"))


def moved(world: World, id: str) -> tuple[Decimal, Decimal]:
    """What was captured and what was given back."""
    order = world.ports("billing/issue_deposit").orders.get(id).order
    return captured(order), refunded(order)


@pytest.mark.parametrize("seed", range(6))
def test_in_any_disorder_the_documents_add_up(seed: int) -> None:
    with opened(seed=seed, chaos=WILD) as world:
        merchant = Merchant(world)
        merchant.count("A", RUCK_45=2)
        merchant.business(credit_limit="9000.00")
        id = merchant.place(merchant.on_account(RUCK_45=3, SOCKE_42=2))
        world.settle()
        first = merchant.ask_deposit(id, "first", percent="50")
        assert first.status == 201
        merchant.pay("T-1", "100.00", first.body["number"])
        merchant.fulfil(id)
        assert merchant.ask_deposit(id, "second", amount="120.00").status == 201
        assert merchant.ask_deposit(id, "second", amount="120.00").status == 201
        merchant.cancel(id, {"1": 1})
        world.settle()
        merchant.count("B", SOCKE_42=1 + seed % 2)
        merchant.whole_life(id)
        left = merchant.order(id)["lines"][1]["quantities"]["backordered"]
        if left:
            assert merchant.cancel(id, {"2": left}).status == 200
            world.settle()
        order = merchant.order(id)
        assert order["status"] == "completed", order["waiting"]
        pieces = [line["quantities"]["delivered"] for line in order["lines"]]
        due = pieces[0] * Decimal("129.90") + pieces[1] * Decimal("14.50") + Decimal("4.90")
        assert billed(merchant, id) == due
        finals = [type for type, _ in documents(merchant, id) if type == "final"]
        assert len(finals) == 1
        assert world.broken() == []
