"""A pro forma invoice states a value, is kept as a letter and counts nowhere."""

from __future__ import annotations

import io

import pypdf
import pytest

from oms.billing.invoice import Invoice
from oms.orders.documents import Paper
from tests.world.merchant import Merchant
from tests.world.world import World

MAKE = "POST /v1/orders/{order}/pro-forma"
OPEN = "GET /v1/orders/{order}/pro-forma"


@pytest.fixture
def order(world: World, merchant: Merchant) -> str:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=2) | {"purchase_order": "PO-4711"})
    world.settle()
    return id


def papers(world: World, id: str) -> tuple[Paper, ...]:
    return world.ports("billing/make_pro_forma").orders.get(id).order.papers


def text(world: World, paper: Paper) -> str:
    pages = pypdf.PdfReader(io.BytesIO(world.object(paper.key))).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def test_it_says_that_it_is_no_invoice_and_what_the_goods_are_worth(
    world: World, merchant: Merchant, order: str
) -> None:
    made = merchant.do(MAKE, merchant.shop, order=order)
    assert (made["kind"], made["fulfilment"]) == ("pro_forma", None)
    (paper,) = papers(world, order)
    said = text(world, paper)
    assert paper.key.startswith("letters/2026/11/")
    assert "Pro-forma-Rechnung BB-1-PF1" in said
    assert "keine Rechnung im Sinne des § 14 UStG" in said
    assert "264,70" in said
    assert "PO-4711" in said
    assert "Lieferdatum" not in said


def test_the_same_content_is_one_paper_and_changed_content_another(
    world: World, merchant: Merchant, order: str
) -> None:
    first = merchant.do(MAKE, merchant.shop, order=order)
    assert merchant.do(MAKE, merchant.clerk, order=order) == first
    assert merchant.world.call(OPEN, merchant.accountant, order=order).status == 302
    assert merchant.cancel(order, {"1": 1}).status == 200
    merchant.do(MAKE, merchant.shop, order=order)
    numbers = [snapshot(world, paper).number for paper in papers(world, order)]
    assert numbers == ["BB-1-PF1", "BB-1-PF2"]
    assert [str(snapshot(world, p).gross) for p in papers(world, order)] == ["264.70", "134.80"]


def snapshot(world: World, paper: Paper) -> Invoice:
    return world.ports("billing/make_pro_forma").documents.snapshot(paper.id, Invoice)


def test_it_counts_nowhere(world: World, merchant: Merchant, order: str) -> None:
    merchant.do(MAKE, merchant.shop, order=order)
    world.settle()
    assert merchant.order(order)["documents"] == []
    assert merchant.do("GET /v1/open-items", merchant.shop)["items"] == []
    assert [item for item in world.items() if item.get("kind") in ("range", "number")] == []
    assert {mail.kind for mail in world.outside.mails} == {"order_received", "order_waits"}
    merchant.count("A", RUCK_45=2)
    merchant.whole_life(order)
    merchant.do(MAKE, merchant.shop, order=order)
    assert merchant.order(order)["status"] == "completed"
    assert world.broken() == []


def test_of_nothing_there_is_none(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    assert merchant.cancel(id).status == 200
    assert merchant.world.call(MAKE, merchant.shop, order=id).status == 409


def test_another_shop_sees_no_order_and_a_warehouse_may_not_ask(
    world: World, merchant: Merchant, order: str
) -> None:
    for route in (MAKE, OPEN):
        assert world.call(route, merchant.other_shop, order=order).status == 404
        assert world.call(route, merchant.wms, order=order).status == 403


def test_it_is_in_the_customers_language(world: World, merchant: Merchant) -> None:
    body = merchant.request(RUCK_45=1)
    id = merchant.place(body | {"customer": {**body["customer"], "locale": "en"}})
    world.settle()
    merchant.do(MAKE, merchant.shop, order=id)
    (paper,) = papers(world, id)
    assert "not an invoice for VAT purposes" in text(world, paper)
