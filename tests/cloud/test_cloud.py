"""The embedded cloud serves everything on one port and loses nothing when it ends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.cloud.system import ORDER, PRODUCT, System, aws, client, documents, told, until, wait_for

pytestmark = pytest.mark.cloud


def test_one_port_serves_api_pages_and_aws(system: System) -> None:
    with client(system) as http:
        assert http.get("/v1/health").json()["status"] == "ok"
        assert http.get("/docs").status_code == 200
        assert http.get("/mailbox").json()["items"] == []
        page = http.get("/mailbox", headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert http.get("/v1/orders", headers={"Authorization": ""}).status_code == 401
    assert documents(system).list_buckets()["Buckets"]


def test_what_there_is_not_is_a_problem_and_the_first_page_says_what_there_is(
    system: System,
) -> None:
    with client(system) as http:
        missing, wrong = http.get("/v2/orders"), http.delete("/v1/orders")
        assert (missing.status_code, missing.json()["title"]) == (404, "route unknown")
        assert missing.headers["content-type"] == "application/problem+json"
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")
        assert http.post("/anything", content=b"x").status_code == 404
        assert "Mailbox" in http.get("/", headers={"Accept": "text/html"}).text
        assert "OpenAPI" in http.get("/").text


def test_body_that_no_function_could_take_is_refused(system: System) -> None:
    with client(system) as http:
        answer = http.post("/v1/orders", content=b"[" + b"1" * 10_000_000 + b"]")
    assert answer.status_code == 413


def test_up_says_that_it_is_up(system: System) -> None:
    assert system.call("up").stdout.startswith("already up")


MANY = 10_000
MOST_SECONDS = 300


def test_a_thousand_products_come_by_csv_in_the_time_of_one_call(
    system: System, tmp_path: Path
) -> None:
    """A batch has 29 seconds on AWS; one row is broken, and it alone is refused."""
    file = tmp_path / "products.csv"
    rows = [f"BULK-{n:04d};Ding {n};{'?' if n == 500 else n}" for n in range(1_001)]
    file.write_text("sku;name_de;weight_g\n" + "\n".join(rows), encoding="utf-8-sig")
    system.up()
    began = time.monotonic()
    done = system.call("import", "products", str(file))
    assert time.monotonic() - began < 29
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "line 502: weight_g: '?' is no whole number",
        "products: 1000 stored, 0 unchanged, 1 refused",
    ]
    with client(system, "clerk") as http:
        found = http.get("/v1/products", params={"limit": "100"}).json()
        assert len(found["items"]) == 100
        (change,) = http.get("/v1/products/BULK-0007/history").json()["items"]
    assert (change["actor"], change["before"]) == ("clerk:clerk", None)


def test_ten_thousand_counts_come_in_one_file(
    system: System, record_property: Callable[[str, object], None]
) -> None:
    skus = [f"BULK-{n:05d}" for n in range(MANY)]
    offer(system, skus)
    text = "sku,on_hand\n" + "".join(f"{sku},{n % 7}\n" for n, sku in enumerate(skus))
    with client(system, "wms") as http:
        body = {"location": "A", "as_of": datetime.now(UTC).isoformat(), "format": "csv"}
        form = http.post("/v1/stock/uploads", json=body).json()
        began = time.monotonic()
        sent = httpx.post(form["url"], data=form["fields"], files={"file": text}, timeout=60)
        assert sent.status_code == 204, sent.text
        found = wait_for(http, f"/v1/stock/uploads/{form['id']}", MOST_SECONDS)
        record_property("seconds", round(time.monotonic() - began, 1))
        assert (found["taken"], found["changed"], found["broken"]) == (MANY, MANY, 0)
        assert http.get(f"/v1/stock/{skus[6]}").json()["promisable"] == 6


def offer(system: System, skus: list[str]) -> None:
    """Products of these SKUs, as many to a call as it takes."""
    with client(system, "clerk") as http:
        for start in range(0, len(skus), 1_000):
            rows = [{"sku": sku, "name": {"de": sku}} for sku in skus[start : start + 1_000]]
            assert http.post("/v1/products/batch", json={"items": rows}).status_code == 200


def test_order_goes_its_way_after_a_restart(system: System) -> None:
    assert system.call("down").returncode == 0
    with client(system) as http:
        order = {**ORDER, "external_number": "AFTER-RESTART"}
        placed = http.post("/v1/orders", json=order, headers={"Idempotency-Key": "restart"})
        assert placed.status_code == 202, placed.text
        path = placed.headers["Location"]
        until(lambda: http.get(path).json()["status"] != "received", 120)


def test_customer_of_a_backorder_is_told_its_day_and_that_it_changed(system: System) -> None:
    sku = "SELTEN-1"
    order = {
        **ORDER,
        "external_number": "WAITS",
        "lines": [{"number": "1", "sku": sku, "quantity": 2, "unit_price": "129.90"}],
    }
    with client(system, "clerk") as clerk, client(system) as shop:
        assert clerk.put(f"/v1/products/{sku}", json=PRODUCT).status_code == 200
        expect(clerk, sku, "2026-12-04")
        headers = {"Idempotency-Key": "waits"}
        assert shop.post("/v1/orders", json=order, headers=headers).status_code == 202
        first = mail_about(shop, "WAITS", "04.12.2026")
        assert first["subject"].endswith("Lieferzeit")
        expect(clerk, sku, "2026-12-18")
        assert mail_about(shop, "WAITS", "18.12.2026")["subject"].endswith("neuer Liefertermin")


def expect(clerk: httpx.Client, sku: str, day: str) -> None:
    """A supplier is to deliver on a day."""
    line = {"number": "1", "sku": sku, "quantity": 5, "expected_on": day}
    answer = clerk.put("/v1/purchase-orders/PO-1", json={"location": "A", "lines": [line]})
    assert answer.status_code == 200, answer.text


def mail_about(shop: httpx.Client, order: str, text: str) -> dict[str, Any]:
    """The mail about an order that says something, once it has come."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        for mail in shop.get("/mailbox").json()["items"]:
            found: dict[str, Any] = mail
            if order in found["subject"] and text in json.dumps(found, ensure_ascii=False):
                return found
        time.sleep(0.3)
    raise AssertionError(f"no mail about {order} says {text}")


def test_hard_kill_is_noticed_and_loses_nothing_that_was_saved(system: System) -> None:
    with client(system, "clerk") as http:
        assert http.put("/v1/products/RUCK-45", json=PRODUCT).status_code in (200, 201)
        assert http.get("/_auftakt/save").json() == {"saved": True}
    system.kill()
    status = system.call("status")
    assert status.returncode == 1
    assert "ended unexpectedly" in status.stderr
    with client(system) as http:
        assert http.get("/v1/products/RUCK-45").json()["name"]["de"] == "Rucksack"


def test_locked_document_cannot_be_deleted_even_after_a_restart(system: System) -> None:
    bucket = next(
        found["Name"]
        for found in documents(system).list_buckets()["Buckets"]
        if not found["Name"].startswith("cdk-")
    )
    put = documents(system).put_object(Bucket=bucket, Key="test.txt", Body=b"kept")
    version = {"Bucket": bucket, "Key": "test.txt", "VersionId": put["VersionId"]}
    for restart in (False, True):
        if restart:
            system.call("down")
        with pytest.raises(ClientError, match="AccessDenied"):
            documents(system).delete_object(**version)


def test_order_is_changed_and_cancelled_while_a_warehouse_has_it(system: System) -> None:
    with client(system, "clerk") as clerk:
        assert clerk.put("/v1/products/RUCK-45", json=PRODUCT).status_code in (200, 201)
    with client(system) as shop, client(system, "wms") as wms:
        now = datetime.now(UTC).isoformat()
        count = {"location": "A", "as_of": now, "rows": [{"sku": "RUCK-45", "on_hand": 50}]}
        assert wms.post("/v1/stock/batch", json=count).status_code == 200
        order = {**ORDER, "external_number": "RECALLED"}
        placed = shop.post("/v1/orders", json=order, headers={"Idempotency-Key": "recalled"})
        path = placed.headers["Location"]

        def recall(quantity: int) -> None:
            """The warehouse gives back what is recalled of the order."""
            (mine,) = until(
                lambda: [
                    f
                    for f in shop.get(path).json()["fulfilments"]
                    if f["recall"] and f["recall"]["status"] == "requested"
                ]
            )
            seen = wms.get(f"/v1/fulfilments/{mine['id']}").json()
            assert seen["recall"]["lines"][0]["quantity"] == quantity
            answer = {"answer": "accepted", "reason": "back on the shelf"}
            given = wms.post(f"/v1/fulfilments/{mine['id']}/recall", json=answer)
            assert given.status_code == 200, given.text

        until(lambda: shop.get(path).json()["status"] == "released")
        wanted = {"lines": [{"number": "1", "quantity": 1}], "reason": "one is enough"}
        seen = shop.post(f"{path}/changes", json=wanted).json()
        assert (seen["after"]["gross"], len(seen["recalls"])) == ("134.80", 1)
        confirm = shop.post(f"{path}/changes/{seen['id']}/confirm")
        assert confirm.json()["pending_change"]["id"] == seen["id"]
        recall(1)
        changed = until(lambda: (o := shop.get(path).json())["changes"] and o)
        assert changed["lines"][0]["quantities"]["released"] == 1
        body = {"cause": "customer", "reason": "bought elsewhere"}
        answer = shop.post(f"{path}/cancellations", json=body).json()
        assert answer["recalling"][0]["lines"][0]["quantity"] == 1
        recall(1)
        until(lambda: shop.get(path).json()["status"] == "cancelled")
        subjects = until(lambda: told(shop, "RECALLED", 3))
        assert any("geändert" in subject for subject in subjects)
        assert any("storniert" in subject for subject in subjects)


def test_fifo_queues_keep_the_turn_of_each_group(system: System) -> None:
    sqs = aws(system, "sqs")
    own = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    own |= {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    letters = sqs.create_queue(QueueName="turns-dlq.fifo", Attributes=own)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]
    policy = json.dumps({"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 3})
    queue = sqs.create_queue(QueueName="turns.fifo", Attributes={**own, "RedrivePolicy": policy})
    url = queue["QueueUrl"]

    def took(place: str = url) -> dict[str, str]:
        asked = {"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["MessageGroupId"]}
        found = sqs.receive_message(QueueUrl=place, **asked).get("Messages", [])
        return {m["Attributes"]["MessageGroupId"] + m["Body"]: m["ReceiptHandle"] for m in found}

    def let_go(found: dict[str, str]) -> None:
        for handle in found.values():
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)

    for group, body in ("a1", "a2", "b1", "a1"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    first = took()
    assert [*first] == ["a1", "a2", "b1"]
    sqs.send_message(QueueUrl=url, MessageBody="3", MessageGroupId="a")
    let_go({"a1": first["a1"]})
    assert took() == {}
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["a2"])
    second = took()
    assert [*second] == ["a1", "a3"]
    let_go(second)
    let_go(took())
    assert [*took()] == ["a3"]
    assert [*took(letters)] == ["a1"]
    for place in (url, letters):
        sqs.delete_queue(QueueUrl=place)


def test_shipment_that_gets_no_invoice_is_a_dead_letter_and_can_be_sent_back(
    system: System,
) -> None:
    signal = {"type": "Shipment.Confirmed", "aggregate": "order/ord_none", "shop": "berg-beutel"}
    body = json.dumps({**signal, "id": "evt_none", "facts": {"fulfilment": "ful_none"}})
    sqs = aws(system, "sqs")
    url = sqs.get_queue_url(QueueName="auftakt-billing-line_up_shipments")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=body)

    def letters() -> list[dict[str, Any]]:
        found = http.get("/v1/dead-letters").json()["items"]
        return [each for each in found if "ord_none" in each["body"]]

    with client(system, "clerk") as http:
        until(lambda: len(letters()) == 1)
        (letter,) = letters()
        assert (letter["step"], letter["group"]) == ("billing/issue_invoice", "berg-beutel")
        assert letter["reason"] == "Unknown: There is no order ord_none."
        assert http.post(f"/v1/dead-letters/{letter['id']}/redrive").status_code == 202
        until(lambda: len(letters()) == 2)
