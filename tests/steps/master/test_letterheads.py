"""A shop's letterhead and words: checked when they come, on papers from then on, never before."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest

from oms.billing.invoice import Invoice
from oms_aws.api.examples import REQUESTS
from oms_aws.papers.typesetting import typeset
from oms_aws.platform.example_values import LOGO
from tests.domain.master.test_logo import png
from tests.world.merchant import SELLER, Merchant
from tests.world.opening import opened
from tests.world.world import Answered, World

PUT = "PUT /v1/shops/{shop}"
SHOP: dict[str, Any] = {"name": "berg", "seller": SELLER, "support_email": "a@b.example"}


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def merchant(world: World) -> Merchant:
    return Merchant(world)


def put(merchant: Merchant, **more: Any) -> Answered:
    answer = merchant.world.call(PUT, merchant.clerk, SHOP | more, shop="berg-beutel")
    merchant.world.pass_time(minutes=1)
    return answer


def invoiced(merchant: Merchant) -> tuple[str, bytes]:
    """An order that is shipped; its invoice's id and its PDF as archived."""
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    merchant.world.settle()
    merchant.fulfil(id)
    merchant.world.settle()
    stored = merchant.world.ports("orders/read_order").orders.get(id).order.documents[0]
    documents = merchant.world.ports("billing/render_document").documents
    return stored.id, documents.read(str(stored.key))


def text(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_an_invoice_keeps_the_letterhead_of_its_day(merchant: Merchant) -> None:
    asked = REQUESTS[PUT]
    more = {name: asked[name] for name in ("letterhead", "texts", "papers")}
    assert put(merchant, **more).status == 200
    id, archived = invoiced(merchant)
    said = text(archived)
    assert "Guten Tag Ayşe Müller, zu Ihrer Bestellung BB-1 berechnen wir:" in said
    assert "Servus aus den Bergen!" in said
    assert "Alles für draußen" in said
    put(merchant, letterhead={"colour": "#aa0000"})
    documents = merchant.world.ports("billing/render_document").documents
    snapshot = documents.snapshot(id, Invoice)
    again = typeset(snapshot, logo=documents.logo(snapshot.letterhead))
    assert again == archived


def test_a_logo_is_kept_by_its_hash_and_need_not_be_sent_again(merchant: Merchant) -> None:
    put(merchant, letterhead={"logo": {"data": LOGO}})
    seen = merchant.do("GET /v1/shops/{shop}", merchant.shop, shop="berg-beutel")
    logo = seen["letterhead"]["logo"]
    assert logo["type"] == "svg"
    documents = merchant.world.ports("billing/render_document").documents
    assert documents.read(f"logos/{logo['sha256']}.svg") == base64.b64decode(LOGO)
    again = put(merchant, letterhead={"logo": logo})
    assert again.body["letterhead"] == seen["letterhead"]
    assert again.body["version"] == seen["version"]


def test_a_picture_of_pixels_is_printed_too(merchant: Merchant) -> None:
    data = base64.b64encode(png(40, 20)).decode()
    assert put(merchant, letterhead={"logo": {"data": data}}).status == 200
    _, archived = invoiced(merchant)
    assert len(pypdf.PdfReader(io.BytesIO(archived)).pages[0].images.keys()) == 1


@pytest.mark.parametrize(
    ("more", "field", "fault"),
    [
        ({"letterhead": {"colour": "green"}}, "letterhead.colour", "pattern"),
        ({"letterhead": {"colour": "#ffffee"}}, "letterhead.colour", "too light"),
        ({"letterhead": {"logo": {}}}, "letterhead.logo", "needs data"),
        ({"letterhead": {"logo": {"data": "no base64!"}}}, "letterhead.logo", "no base64"),
        ({"letterhead": {"logo": {"data": "R0lGODlh"}}}, "letterhead.logo", "neither PNG nor SVG"),
        (
            {"letterhead": {"logo": {"data": LOGO, "type": "png"}}},
            "letterhead.logo",
            "is no png",
        ),
        (
            {"letterhead": {"logo": {"sha256": "0" * 64, "type": "svg"}}},
            "letterhead.logo",
            "not known",
        ),
        ({"letterhead": {"footer": [["x" * 61]]}}, "letterhead.footer.0.0", "at most 60"),
        ({"letterhead": {"footer": [["x"]] * 5}}, "letterhead.footer", "at most 4"),
        ({"texts": {"bill": {"de": {"intro": "x"}}}}, "texts.bill", "no such paper"),
        ({"texts": {"invoice": {"fr": {"intro": "x"}}}}, "texts.invoice.fr", "'de' or 'en'"),
        (
            {"texts": {"*": {"de": {"intro": "{due_on}"}}}},
            "texts.*.de.intro",
            "{due_on} is unknown",
        ),
        (
            {"texts": {"*": {"de": {"payment": {"*": "{x}"}}}}},
            "texts.*.de.payment.*",
            "{x} is unknown",
        ),
        ({"texts": {"*": {"de": {"closing": "x" * 1_001}}}}, "texts.*.de.closing", "1000"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_its_reason(
    merchant: Merchant, more: dict[str, Any], field: str, fault: str
) -> None:
    answer = put(merchant, **more)
    assert answer.status == 422
    error = answer.body["errors"][0]
    assert error["field"].startswith(field)
    assert fault in error["reason"]


def test_another_shops_key_changes_none(merchant: Merchant) -> None:
    answer = merchant.world.call(PUT, merchant.shop, SHOP, shop="berg-beutel")
    assert answer.status == 403
