"""Shipments that are billed together: once, twice, too early, refused, and another shop's."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pypdf
import pytest

from oms.billing.collecting import planned
from oms_aws.einvoice.rules import Fault
from tests.world.collective import (
    BERLIN,
    LIST,
    bills,
    broken_in,
    broken_without,
    close,
    credit_used,
    delivered,
    month_ends,
    reduce,
    snapshot,
)
from tests.world.functions import handler
from tests.world.merchant import SELLER, Merchant
from tests.world.opening import opened
from tests.world.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as made:
        yield made


@pytest.fixture
def merchant(world: World) -> Merchant:
    made = Merchant(world)
    made.count("A", SOCKE_42=1000, RUCK_45=1000)
    made.business(credit_limit="100000.00", billing={"collective": "monthly"})
    return made


def test_shipments_of_a_month_are_billed_once_it_is_over(merchant: Merchant) -> None:
    first, second = delivered(merchant), delivered(merchant)
    assert merchant.events(first).count("Invoice.Deferred") == 1
    assert merchant.order(first)["documents"] == []
    assert merchant.order(first)["waiting"][0]["cause"] == "collective_invoice"
    assert merchant.order(first)["status"] == "delivered"
    month_ends(merchant)
    (bill,) = bills(merchant)
    (document,) = bill["documents"]
    assert (bill["status"], bill["period"]) == ("settled", "2026-11")
    assert document["gross"] == str(2 * Decimal("33.90"))
    for id in (first, second):
        order = merchant.order(id)
        (share,) = order["documents"]
        assert (share["id"], share["type"], share["gross"]) == (
            document["id"], "collective", "33.90",
        )  # fmt: skip
        assert (share["status"], share["bill"]) == ("archived", bill["id"])
        assert order["status"] == "completed"
    paper = snapshot(merchant, document["id"])
    assert [line.order for line in paper.lines] == ["BB-1", "BB-2"]
    assert all(line.delivery_note and line.supplied_on for line in paper.lines)
    assert paper.period
    assert [str(day) for day in paper.period] == ["2026-11-01", "2026-11-30"]
    assert paper.terms
    assert merchant.world.broken() == []


def test_it_is_mailed_once_and_opens(merchant: Merchant) -> None:
    for _ in range(3):
        delivered(merchant)
    month_ends(merchant)
    kinds = [mail.kind for mail in merchant.world.outside.mails]
    assert kinds.count("parcel_shipped") == 3
    assert kinds.count("collective_issued") == 1
    id = bills(merchant)[0]["documents"][0]["id"]
    for format in ("pdf", "xml"):
        opened = merchant.world.call(
            "GET /v1/documents/{document}", merchant.shop, query={"format": format}, document=id
        )
        assert opened.status == 302
    other = merchant.world.call("GET /v1/documents/{document}", merchant.other_shop, document=id)
    assert other.status == 404


def test_nothing_is_issued_before_the_period_is_over_nor_twice_after(merchant: Merchant) -> None:
    delivered(merchant)
    merchant.world.time = datetime(2026, 11, 30, 23, 10, tzinfo=UTC)
    merchant.world.tick()
    assert [bill["status"] for bill in bills(merchant)] == ["open"]
    for _ in range(3):
        month_ends(merchant)
        merchant.world.pass_time(hours=7)
    (bill,) = bills(merchant)
    assert len(bill["documents"]) == 1
    assert merchant.world.broken() == []


def test_what_leaves_after_the_period_is_in_the_next_one(merchant: Merchant) -> None:
    early = delivered(merchant)
    month_ends(merchant)
    late = delivered(merchant)
    assert [bill["period"] for bill in bills(merchant)] == ["2026-12", "2026-11"]
    assert merchant.order(late)["documents"] == []
    assert len(merchant.order(early)["documents"]) == 1
    assert merchant.world.broken() == []


def test_a_clerk_bills_at_once_and_the_rest_of_the_month_is_another_bill(
    merchant: Merchant,
) -> None:
    delivered(merchant)
    assert close(merchant).status == 202
    merchant.world.settle()
    assert close(merchant).status == 404
    delivered(merchant)
    found = bills(merchant)
    assert [(bill["period"], bill["status"]) for bill in found] == [
        ("2026-11", "open"),
        ("2026-11", "settled"),
    ]
    month_ends(merchant)
    assert [len(bill["documents"]) for bill in bills(merchant)] == [1, 1]
    assert merchant.world.broken() == []


def test_who_may_close_and_whose(merchant: Merchant) -> None:
    delivered(merchant)
    assert close(merchant, merchant.shop).status == 403
    assert close(merchant, merchant.wms).status == 403
    listed = merchant.world.call(LIST, merchant.other_shop, customer="C-9")
    assert listed.body["items"] == []
    assert [bill["status"] for bill in bills(merchant)] == ["open"]


def test_only_what_is_bought_on_account_is_collected(merchant: Merchant) -> None:
    body = merchant.request(SOCKE_42=1)
    body["customer"] |= {"id": "C-9", "type": "B2B"}
    id = merchant.place(body)
    merchant.whole_life(id)
    (document,) = merchant.order(id)["documents"]
    assert document["type"] == "invoice"
    assert bills(merchant) == []


def test_what_differs_is_billed_apart_and_why_is_said(merchant: Merchant) -> None:
    delivered(merchant)
    other = merchant.on_account(SOCKE_42=1)
    other["billing_address"] = {**other["billing_address"], "line1": "Neue Str. 1"}
    delivered(merchant, other)
    net = merchant.on_account(SOCKE_42=1)
    net["price_mode"] = "net"
    delivered(merchant, net)
    month_ends(merchant)
    (bill,) = bills(merchant)
    assert [each["why"] for each in bill["documents"]] == ["", "buyer", "price mode"]
    assert merchant.world.broken() == []


def test_what_comes_back_before_it_is_billed_reduces_the_bill(merchant: Merchant) -> None:
    id = delivered(merchant)
    used = credit_used(merchant)
    answer = reduce(merchant, id, lines=[{"number": "1", "quantity": 1}])
    assert (answer.status, answer.body["credited"]) == (201, "14.50")
    assert credit_used(merchant) == used - Decimal("14.50")
    assert reduce(merchant, id, lines=[{"number": "1", "quantity": 1}]).body == answer.body
    again = reduce(merchant, id, "r2", lines=[{"number": "1", "quantity": 2}])
    assert again.status == 409
    assert again.body["type"].endswith("not_creditable")
    month_ends(merchant)
    (document,) = bills(merchant)[0]["documents"]
    assert document["gross"] == "19.40"
    paper = snapshot(merchant, document["id"])
    assert [(li.quantity, li.credits) for li in paper.lines] == [(2, None), (-1, "1")]
    assert reduce(merchant, id, "r3", lines=[{"number": "1", "quantity": 1}]).status == 409
    over = merchant.credit(id, document["id"], "c1", lines=[{"number": "1", "quantity": 2}])
    assert over.status == 409
    rest = merchant.credit(id, document["id"], "c2", lines=[{"number": "1", "quantity": 1}])
    assert (rest.status, rest.body["gross"]) == (201, "14.50")
    merchant.world.settle()
    assert merchant.world.broken() == []


def test_credit_is_taken_from_capture_until_it_is_paid(merchant: Merchant) -> None:
    body = merchant.on_account(SOCKE_42=2)
    id = merchant.place(body)
    merchant.world.settle()
    assert credit_used(merchant) == Decimal("33.90")
    merchant.whole_life(id)
    assert credit_used(merchant) == Decimal("33.90")
    month_ends(merchant)
    assert credit_used(merchant) == Decimal("33.90")


def test_a_share_is_credited_by_the_numbers_on_the_paper_and_never_twice(
    merchant: Merchant,
) -> None:
    first, second = delivered(merchant), delivered(merchant)
    month_ends(merchant)
    (document,) = bills(merchant)[0]["documents"]
    theirs = {line.order: line.number for line in snapshot(merchant, document["id"]).lines}
    claim = [{"number": theirs["BB-2"], "quantity": 2}]
    assert merchant.credit(first, document["id"], "a", lines=claim).status == 409
    done = merchant.credit(second, document["id"], "b", lines=claim, shipping="4.90")
    assert (done.status, done.body["gross"]) == (201, "33.90")
    assert merchant.credit(second, document["id"], "c", lines=claim).status == 409
    merchant.world.settle()
    assert [d["type"] for d in merchant.order(second)["documents"]] == [
        "collective",
        "credit_note",
    ]
    note = snapshot(merchant, done.body["id"])
    assert note.original
    assert note.original.number == document["number"]
    assert merchant.world.broken() == []


def test_a_cancelled_collective_is_one_credit_note_over_what_is_left(merchant: Merchant) -> None:
    first, second = delivered(merchant), delivered(merchant)
    month_ends(merchant)
    (document,) = bills(merchant)[0]["documents"]
    lines = [{"number": "1", "quantity": 1}]
    assert merchant.credit(first, document["id"], "a", lines=lines).status == 201
    done = merchant.cancel_document(document["id"], "x")
    assert (done.status, done.body["gross"]) == (201, "53.30")
    assert merchant.cancel_document(document["id"], "x").body == done.body
    assert merchant.cancel_document(document["id"], "y").status == 409
    assert merchant.credit(second, document["id"], "b", lines=lines).status == 409
    assert merchant.correct_document(document["id"], "z").status == 409
    merchant.world.settle()
    for id, gross in ((first, "19.40"), (second, "33.90")):
        note = merchant.order(id)["documents"][-1]
        assert (note["id"], note["type"], note["gross"]) == (done.body["id"], "credit_note", gross)
        assert note["status"] == "archived"
    kinds = [mail.kind for mail in merchant.world.outside.mails]
    assert kinds.count("collective_issued") == 2
    assert credit_used(merchant) == 0
    assert merchant.world.broken() == []


def test_a_purchase_order_is_billed_once_all_its_orders_have_left(merchant: Merchant) -> None:
    merchant.business(credit_limit="100000.00", billing={"collective": "purchase_order"})
    merchant.world.pass_time(minutes=1)
    bodies = [merchant.on_account(SOCKE_42=1) | {"purchase_order": "PO-7"} for _ in range(2)]
    first = merchant.place(bodies[0])
    second = merchant.place(bodies[1])
    other = delivered(merchant, merchant.on_account(SOCKE_42=1) | {"purchase_order": "PO-8"})
    merchant.whole_life(first)
    assert {b["purchase_order"]: b["status"] for b in bills(merchant)} == {
        "PO-7": "open",
        "PO-8": "settled",
    }
    merchant.whole_life(second)
    by_number = {bill["purchase_order"]: bill for bill in bills(merchant)}
    (document,) = by_number["PO-7"]["documents"]
    assert [each["order"] for each in document["orders"]] == [first, second]
    assert snapshot(merchant, document["id"]).purchase_order == "PO-7"
    assert len(merchant.order(other)["documents"]) == 1
    assert merchant.world.broken() == []


def test_purchase_orders_and_delivery_notes_are_named_line_by_line(merchant: Merchant) -> None:
    bodies = [merchant.on_account(SOCKE_42=1) | {"purchase_order": f"PO-{n}"} for n in (7, 8)]
    for body in bodies:
        delivered(merchant, body)
    month_ends(merchant)
    (document,) = bills(merchant)[0]["documents"]
    bill = merchant.world.ports("billing/keep_bills").bills.get(bills(merchant)[0]["id"]).bill
    kept = bill.document(document["id"])
    assert kept.key
    assert kept.xml_key
    pdf, xml = merchant.world.object(kept.key), merchant.world.object(kept.xml_key).decode()
    said = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    for number, note in (("PO-7", "BB-1-1"), ("PO-8", "BB-2-1")):
        assert f"{number} · {note}" in said
        assert f"Ihre Bestellnummer {number}, Lieferschein {note}" in xml


def test_a_purchase_order_of_which_the_rest_is_cancelled_is_billed(merchant: Merchant) -> None:
    merchant.business(credit_limit="100000.00", billing={"collective": "purchase_order"})
    merchant.world.pass_time(minutes=1)
    first = merchant.place(merchant.on_account(SOCKE_42=1) | {"purchase_order": "PO-7"})
    waits = merchant.place(merchant.on_account(ZELT_2=1) | {"purchase_order": "PO-7"})
    merchant.whole_life(first)
    assert [bill["status"] for bill in bills(merchant)] == ["open"]
    merchant.cancel(waits)
    merchant.world.settle()
    assert [bill["status"] for bill in bills(merchant)] == ["settled"]


def test_one_document_holds_so_many_lines(merchant: Merchant, monkeypatch: Any) -> None:
    monkeypatch.setattr("oms_aws.billing.collective.planned", partial(planned, most_lines=2))
    for _ in range(3):
        delivered(merchant)
    month_ends(merchant)
    (bill,) = bills(merchant)
    assert [(len(d["orders"]), d["why"]) for d in bill["documents"]] == [(2, ""), (1, "size")]
    assert merchant.world.broken() == []


def test_a_document_that_breaks_a_rule_waits_for_a_clerk_and_can_be_cancelled(
    merchant: Merchant, monkeypatch: Any
) -> None:
    id = delivered(merchant)
    handler("billing/validate_document")
    module = sys.modules["functions.billing.validate_document.handler"]
    monkeypatch.setattr(module, "checked", lambda *_: [Fault("BR-1", "is wrong", True)])
    month_ends(merchant)
    (document,) = bills(merchant)[0]["documents"]
    assert merchant.order(id)["documents"][0]["status"] == "rejected"
    assert merchant.order(id)["status"] == "completed"
    assert bills(merchant)[0]["waiting"][0]["party"] == "clerk"
    assert [letter["step"] for letter in merchant.world.letters()] == ["billing/validate_document"]
    assert merchant.cancel_document(document["id"]).status == 201
    merchant.world.settle()
    kinds = [mail.kind for mail in merchant.world.outside.mails]
    assert "collective_issued" not in kinds
    assert snapshot(merchant, document["id"]).kind == "collective"
    assert bills(merchant)[0]["waiting"] == []


def test_exports_have_it_once(merchant: Merchant) -> None:
    books = {"consultant": 1001, "client": 1}
    for _ in range(2):
        delivered(merchant)
    month_ends(merchant)
    body = {
        "name": "berg-beutel",
        "seller": SELLER,
        "support_email": "hilfe@berg-beutel.example",
        "bookkeeping": books,
    }
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    merchant.world.pass_time(minutes=1)
    for kind in ("datev", "z3"):
        body = {"kind": kind, "from": "2026-11-01", "to": "2026-12-31"}
        asked = merchant.do("POST /v1/exports", merchant.accountant, body, query=BERLIN)
        merchant.world.settle()
        export = merchant.do("GET /v1/exports/{export}", merchant.accountant, export=asked["id"])
        assert (export["status"], export["totals"]["vouchers"]) == ("written", 1)
        assert export["totals"]["gross"] == "67.80"
    assert merchant.world.broken() == []


def test_one_transfer_pays_all_orders_of_a_collective(merchant: Merchant) -> None:
    orders = [delivered(merchant) for _ in range(2)]
    month_ends(merchant)
    (document,) = bills(merchant)[0]["documents"]
    row = {
        "transaction_id": "T-1",
        "reference": f"Rechnung {document['number']}",
        "amount": document["gross"],
        "currency": "EUR",
        "value_date": "2026-12-05",
    }
    (answer,) = merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})["items"]
    assert (answer["state"], sorted(answer["orders"])) == ("matched", sorted(orders))
    merchant.world.settle()
    assert {merchant.order(id)["settlement"]["outstanding"] for id in orders} == {"0"}
    assert credit_used(merchant) == 0
    assert merchant.world.broken() == []


def test_what_is_altered_of_a_bill_is_found(merchant: Merchant) -> None:
    world, id = merchant.world, delivered(merchant)
    open_only = [dict(item) for item in world.items()]
    assert "bills" in broken_without(world, open_only, "collected")
    month_ends(merchant)
    items = [dict(item) for item in world.items()]
    assert broken_without(world, items, "collected") >= {"bills"}
    bill = next(item for item in items if item.get("kind") == "bill")
    for name, value, check in (
        ("entries", 2, "bills"),
        ("hash", "0" * 64, "event_logs"),
        ("status", "open", "projections"),
        ("state", bill["state"].replace(f'"order":"{id}"', '"order":"ord_x"'), "event_logs"),
        ("state", bill["state"].replace('"33.90"', '"33.80"'), "bills"),
    ):
        altered = [{**item, name: value} if item is bill else item for item in items]
        assert check in broken_in(world, altered), name
