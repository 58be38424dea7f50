"""What a step gives up becomes a dead letter with its reason, and can be sent back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oms_aws.platform.attributes import marshal
from oms_aws.platform.mail import LONGEST, SesMail
from tests.world.faults import Crash
from tests.world.merchant import Merchant
from tests.world.world import World

REDRIVE = "POST /v1/dead-letters/{letter}/redrive"


def redrive(merchant: Merchant, step: str) -> None:
    """Send back the step's letters that nobody sent back yet."""
    found = merchant.do("GET /v1/dead-letters", merchant.clerk)["items"]
    for letter in found:
        if letter["step"] == step and not letter["redriven_at"]:
            merchant.do(REDRIVE, merchant.clerk, letter=letter["id"])


def test_poison_shows_up_with_its_reason(world: World, merchant: Merchant) -> None:
    world.outside.send("auftakt-orders-start_intake", "not json")
    world.settle()
    (letter,) = merchant.do("GET /v1/dead-letters", merchant.clerk)["items"]
    assert letter["step"] == "orders/start_intake"
    assert "DecodeError" in letter["reason"]
    assert letter["body"] == "not json"


def test_poison_in_a_batch_stops_nobody_else(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    world.outside.send("auftakt-orders-start_intake", '{"type": 3}')
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert merchant.order(id)["status"] == "released"


def test_refused_mail_is_a_dead_letter_and_goes_out_when_sent_back(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    world.outside.refusing_mail = True
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    (letter,) = world.letters()
    assert "MessageRejected" in letter["reason"]
    world.outside.refusing_mail = False
    redrive(merchant, "notices/tell_customer")
    world.settle()
    assert [mail.kind for mail in world.outside.mails] == ["order_received"]


def test_mail_that_may_have_gone_is_a_dead_letter_once_nobody_can_be_sending_it(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off between asking SES and noting its answer: nobody waits for the last of five tries."""
    send = SesMail.send

    def cut_off(mail: SesMail, *what: Any) -> str:
        send(mail, *what)
        monkeypatch.undo()
        raise Crash("cut off")

    monkeypatch.setattr(SesMail, "send", cut_off)
    merchant.count("A", RUCK_45=1)
    merchant.place(merchant.request(RUCK_45=1))
    began = world.time
    world.settle()
    (letter,) = world.letters()
    assert "OutcomeUnknown" in letter["reason"]
    assert LONGEST < world.time - began < 4 * LONGEST
    redrive(merchant, "notices/tell_customer")
    world.settle()
    assert [mail.kind for mail in world.outside.mails] == ["order_received"] * 2


def test_failed_intake_is_a_dead_letter_however_often_it_is_sent_back(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    put_product(world, "RUCK-45", "spoilt")
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    for _ in range(2):
        redrive(merchant, "orders/start_intake")
        world.settle()
    letters = [li for li in world.letters() if li["step"] == "orders/start_intake"]
    assert [json.loads(letter["body"])["aggregate"] for letter in letters] == [f"order/{id}"] * 3
    assert all("JSON is malformed" in letter["reason"] for letter in letters)
    put_product(world, "RUCK-45", '{"sku": "RUCK-45", "name": {"de": "Rucksack"}}')
    redrive(merchant, "orders/start_intake")
    redrive(merchant, "notices/tell_customer")
    world.settle()
    assert merchant.order(id)["status"] == "released"


def put_product(world: World, sku: str, body: str) -> None:
    """Put a product behind the system's back, and let everyone forget the one before."""
    item = {"pk": f"PRODUCT#{sku}", "sk": "PRODUCT", "body": body, "version": 1}
    world.dynamodb.put_item(TableName=world.table.name, Item=marshal(item))
    world.pass_time(hours=1)


def test_invoice_for_a_product_that_is_gone_waits_as_a_dead_letter(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1, GONE_1=1))
    world.settle()
    body = {"name": {"de": "Weg"}}
    merchant.do("PUT /v1/products/{sku}", merchant.clerk, body, sku="GONE-1")
    merchant.count("A", GONE_1=1)
    merchant.release(id)
    world.settle()
    merchant.fulfil(id)
    gone = {"pk": {"S": "PRODUCT#GONE-1"}, "sk": {"S": "PRODUCT"}}
    world.dynamodb.delete_item(TableName=world.table.name, Key=gone)
    world.settle()
    (letter,) = world.letters()
    assert (letter["step"], "GONE-1" in letter["reason"]) == ("billing/issue_invoice", True)
    merchant.do("PUT /v1/products/{sku}", merchant.clerk, body, sku="GONE-1")
    redrive(merchant, "billing/issue_invoice")
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"


def test_subscriber_that_never_answers_exhausts_the_delivery(
    world: World, merchant: Merchant
) -> None:
    subscribed = merchant.do(
        "POST /v1/webhooks",
        merchant.shop,
        {"url": "http://127.0.0.1:9/hook", "events": ["Order.Created"]},
    )
    world.subscriber.status = 500
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    path = {"endpoint": subscribed["id"]}
    (delivery,) = merchant.do("GET /v1/webhooks/{endpoint}/deliveries", merchant.shop, **path)[
        "items"
    ]
    assert (delivery["state"], delivery["attempts"]) == ("exhausted", 8)
    assert "Webhook.Exhausted" in merchant.events(id)
    world.subscriber.status = 204
    redrive(merchant, "notices/tell_subscriber")
    world.settle()
    assert [told["type"] for told in world.subscriber.heard] == ["Order.Created"]


def test_dead_letter_speaks_for_its_order_however_late_it_is(
    world: World, merchant: Merchant
) -> None:
    put_product(world, "RUCK-45", "spoilt")
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    world.pass_time(days=1)
    assert world.letters()
    assert world.broken() == []


def test_letter_that_cannot_be_kept_leaves_the_others_of_its_batch_alone(world: World) -> None:
    good = {
        "messageId": "m-1",
        "body": "not json",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:auftakt-dead-letters",
        "attributes": {"SentTimestamp": "1795459662529", "ApproximateReceiveCount": "1"},
        "messageAttributes": {
            "Step": {"dataType": "String", "stringValue": "billing/issue_invoice"}
        },
    }
    bad = {**good, "messageId": "m-2", "attributes": {}}
    answer = world.invoke("records/keep_dead_letter", {"Records": [bad, good]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-2"}]}
    assert [letter["step"] for letter in world.letters()] == ["billing/issue_invoice"]
