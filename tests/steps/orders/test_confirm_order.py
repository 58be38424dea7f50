"""An order confirmation is made when it is asked for, of the order as it stands, and kept."""

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

OPEN = "GET /v1/orders/{order}/confirmation"
MAKE = "POST /v1/orders/{order}/confirmation"
SHOW = "GET /o/{token}"


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def merchant(world: World) -> Merchant:
    made = Merchant(world)
    made.count("A", RUCK_45=10)
    return made


def placed(merchant: Merchant, **more: Any) -> str:
    id = merchant.place(merchant.request(RUCK_45=2) | more)
    merchant.world.settle()
    return id


def papers(merchant: Merchant, id: str) -> tuple[Paper, ...]:
    return merchant.world.ports("orders/read_order").orders.get(id).order.papers


def text(merchant: Merchant, paper: Paper) -> str:
    pdf = merchant.world.ports("billing/render_document").documents.read(paper.key)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_it_says_what_was_ordered_and_what_it_costs(merchant: Merchant) -> None:
    id = placed(merchant, purchase_order="PO-7")
    assert merchant.world.call(OPEN, merchant.shop, order=id).status == 302
    said = text(merchant, papers(merchant, id)[0])
    for part in ("Auftragsbestätigung", "PO-7", "Ding RUCK-45", "259,80", "Gesamtbetrag", "19 %"):
        assert part in said
    assert "Verwendungszweck" not in said
    assert merchant.world.broken() == []


def test_once_or_twice_it_is_one_paper(merchant: Merchant) -> None:
    id = placed(merchant)
    first = merchant.do(MAKE, merchant.shop, order=id)
    again = merchant.do(MAKE, merchant.clerk, order=id)
    assert merchant.world.call(OPEN, merchant.shop, order=id).status == 302
    same = ("id", "sha256", "made_at")
    assert [first[name] for name in same] == [again[name] for name in same]
    assert len(papers(merchant, id)) == 1
    assert [paper["id"] for paper in merchant.order(id)["papers"]] == [first["id"]]


def test_a_changed_order_gets_another_one_a_shipped_one_does_not(merchant: Merchant) -> None:
    id = placed(merchant)
    first = merchant.do(MAKE, merchant.shop, order=id)
    merchant.change(id, lines=[{"number": "1", "quantity": 3}])
    merchant.world.settle()
    second = merchant.do(MAKE, merchant.shop, order=id)
    assert first["id"] != second["id"]
    assert "389,70" in text(merchant, papers(merchant, id)[1])
    for fulfilment in merchant.order(id)["fulfilments"]:
        assert fulfilment["status"] in ("released", "cancelled")
    merchant.fulfil(id)
    merchant.world.settle()
    assert merchant.do(MAKE, merchant.shop, order=id)["id"] == second["id"]


def test_cancelled_pieces_are_left_out_and_nothing_is_left_of_a_cancelled_order(
    merchant: Merchant,
) -> None:
    merchant.count("A", RUCK_45=0)
    id = placed(merchant)
    merchant.cancel(id, {"1": 1})
    merchant.do(MAKE, merchant.shop, order=id)
    said = text(merchant, papers(merchant, id)[0])
    assert "129,90" in said
    assert "259,80" not in said
    merchant.cancel(id)
    answer = merchant.world.call(OPEN, merchant.shop, order=id)
    assert (answer.status, answer.body["title"]) == (409, "nothing to confirm")


def test_the_link_opens_it_without_a_key_and_nothing_else_does(merchant: Merchant) -> None:
    id = placed(merchant)
    token = merchant.do(MAKE, merchant.shop, order=id)["link"].rpartition("/")[2]
    assert merchant.world.call(SHOW, "", token=token).status == 302
    assert merchant.world.call(SHOW, "", token=f"{token}x").status == 404
    links = merchant.world.ports("notices/tell_customer").links
    other = links.link("waiting", id, at=merchant.world.now()).rpartition("/")[2]
    assert merchant.world.call(SHOW, "", token=other).status == 404


def test_another_shop_sees_none(merchant: Merchant) -> None:
    id = placed(merchant)
    for route in (OPEN, MAKE):
        assert merchant.world.call(route, merchant.other_shop, order=id).status == 404


@pytest.mark.parametrize(("type", "wanted", "linked"), [
    ("B2B", True, True), ("B2B", False, False), ("B2C", True, False),
])  # fmt: skip
def test_businesses_find_the_link_in_their_first_mail_if_the_shop_wants_that(
    merchant: Merchant, type: str, wanted: bool, linked: bool
) -> None:
    shop = {"name": "berg", "seller": SELLER, "support_email": "a@b.example"}
    shop |= {"papers": {"confirmation_link": wanted}}
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
    merchant.world.pass_time(minutes=1)
    asked = merchant.request(RUCK_45=1)
    id = placed(merchant, customer={**asked["customer"], "type": type})
    (mail,) = [mail for mail in merchant.world.outside.mails if mail.kind == "order_received"]
    assert ("/o/" in mail.text) == linked
    assert papers(merchant, id) == ()
    if linked:
        token = mail.text.partition("/o/")[2].split()[0]
        assert merchant.world.call(SHOW, "", token=token).status == 302


def test_a_gift_is_named_on_it(merchant: Merchant) -> None:
    id = placed(merchant, gift={"message": "Alles Gute!"})
    merchant.do(MAKE, merchant.shop, order=id)
    assert "Mit Geschenknachricht: „Alles Gute!“" in text(merchant, papers(merchant, id)[0])
