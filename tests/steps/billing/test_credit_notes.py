"""Invoices are credited in parts or cancelled, and no line of them twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.orders.order import Order
from oms_aws.orders.store import DynamoOrders, StoredOrder
from oms_aws.platform.log import Saved
from tests.world.merchant import SELLER, Merchant
from tests.world.world import Answered, World


@pytest.fixture
def order(merchant: Merchant) -> Any:
    """A completed order of three backpacks and a pair of socks, with its invoice."""
    merchant.count("A", RUCK_45=9, SOCKE_42=9)
    id = merchant.place(merchant.request(RUCK_45=3, SOCKE_42=1))
    merchant.whole_life(id)
    return merchant.order(id)


@pytest.fixture
def invoice(order: Any) -> str:
    return str(order["documents"][0]["id"])


def one(number: str = "1", quantity: int = 1) -> list[dict[str, Any]]:
    return [{"number": number, "quantity": quantity}]


def test_a_credit_note_has_a_number_of_its_own_and_is_archived_and_mailed(
    world: World, merchant: Merchant, order: Any, invoice: str
) -> None:
    made = merchant.credit(order["id"], invoice, lines=one(), shipping="4.90")
    assert made.status == 201
    assert made.body["number"] == "REK-2026-000001"
    assert made.body["gross"] == "134.80"
    assert made.body["original"] == invoice
    world.settle()
    note = merchant.order(order["id"])["documents"][1]
    assert (note["type"], note["status"]) == ("credit_note", "archived")
    assert world.placed(f"invoices/2026/11/{note['id']}.pdf").startswith(b"%PDF")
    assert merchant.events(order["id"])[-3:] == [
        "CreditNote.Issued", "Document.Archived", "Notification.Sent",
    ]  # fmt: skip
    mail = world.outside.mails[-1]
    assert mail.kind == "credit_issued"
    assert "REK-2026-000001" in mail.text


def test_the_same_request_twice_is_one_credit_note(
    merchant: Merchant, order: Any, invoice: str
) -> None:
    first = merchant.credit(order["id"], invoice, "back-1", lines=one())
    again = merchant.credit(order["id"], invoice, "back-1", lines=one())
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    other = merchant.credit(order["id"], invoice, "back-1", lines=one("2"))
    assert (other.status, other.body["title"]) == (409, "idempotency key reused")
    assert len(merchant.order(order["id"])["documents"]) == 2


def test_no_line_is_credited_twice(merchant: Merchant, order: Any, invoice: str) -> None:
    assert merchant.credit(order["id"], invoice, lines=one(quantity=2)).status == 201
    refused = merchant.credit(order["id"], invoice, lines=one(quantity=2))
    assert (refused.status, refused.body["title"]) == (409, "not creditable")
    assert "1 pieces and 129.90 are left" in refused.body["errors"][0]["reason"]
    assert merchant.credit(order["id"], invoice, lines=one()).status == 201


def test_who_loses_a_race_sees_what_the_other_took(
    merchant: Merchant, order: Any, invoice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rivals: list[Answered] = []
    save = DynamoOrders.save

    def butted(self: DynamoOrders, seen: StoredOrder, order: Order, by: Saved) -> StoredOrder:
        if not rivals:
            rivals.append(Answered(0, None, {}))
            rivals[0] = merchant.credit(order.id, invoice, lines=one(quantity=2))
        return save(self, seen, order, by)

    monkeypatch.setattr(DynamoOrders, "save", butted)
    mine = merchant.credit(order["id"], invoice, lines=one(quantity=2))
    assert rivals[0].status == 201
    assert (mine.status, mine.body["title"]) == (409, "not creditable")
    numbers = [d["number"] for d in merchant.order(order["id"])["documents"]]
    assert numbers == ["RE-2026-000001", "REK-2026-000001"]


def test_a_cancelled_invoice_is_credited_whole_and_once(
    world: World, merchant: Merchant, order: Any, invoice: str
) -> None:
    merchant.credit(order["id"], invoice, lines=one())
    cancelled = merchant.cancel_document(invoice)
    assert cancelled.status == 201
    world.settle()
    documents = merchant.order(order["id"])["documents"]
    billed, *credited = (Decimal(document["gross"]) for document in documents)
    assert billed == sum(credited)
    again = merchant.cancel_document(invoice)
    assert (again.status, again.body["title"]) == (409, "nothing to credit")
    of_credit = merchant.cancel_document(documents[1]["id"])
    assert (of_credit.status, of_credit.body["title"]) == (409, "not creditable")


def test_a_price_reduction_credits_money_and_no_pieces(
    merchant: Merchant, order: Any, invoice: str
) -> None:
    reduced = [{"number": "1", "amount": "20.00"}]
    assert merchant.credit(order["id"], invoice, lines=reduced).body["gross"] == "20.00"
    rest = merchant.credit(order["id"], invoice, lines=one(quantity=3))
    assert rest.body["gross"] == "369.70"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"lines": []}, 422, "lines"),
        ({"lines": [{"number": "1"}]}, 422, "lines.0"),
        ({"lines": [{"number": "1", "quantity": 1, "amount": "1"}]}, 422, "lines.0"),
        ({"lines": one(quantity=0)}, 422, "lines.0.quantity"),
        ({"lines": one("9")}, 409, "lines.0"),
        ({"lines": [*one(), *one()]}, 409, "lines.1"),
        ({"shipping": "4.91"}, 409, "shipping"),
        ({"reason": "", "shipping": "1"}, 422, "reason"),
    ],
)
def test_a_wrong_request_names_its_field(
    merchant: Merchant, order: Any, invoice: str, body: Any, status: int, field: str
) -> None:
    answer = merchant.credit(order["id"], invoice, **body)
    assert answer.status == status
    assert answer.body["errors"][0]["field"] == field
    assert len(merchant.order(order["id"])["documents"]) == 1


def test_only_clerks_and_accountants_credit(
    world: World, merchant: Merchant, order: Any, invoice: str
) -> None:
    route, body = "POST /v1/documents/{document}/cancel", {"reason": "why not"}
    assert world.call(route, merchant.shop, body, document=invoice).status == 403
    assert world.call(route, merchant.clerk, body, document="inv_none").status == 404
    anna = world.add_client("anna", "accountant")
    assert world.call(route, anna, body, document=invoice).status == 201


def test_a_shop_says_how_its_numbers_look(merchant: Merchant, order: Any, invoice: str) -> None:
    shop = {
        "name": "Berg", "seller": SELLER, "support_email": "hilfe@berg.example",
        "number_patterns": {"credit_note": "KORR/{year}/{number:04}"},
    }  # fmt: skip
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
    merchant.world.pass_time(hours=1)
    made = merchant.credit(order["id"], invoice, lines=one())
    assert made.body["number"] == "KORR/2026/0001"
    wrong = shop | {"number_patterns": {"credit_note": "KORR"}}
    answer = merchant.world.call("PUT /v1/shops/{shop}", merchant.clerk, wrong, shop="berg-beutel")
    assert answer.status == 422


def test_a_cancelled_invoice_is_issued_anew_and_says_so(
    world: World, merchant: Merchant, order: Any, invoice: str
) -> None:
    assert merchant.correct_document(invoice).body["title"] == "not cancelled"
    merchant.cancel_document(invoice)
    anew = merchant.correct_document(invoice)
    assert anew.status == 201
    assert anew.body["gross"] == order["documents"][0]["gross"]
    world.settle()
    kinds = [mail.kind for mail in world.outside.mails]
    assert kinds[-2:] == ["credit_issued", "credit_issued"]
    assert anew.body["number"] in world.outside.mails[-1].text
    note = merchant.order(order["id"])["documents"][1]["id"]
    refused = merchant.correct_document(note)
    assert (refused.status, refused.body["title"]) == (409, "not correctable")
    shop = {
        "name": "Berg", "seller": SELLER, "support_email": "hilfe@berg.example",
        "number_patterns": {"credit_note": "X-{number:04}", "invoice": "X-{number:04}"},
    }  # fmt: skip
    answer = world.call("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
    assert answer.body["errors"][0]["field"] == "number_patterns.credit_note"
