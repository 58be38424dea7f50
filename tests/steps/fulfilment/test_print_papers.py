"""Papers of a parcel: set once for what they are about, without prices where none may be."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest

from oms.orders.documents import Paper
from tests.world.merchant import SELLER, Merchant
from tests.world.opening import opened
from tests.world.world import World

ROUTE = "GET /v1/fulfilments/{fulfilment}/papers/{paper}"
GIFT = {"message": "Alles Gute!\nDeine Oma", "from": "Oma Erna", "to": "Jonas"}


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def merchant(world: World) -> Merchant:
    return Merchant(world)


def placed(merchant: Merchant, stock: int = 3, **more: Any) -> Any:
    """An order for three of one thing, of which only so many are there."""
    merchant.count("A", RUCK_45=stock)
    id = merchant.place(merchant.request(RUCK_45=3) | more)
    merchant.world.settle()
    return merchant.order(id)


def printed(merchant: Merchant, order: Any, paper: str, key: str = "") -> Paper:
    fulfilment = merchant.order(order["id"])["fulfilments"][0]["id"]
    answer = merchant.world.call(ROUTE, key or merchant.wms, fulfilment=fulfilment, paper=paper)
    assert answer.status == 302, answer
    assert paper in answer.headers["Location"]
    return papers(merchant, order)[-1]


def papers(merchant: Merchant, order: Any) -> tuple[Paper, ...]:
    return merchant.world.ports("orders/read_order").orders.get(order["id"]).order.papers


def text(merchant: Merchant, paper: Paper) -> str:
    pdf = merchant.world.ports("billing/render_document").documents.read(paper.key)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_delivery_note_names_what_comes_and_what_follows(merchant: Merchant) -> None:
    order = placed(merchant, stock=2, purchase_order="PO-4711")
    said = text(merchant, printed(merchant, order, "delivery-note"))
    number = order["external_number"]
    for part in (f"Lieferschein {number}-1", number, "PO-4711", "Ding RUCK-45", "RUCK-45"):
        assert part in said
    assert "Bestellt Geliefert Folgt" in said
    assert " 3 2 1 " in said
    assert "Was noch folgt" in said
    assert merchant.world.broken() == []


def test_parcels_are_on_it_once_they_are_packed_and_tracked(merchant: Merchant) -> None:
    order = placed(merchant)
    before = printed(merchant, order, "delivery-note")
    merchant.fulfil(order["id"])
    merchant.world.settle()
    after = printed(merchant, order, "delivery-note")
    assert after.id != before.id
    assert "Paket 1:" in text(merchant, after)
    assert "Paket 1:" not in text(merchant, before)
    assert [paper.fulfilment for paper in papers(merchant, order)] == [after.fulfilment] * 2


def test_the_same_paper_is_set_once_whatever_the_shop_looks_like_later(
    merchant: Merchant,
) -> None:
    order = placed(merchant)
    first = printed(merchant, order, "delivery-note")
    shop = {"name": "berg", "seller": SELLER, "support_email": "a@b.example"}
    shop |= {"letterhead": {"colour": "#aa0000"}}
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
    merchant.world.pass_time(minutes=1)
    assert printed(merchant, order, "delivery-note", merchant.shop) == first
    assert len(papers(merchant, order)) == 1
    events = merchant.events(order["id"])
    assert events.count("Paper.Archived") == 1


@pytest.mark.parametrize(
    ("type", "shop", "customer", "shown"),
    [
        ("B2C", None, None, True),
        ("B2B", None, None, False),
        ("B2B", True, None, True),
        ("B2C", False, None, False),
        ("B2C", False, True, True),
        ("B2B", True, False, False),
    ],
)
def test_prices_are_shown_as_customer_and_shop_say(
    merchant: Merchant, type: str, shop: bool | None, customer: bool | None, shown: bool
) -> None:
    body: dict[str, Any] = {"name": "berg", "seller": SELLER, "support_email": "a@b.example"}
    body |= {"papers": {"delivery_note_prices": shop}}
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    account: dict[str, Any] = {"type": type, "name": "Ayşe", "email": "a@example.org"}
    account |= {"delivery_note_prices": customer}
    merchant.do("PUT /v1/customers/{customer}", merchant.shop, account, customer="C-17")
    asked = merchant.request(RUCK_45=3)
    merchant.world.pass_time(minutes=1)
    order = placed(merchant, customer={**asked["customer"], "type": type})
    said = text(merchant, printed(merchant, order, "delivery-note"))
    assert ("129,90" in said) == shown
    assert ("Warenwert" in said) == shown


def test_no_paper_of_a_gift_shows_a_price_and_the_message_is_on_the_slip(
    merchant: Merchant,
) -> None:
    order = placed(merchant, gift=GIFT)
    slip = text(merchant, printed(merchant, order, "packing-slip"))
    for part in ("Packzettel", "Für Jonas", "Alles Gute!", "Deine Oma", "Von Oma Erna"):
        assert part in slip
    note = text(merchant, printed(merchant, order, "delivery-note"))
    for said in (slip, note):
        assert "129" not in said
        assert "€" not in said
    seen = merchant.do(
        "GET /v1/fulfilments/{fulfilment}",
        merchant.wms,
        fulfilment=merchant.order(order["id"])["fulfilments"][0]["id"],
    )
    assert seen["gift"] == GIFT


def test_a_gift_stays_one_in_every_part_and_after_a_change(merchant: Merchant) -> None:
    order = placed(merchant, stock=1, gift=GIFT)
    merchant.change(order["id"], lines=[{"number": "1", "quantity": 2}])
    merchant.count("A", RUCK_45=5)
    merchant.world.settle()
    found = merchant.order(order["id"])
    assert found["gift"] == GIFT
    assert len(found["fulfilments"]) == 2
    for fulfilment in found["fulfilments"]:
        answer = merchant.world.call(
            ROUTE, merchant.wms, fulfilment=fulfilment["id"], paper="packing-slip"
        )
        assert answer.status == 302
    assert all("Alles Gute!" in text(merchant, paper) for paper in papers(merchant, order))
    assert len(papers(merchant, order)) == 2


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("x" * 501, "500"),
        ("", "at least 1"),
        ("a\u202eb", "direction"),
        ("a\x07b", "control"),
        ("a\n" * 20 + "b", "15 lines"),
    ],
)
def test_a_message_that_cannot_be_printed_is_refused(
    merchant: Merchant, message: str, fault: str
) -> None:
    body = merchant.request(RUCK_45=1) | {"gift": {"message": message}}
    key = {"Idempotency-Key": "k"}
    answer = merchant.world.call("POST /v1/orders", merchant.shop, body, headers=key)
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["field"] == "gift.message"
    assert fault in error["reason"]


def test_nobody_prints_what_is_not_there(merchant: Merchant) -> None:
    order = placed(merchant)
    id = order["fulfilments"][0]["id"]
    call = merchant.world.call
    assert call(ROUTE, merchant.wms, fulfilment=id, paper="invoice").status == 404
    assert call(ROUTE, merchant.wms, fulfilment=f"{id}9", paper="packing-slip").status == 404
    assert call(ROUTE, merchant.wms, fulfilment="none", paper="packing-slip").status == 404
    assert call(ROUTE, merchant.other_shop, fulfilment=id, paper="packing-slip").status == 404
    assert papers(merchant, order) == ()


def test_a_cancelled_fulfilment_has_no_papers(merchant: Merchant) -> None:
    order = placed(merchant)
    merchant.cancel(order["id"])
    id = order["fulfilments"][0]["id"]
    merchant.answer_recall(id, "accepted")
    answer = merchant.world.call(ROUTE, merchant.wms, fulfilment=id, paper="delivery-note")
    assert (answer.status, answer.body["title"]) == (409, "fulfilment cancelled")


def test_nothing_is_set_that_nobody_asked_for(merchant: Merchant) -> None:
    order = placed(merchant)
    merchant.whole_life(order["id"])
    assert papers(merchant, order) == ()
