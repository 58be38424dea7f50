"""What ships is captured, what is credited goes back, and what cannot be moved is somebody's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import SELLER, Merchant
from tests.world.world import World

DECIDE = "POST /v1/orders/{order}/payment-failures/{failure}"


def shipped(merchant: Merchant, reference: str = "", **quantities: int) -> str:
    """An order of socks by card, of which everything that is there has left."""
    id = merchant.place(merchant.by_card(reference, **(quantities or {"SOCKE_42": 2})))
    merchant.world.settle()
    merchant.fulfil(id)
    merchant.world.settle()
    return id


def money(merchant: Merchant, id: str) -> dict[str, Any]:
    settlement: dict[str, Any] = merchant.order(id)["settlement"]
    return settlement


def decide(merchant: Merchant, id: str, decision: str, **more: Any) -> Any:
    body = {"decision": decision, "reason": "spoke with the customer", **more}
    return merchant.world.call(DECIDE, merchant.clerk, body, order=id, failure="failure_1")


def waits(merchant: Merchant, id: str) -> list[tuple[str, str]]:
    return [(each["party"], each["cause"]) for each in merchant.order(id)["waiting"]]


def credit(merchant: Merchant, id: str, quantity: int = 1) -> None:
    invoice = merchant.order(id)["documents"][0]["id"]
    lines = [{"number": "1", "quantity": quantity}]
    assert merchant.credit(id, invoice, f"back-{quantity}", lines=lines).status == 201


def test_what_ships_is_captured_once(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant)
    order = merchant.order(id)
    (capture,) = order["captures"]
    assert capture["amount"] == "33.90"
    assert capture["document"] == order["documents"][0]["id"]
    assert capture["by"] == "test"
    assert order["settlement"]["state"] == "captured"
    merchant.deliver(id)
    world.settle()
    assert merchant.order(id)["status"] == "completed"
    for step in ("payments/capture_payment", "payments/refund_payment"):
        again(world, step, id)
    assert len(merchant.order(id)["captures"]) == 1
    assert merchant.events(id).count("Payment.Captured") == 1


def again(world: World, step: str, id: str) -> None:
    """An event comes once more."""
    body = f'{{"type": "Invoice.Issued", "aggregate": "order/{id}", "id": "evt_again"}}'
    record = {
        "messageId": "again",
        "receiptHandle": "again/1",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
    }
    assert world.invoke(step, {"Records": [record]}) == {"batchItemFailures": []}


def test_each_shipment_is_captured_by_itself(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=1)
    id = shipped(merchant, SOCKE_42=2)
    assert money(merchant, id)["captured"] == "19.40"
    assert money(merchant, id)["state"] == "partly_captured"
    merchant.count("A", SOCKE_42=1)
    world.settle()
    merchant.fulfil(id)
    world.settle()
    assert [each["amount"] for each in merchant.order(id)["captures"]] == ["19.40", "14.50"]


def test_one_capture_is_made_at_the_last_shipment(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=1)
    id = shipped(merchant, "once-1", SOCKE_42=2)
    assert money(merchant, id)["captured"] == "0"
    assert ("auftakt", "capture") in waits(merchant, id)
    merchant.count("A", SOCKE_42=1)
    world.settle()
    merchant.fulfil(id)
    world.settle()
    assert money(merchant, id)["captured"] == "33.90"
    assert len({each["document"] for each in merchant.order(id)["captures"]}) == 2


def test_one_capture_is_made_before_the_authorisation_ends(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", SOCKE_42=1)
    id = shipped(merchant, "once-1", SOCKE_42=2)
    world.pass_time(days=6, hours=13)
    world.tick()
    assert money(merchant, id)["captured"] == "19.40"
    merchant.count("A", SOCKE_42=1)
    world.settle()
    merchant.fulfil(id)
    world.settle()
    (failure,) = merchant.order(id)["payment_failures"]
    assert (failure["reason"], failure["amount"]) == ("authorisation_used_up", "14.50")


def test_cancelling_the_rest_makes_the_one_capture(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=1)
    id = shipped(merchant, "once-1", SOCKE_42=2)
    assert merchant.cancel(id, {"1": 1}).status == 200
    world.settle()
    assert money(merchant, id)["captured"] == "19.40"


@pytest.mark.parametrize(("kind", "reason"), [("declined", "declined"), ("expired", "expired")])
def test_what_cannot_be_captured_waits_for_a_clerk(
    world: World, merchant: Merchant, kind: str, reason: str
) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant, f"{kind}-1")
    (failure,) = merchant.order(id)["payment_failures"]
    assert (failure["reason"], failure["amount"]) == (reason, "33.90")
    merchant.deliver(id)
    world.settle()
    assert waits(merchant, id) == [("clerk", "payment_capture_failed")]
    assert merchant.order(id)["status"] == "delivered"
    assert decide(merchant, id, "retry").status == 200
    world.settle()
    assert len(merchant.order(id)["payment_failures"]) == 2


def test_another_authorisation_pays_what_could_not_be_captured(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant, "declined-1")
    merchant.deliver(id)
    world.settle()
    little = {"reference": "card-little", "amount": "33.89"}
    refused = decide(merchant, id, "retry", payment=little)
    assert (refused.status, refused.body["title"]) == (409, "authorised too little")
    another = {"reference": "card-another", "amount": "33.90"}
    assert decide(merchant, id, "retry", payment=another).status == 200
    assert decide(merchant, id, "retry", payment=another).status == 200
    world.settle()
    order = merchant.order(id)
    assert [each["authorisation"] for each in order["captures"]] == ["card-another"]
    assert order["status"] == "completed"
    assert order["waiting"] == []


def test_what_is_left_so_is_not_tried_again(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant, "declined-1")
    merchant.deliver(id)
    world.settle()
    assert decide(merchant, id, "leave").status == 200
    assert decide(merchant, id, "leave").status == 200
    assert decide(merchant, id, "retry").body["title"] == "failure closed"
    world.settle()
    assert merchant.order(id)["status"] == "completed"
    assert money(merchant, id)["unpaid"] == "33.90"


def test_money_of_the_bank_mends_a_failure(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant, "declined-1")
    row = {"transaction_id": "T-1", "amount": "33.90", "currency": "EUR"}
    row |= {"reference": merchant.order(id)["external_number"], "value_date": "2026-11-24"}
    merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})
    merchant.deliver(id)
    world.settle()
    assert merchant.order(id)["status"] == "completed"


def test_half_an_authorisation_is_taken_and_the_rest_is_told(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant, "half-1")
    assert money(merchant, id)["captured"] == "16.95"
    (failure,) = merchant.order(id)["payment_failures"]
    assert failure["amount"] == "16.95"


@pytest.mark.parametrize("kind", ["timeout", "down"])
def test_a_provider_that_does_not_answer_is_asked_again(
    world: World, merchant: Merchant, kind: str
) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant, f"{kind}-1")
    assert money(merchant, id)["captured"] == "33.90"
    assert merchant.order(id)["payment_failures"] == []
    assert world.letters() == []


def test_what_is_credited_goes_back(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant)
    credit(merchant, id)
    world.settle()
    order = merchant.order(id)
    (refund,) = order["refunds"]
    assert (refund["amount"], refund["document"]) == ("14.50", order["documents"][1]["id"])
    assert order["settlement"]["state"] == "partly_refunded"
    again(world, "payments/refund_payment", id)
    assert len(merchant.order(id)["refunds"]) == 1
    assert merchant.cancel_document(order["documents"][0]["id"]).status == 201
    world.settle()
    assert money(merchant, id)["refunded"] == "33.90"
    assert money(merchant, id)["state"] == "refunded"


def test_a_refund_that_fails_waits_for_a_clerk(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=2)
    id = shipped(merchant, "norefund-1")
    credit(merchant, id)
    world.settle()
    assert ("clerk", "payment_refund_failed") in waits(merchant, id)
    refused = decide(merchant, id, "retry", payment={"reference": "x-1", "amount": "99"})
    assert refused.body["title"] == "no authorisation needed"
    assert decide(merchant, id, "leave").status == 200
    world.settle()
    assert ("clerk", "payment_refund_failed") not in waits(merchant, id)


def test_what_came_by_bank_is_not_refunded_by_the_provider(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", SOCKE_42=2)
    body = merchant.by_card(SOCKE_42=2)
    body["payment"]["amount"] = "23.90"
    id = merchant.place(body)
    world.settle()
    row = {"transaction_id": "T-1", "amount": "10.00", "currency": "EUR"}
    row |= {"reference": body["external_number"], "value_date": "2026-11-24"}
    merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})
    world.settle()
    merchant.fulfil(id)
    world.settle()
    assert money(merchant, id)["captured"] == "23.90"
    assert merchant.cancel_document(merchant.order(id)["documents"][0]["id"]).status == 201
    world.settle()
    assert money(merchant, id)["refunded"] == "23.90"
    assert waits(merchant, id) == [("carrier", "shipped")]


def test_a_cancelled_order_lets_go_of_its_authorisation(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.by_card(SOCKE_42=2))
    world.settle()
    assert merchant.cancel(id).status == 200
    world.settle()
    assert money(merchant, id)["state"] == "voided"
    assert merchant.events(id)[-1] == "Payment.Voided" or "Payment.Voided" in merchant.events(id)
    assert waits(merchant, id) == []


def test_what_was_captured_before_goes_back_when_it_is_cancelled(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", SOCKE_42=1)
    body = merchant.by_card(SOCKE_42=2)
    body["payment"]["status"] = "captured"
    id = merchant.place(body)
    world.settle()
    merchant.fulfil(id)
    world.settle()
    assert merchant.order(id)["captures"] == []
    assert merchant.cancel(id, {"1": 1}).status == 200
    world.settle()
    (refund,) = merchant.order(id)["refunds"]
    assert (refund["document"], refund["amount"]) == ("", "14.50")


def test_an_authorisation_pays_one_order(world: World, merchant: Merchant) -> None:
    first = merchant.by_card("card-1", SOCKE_42=1)
    id = merchant.place(first)
    assert merchant.place(first) == id
    headers = {"Idempotency-Key": "second"}
    second = merchant.by_card("card-1", SOCKE_42=1)
    answer = world.call("POST /v1/orders", merchant.shop, second, headers=headers)
    assert (answer.status, answer.body["title"]) == (409, "authorisation taken")


def test_a_provider_must_be_allowed_and_the_payment_named(world: World, merchant: Merchant) -> None:
    body: dict[str, Any] = {"name": "Berg", "seller": SELLER, "support_email": "hilfe@berg.example"}
    body["payment"] = {"providers": ["stripe"]}
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    world.pass_time(minutes=10)
    headers = {"Idempotency-Key": "one"}
    answer = world.call(
        "POST /v1/orders", merchant.shop, merchant.by_card(SOCKE_42=1), headers=headers
    )
    assert answer.body["errors"][0]["field"] == "payment.provider"
    wrong = merchant.by_card("PAY-1", SOCKE_42=1)
    wrong["payment"]["provider"] = "stripe"
    answer = world.call("POST /v1/orders", merchant.shop, wrong, headers=headers)
    assert answer.status == 422


def test_a_shop_that_moves_the_money_itself_tells(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=2)
    id = merchant.place(merchant.request(SOCKE_42=2))
    world.settle()
    merchant.fulfil(id)
    world.settle()
    invoice = merchant.order(id)["documents"][0]["id"]
    told = {"amount": "33.90", "reference": "X-1", "document": invoice}
    for _ in range(2):
        answer = world.call("POST /v1/orders/{order}/captures", merchant.shop, told, order=id)
        assert answer.status == 200
    assert money(merchant, id)["captured"] == "33.90"
    other = {**told, "reference": "X-2", "amount": "0.01"}
    answer = world.call("POST /v1/orders/{order}/captures", merchant.shop, other, order=id)
    assert answer.body["title"] == "more than authorised"
    back = {"amount": "14.50", "reference": "R-1"}
    answer = world.call("POST /v1/orders/{order}/refunds", merchant.shop, back, order=id)
    assert answer.body["settlement"]["refunded"] == "14.50"
    ours = merchant.place(merchant.by_card(SOCKE_42=1))
    answer = world.call("POST /v1/orders/{order}/captures", merchant.shop, told, order=ours)
    assert answer.body["title"] == "provider moves it"
    theirs = world.call("POST /v1/orders/{order}/captures", merchant.other_shop, told, order=id)
    assert theirs.status == 404


def test_the_test_provider_stays_out_of_production(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.count("A", SOCKE_42=2)
    id = merchant.place(merchant.by_card(SOCKE_42=2))
    world.settle()
    monkeypatch.setattr("oms_aws.platform.wiring.PlatformWiring.rehearses", False)
    answer = world.call(
        "POST /v1/orders",
        merchant.shop,
        merchant.by_card(SOCKE_42=1),
        headers={"Idempotency-Key": "one"},
    )
    assert answer.status == 422
    merchant.fulfil(id)
    world.settle()
    (letter,) = [each for each in world.letters() if each["step"] == "payments/capture_payment"]
    assert "not allowed" in letter["reason"]
    monkeypatch.undo()
    merchant.do("POST /v1/dead-letters/{letter}/redrive", merchant.clerk, letter=letter["id"])
    world.pass_time(hours=1)
    world.settle()
    assert money(merchant, id)["captured"] == "33.90"
