"""Invoices of a shop are numbered in turn, ten in a transaction; none waits for one that fails."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from oms.billing.billing import invoice_of
from oms.core.refusals import NotNow
from oms.orders.documents import Document
from oms.orders.noting import note_exhausted
from oms_aws.billing import invoicing
from oms_aws.master.vat_checks import DynamoVatChecks
from oms_aws.orders.store import DynamoOrders, PreparedOrder
from oms_aws.platform import keys
from oms_aws.platform.example_values import ADDRESS
from oms_aws.platform.log import Saved
from oms_aws.platform.table import Unwritable
from tests.steps.billing.test_tax import BUSINESS, WIEN, counted, registered
from tests.steps.records.test_dead_letters import redrive
from tests.world.lives import stocked
from tests.world.merchant import Merchant

STEP = "billing/issue_invoice"
LINED_UP = "auftakt-billing-issue_invoice.fifo"


def packed(merchant: Merchant, many: int, *, key: str = "", **changes: Any) -> list[str]:
    """So many orders that are with their warehouse."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + many)
    bodies = [merchant.request(SOCKE_42=1) | changes for _ in range(many)]
    for body in bodies:
        body["payment"] = {**body["payment"], "amount": "99999.00"}
    orders = [merchant.place(body, key=key) for body in bodies]
    merchant.world.settle()
    return orders


def leave(merchant: Merchant, orders: Sequence[str]) -> list[str]:
    """They leave at the same time; what that causes is still to be delivered."""
    for id in orders:
        merchant.fulfil(id)
    return [*orders]


def shipped(merchant: Merchant, many: int, **changes: Any) -> list[str]:
    return leave(merchant, packed(merchant, many, **changes))


def documents(merchant: Merchant, orders: Sequence[str]) -> list[Document]:
    oms = merchant.world.ports("orders/read_order")
    found = oms.orders.get_many(orders)
    return [document for id in orders for document in found[id].order.documents]


def numbers(merchant: Merchant, orders: Sequence[str]) -> list[int]:
    return sorted(int(each.number.rpartition("-")[2]) for each in documents(merchant, orders))


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents each transaction issued."""
    found: list[int] = []
    save = DynamoOrders.save_together

    def noting(self: DynamoOrders, prepared: Sequence[PreparedOrder], also: Any = ()) -> None:
        save(self, prepared, also)
        if also:  # the numbers that were taken; mails are noted together as well
            found.append(len(prepared))

    monkeypatch.setattr(DynamoOrders, "save_together", noting)
    return found


def failing(
    monkeypatch: pytest.MonkeyPatch, meet: Callable[[Sequence[PreparedOrder]], None]
) -> None:
    """Let something happen before each transaction of the step."""
    save = DynamoOrders.save_together

    def met(self: DynamoOrders, prepared: Sequence[PreparedOrder], also: Any = ()) -> None:
        if also:
            meet(prepared)
        save(self, prepared, also)

    monkeypatch.setattr(DynamoOrders, "save_together", met)


def test_ten_documents_are_one_transaction(merchant: Merchant, transactions: list[int]) -> None:
    orders = shipped(merchant, 12)
    merchant.world.settle()
    assert numbers(merchant, orders) == list(range(1, 13))
    assert transactions == [10, 2]


def test_what_is_lined_up_twice_is_issued_once(merchant: Merchant, transactions: list[int]) -> None:
    world = merchant.world
    orders = shipped(merchant, 3)
    world.settle_stream()
    queue = world.outside.queues["auftakt-billing-line_up_shipments"]
    bodies = [message.body for message in queue]
    world.settle()
    world.pass_time(minutes=6)
    signals = [json.loads(body) for body in bodies]
    world.outside.send(LINED_UP, json.dumps(signals + signals[:1]), group="berg-beutel")
    world.outside.send(LINED_UP, json.dumps(signals[1]), group="berg-beutel")
    world.settle()
    assert numbers(merchant, orders) == [1, 2, 3]
    assert transactions == [3]


def test_the_same_shipment_twice_in_a_batch_gets_one_number(merchant: Merchant) -> None:
    world = merchant.world
    orders = shipped(merchant, 2)
    world.settle_stream()
    queue = world.outside.queues["auftakt-billing-line_up_shipments"]
    signals = [json.loads(message.body) for message in queue]
    queue.clear()
    world.outside.send(LINED_UP, json.dumps(signals * 3), group="berg-beutel")
    world.settle()
    assert numbers(merchant, orders) == [1, 2]


def test_two_shipments_of_an_order_in_a_batch_get_an_invoice_each(merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=1)
    merchant.count("B", RUCK_45=1)
    id = merchant.place(merchant.request(SOCKE_42=1, RUCK_45=1))
    merchant.world.settle()
    assert len(merchant.order(id)["fulfilments"]) == 2
    merchant.fulfil(id)
    merchant.world.settle()
    first, second = documents(merchant, [id])
    assert numbers(merchant, [id]) == [1, 2]
    assert str(first.gross + second.gross) == merchant.order(id)["totals"]["total"]


def test_each_shop_has_a_line_and_a_range_of_its_own(merchant: Merchant) -> None:
    ours = packed(merchant, 2)
    theirs = packed(merchant, 2, key=merchant.other_shop)
    leave(merchant, ours + theirs)
    world = merchant.world
    world.settle_stream()
    world._deliver("auftakt-billing-line_up_shipments")
    assert [message.group for message in world.outside.queues[LINED_UP]] == [
        "berg-beutel",
        "tal-tasche",
    ]
    world.settle()
    assert numbers(merchant, ours) == numbers(merchant, theirs) == [1, 2]


def test_one_that_cannot_be_issued_holds_up_no_other(merchant: Merchant) -> None:
    world = merchant.world
    world.settle()
    lost: dict[str, Any] = {
        "type": "Shipment.Confirmed",
        "aggregate": "order/ord_gone",
        "shop": "berg-beutel",
    }
    lost |= {"id": "evt_1", "facts": {"fulfilment": "ful_gone"}}
    orders = shipped(merchant, 4)
    world.outside.send("auftakt-billing-line_up_shipments", json.dumps(lost))
    world.settle()
    assert numbers(merchant, orders) == [1, 2, 3, 4]
    (letter,) = world.letters()
    assert letter["step"] == STEP
    assert letter["reason"] == "Unknown: There is no order ord_gone."
    assert (letter["group"], letter["tries"]) == ("berg-beutel", 1)
    for _ in range(2):
        redrive(merchant, STEP)
        world.settle()
    assert [json.loads(each["body"]).get("redriven", 0) for each in world.letters()] == [0, 1, 2]


def test_what_is_not_possible_now_steps_aside_and_comes_again(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()

    def unreachable(self: Any, shop: Any, order: Any) -> None:
        asked[order.id] += 1
        if asked[order.id] < 4:
            raise NotNow("VIES cannot be reached")

    world = merchant.world
    registered(merchant)
    monkeypatch.setattr(DynamoVatChecks, "at_issue", unreachable)
    (late,) = packed(merchant, 1, customer=BUSINESS, billing_address=WIEN)
    merchant.release(late)
    world.settle()
    orders = packed(merchant, 3)
    leave(merchant, [late, *orders])
    began = world.now()
    world.settle_stream()
    world._deliver("auftakt-billing-line_up_shipments")
    world._deliver(LINED_UP)
    assert numbers(merchant, orders) == [1, 2, 3]
    assert not world.outside.queues[LINED_UP]
    world.settle()
    assert numbers(merchant, [late]) == [4]
    assert asked[late] == 4
    assert 70 <= (world.now() - began).total_seconds() < 90
    assert not world.letters()


def test_what_is_never_possible_becomes_a_dead_letter(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = merchant.world
    (bad,) = shipped(merchant, 1)

    def broken(order: Any, *arguments: Any, **named: Any) -> Any:
        if order.id == bad:
            raise KeyError("a mistake of ours")
        return invoice_of(order, *arguments, **named)

    monkeypatch.setattr(invoicing, "invoice_of", broken)
    orders = shipped(merchant, 2)
    world.settle()
    assert numbers(merchant, orders) == [1, 2]
    (letter,) = world.letters()
    assert letter["reason"] == "KeyError: 'a mistake of ours'"
    assert letter["tries"] == 5
    monkeypatch.setattr(invoicing, "invoice_of", invoice_of)
    redrive(merchant, STEP)
    world.settle()
    assert numbers(merchant, [bad]) == [3]


def test_an_order_that_changes_meanwhile_is_read_again(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch, transactions: list[int]
) -> None:
    orders = shipped(merchant, 8)
    others = merchant.world.ports("orders/read_order").orders

    def between(prepared: Sequence[PreparedOrder]) -> None:
        if len(prepared) == 8:
            others.change(
                orders[5],
                lambda o: note_exhausted(o, "whe_1", "dlv_1", "410", merchant.world.now()),
                Saved("a", "b"),
            )

    failing(monkeypatch, between)
    merchant.world.settle()
    assert numbers(merchant, orders) == list(range(1, 9))
    assert transactions == [4, 4]


def test_who_is_always_slower_becomes_no_dead_letter_at_once(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document issued over HTTP takes the next number between our reading and our writing."""
    world = merchant.world
    orders = shipped(merchant, 3)
    rival = world.ports("orders/read_order")
    raced: list[int] = []

    def between(prepared: Sequence[PreparedOrder]) -> None:
        if len(raced) < 30:
            raced.append(len(prepared))
            rival.orders.change(
                prepared[0].stored.order.id,
                lambda o: note_exhausted(o, "whe_1", f"dlv_{len(raced)}", "410", world.now()),
                Saved("a", "b"),
            )

    failing(monkeypatch, between)
    world.settle()
    assert numbers(merchant, orders) == [1, 2, 3]
    assert not world.letters()


def test_what_one_transaction_cannot_hold_is_written_in_smaller_ones(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch, transactions: list[int]
) -> None:
    orders = shipped(merchant, 8)

    def too_large(prepared: Sequence[PreparedOrder]) -> None:
        if len(prepared) > 3:
            raise Unwritable("Transaction payload too large")

    failing(monkeypatch, too_large)
    merchant.world.settle()
    assert numbers(merchant, orders) == list(range(1, 9))
    assert transactions == [2, 2, 2, 2]


def test_an_order_that_no_transaction_holds_is_the_only_dead_letter(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = merchant.world
    orders = shipped(merchant, 6)

    def too_large(prepared: Sequence[PreparedOrder]) -> None:
        if orders[2] in {each.stored.order.id for each in prepared}:
            raise Unwritable("Item size has exceeded the maximum allowed size")

    failing(monkeypatch, too_large)
    world.settle()
    assert numbers(merchant, orders) == [1, 2, 3, 4, 5]
    (letter,) = world.letters()
    assert json.loads(letter["body"])["aggregate"] == f"order/{orders[2]}"
    assert letter["reason"] == "Unwritable: Item size has exceeded the maximum allowed size"


def test_a_transaction_holds_at_most_a_hundred_actions(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch, transactions: list[int]
) -> None:
    monkeypatch.setattr("oms_aws.billing.issuing.MOST_ACTIONS", 30)
    orders = shipped(merchant, 7)
    merchant.world.settle()
    assert numbers(merchant, orders) == list(range(1, 8))
    assert sum(transactions) == 7
    assert max(transactions) < 7


def test_distance_sales_of_a_transaction_move_their_counter_once(
    merchant: Merchant, transactions: list[int]
) -> None:
    registered(merchant, oss=True)
    price = {"number": "1", "sku": "SOCKE-42", "quantity": 1, "unit_price": "4000.00"}
    free = {"method": "standard", "price": "0.00"}
    net: dict[str, Any] = {
        "billing_address": WIEN,
        "price_mode": "net",
        "lines": [price],
        "shipping": free,
    }
    abroad = packed(merchant, 3, **net)
    home = packed(merchant, 1, billing_address=ADDRESS)
    leave(merchant, abroad + home)
    merchant.world.settle()
    assert transactions == [4]
    kept = counted(merchant)
    assert (kept["cents"], kept["crossed"], kept["moves"]) == (1200000, True, 1)
    gross = sorted(document.gross for document in documents(merchant, abroad))
    assert [str(each) for each in gross] == ["4760.00", "4760.00", "4800.00"]
    assert len(numbers(merchant, home)) == 1


def test_a_message_that_says_nothing_is_a_dead_letter_and_the_line_goes_on(
    merchant: Merchant,
) -> None:
    world = merchant.world
    world.outside.send(LINED_UP, "not json", group="berg-beutel")
    orders = shipped(merchant, 2)
    world.settle()
    assert numbers(merchant, orders) == [1, 2]
    (letter,) = world.letters()
    assert (letter["step"], letter["body"]) == (STEP, "not json")
    assert "DecodeError" in letter["reason"]


def test_signals_whose_step_dies_with_them_become_a_letter_each(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time-outs take the whole message with them; each of its shipments can be sent back alone."""
    world = merchant.world
    orders = shipped(merchant, 3)
    world.settle_stream()
    world._deliver("auftakt-billing-line_up_shipments")
    (message,) = world.outside.queues[LINED_UP]
    message.received = 1_000
    world.settle()
    letters = world.letters()
    assert {json.loads(each["body"])["aggregate"] for each in letters} == {
        f"order/{id}" for id in orders
    }
    assert all("cut off" in each["reason"] for each in letters)
    assert numbers(merchant, orders) == []
    redrive(merchant, STEP)
    world.settle()
    assert numbers(merchant, orders) == [1, 2, 3]


def test_the_counter_is_behind_no_entry(merchant: Merchant) -> None:
    shipped(merchant, 11)
    merchant.world.settle()
    table = merchant.world.ports("orders/read_order").table
    counter = table.get(keys.number_range("berg-beutel/RE-2026"))
    assert counter
    assert counter["last"] == 11
