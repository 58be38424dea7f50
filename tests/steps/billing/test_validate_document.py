"""E-invoices are checked before they leave; a bad one waits for a clerk and is mailed to nobody."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pypdf
import pytest

from oms_aws.einvoice import rules
from oms_aws.einvoice.rules import checked
from tests.world.merchant import SELLER, Merchant
from tests.world.papers import LEITWEG
from tests.world.world import World


def sold(merchant: Merchant, shop: Any = None) -> Any:
    """A completed order of a business, with its invoice; once it is released the `shop` changes."""
    merchant.count("A", RUCK_45=9)
    id = merchant.place(merchant.on_account(RUCK_45=2))
    merchant.world.settle()
    if shop:
        merchant.do("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
        merchant.world.pass_time(minutes=1)
    merchant.whole_life(id)
    return merchant.order(id)


def file(world: World, document: Any, format: str) -> bytes:
    return world.placed(f"invoices/2026/11/{document['id']}.{format}")


def test_a_business_gets_a_hybrid_invoice(world: World, merchant: Merchant) -> None:
    merchant.business(
        credit_limit="100000.00", terms={"days": 30, "discount_percent": "2", "discount_days": 10}
    )
    order = sold(merchant)
    (invoice,) = order["documents"]
    assert (invoice["format"], invoice["status"]) == ("zugferd", "archived")
    pdf, xml = file(world, invoice, "pdf"), file(world, invoice, "xml")
    assert pypdf.PdfReader(io.BytesIO(pdf)).attachments["factur-x.xml"] == [xml]
    assert hashlib.sha256(xml).hexdigest() == invoice["xml_sha256"]
    assert hashlib.sha256(pdf).hexdigest() == invoice["sha256"]
    assert checked(xml, "zugferd") == ()
    assert b"#SKONTO#TAGE=10#PROZENT=2.00#" in xml
    assert merchant.events(order["id"]).count("Document.Validated") == 1


def test_a_public_buyer_gets_xrechnung_and_a_paper_to_read(
    world: World, merchant: Merchant
) -> None:
    merchant.business(credit_limit="100000.00", leitweg_id=LEITWEG)
    order = sold(merchant)
    (invoice,) = order["documents"]
    assert (invoice["format"], invoice["status"]) == ("xrechnung-ubl", "archived")
    xml = file(world, invoice, "xml")
    assert checked(xml, "xrechnung-ubl") == ()
    assert LEITWEG.encode() in xml
    assert not pypdf.PdfReader(io.BytesIO(file(world, invoice, "pdf"))).attachments
    route = "GET /v1/documents/{document}"
    for format in ("pdf", "xml"):
        query = {"format": format}
        answer = world.call(route, merchant.shop, document=invoice["id"], query=query)
        assert answer.status == 302
        assert f".{format}" in answer.headers["Location"]
    wrong = world.call(route, merchant.shop, document=invoice["id"], query={"format": "doc"})
    assert wrong.status == 422
    mail = next(mail for mail in world.outside.mails if mail.kind == "parcel_shipped")
    assert "?format=xml" in mail.text


def test_a_consumer_gets_a_paper_alone(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=9)
    id = merchant.place(merchant.request(RUCK_45=1))
    merchant.whole_life(id)
    (invoice,) = merchant.order(id)["documents"]
    assert (invoice["format"], invoice["status"]) == (None, "archived")
    assert "Document.Validated" not in merchant.events(id)
    route = "GET /v1/documents/{document}"
    query = {"format": "xml"}
    answer = world.call(route, merchant.shop, document=invoice["id"], query=query)
    assert (answer.status, answer.body["title"]) == (404, "no einvoice")


def test_a_bad_one_waits_for_a_clerk_and_leaves_when_it_is_mended(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.business(credit_limit="100000.00", leitweg_id=LEITWEG)
    seller = {**SELLER, "phone": None}
    shop = {"name": "Berg", "seller": seller, "support_email": "hilfe@berg.example"}
    order = sold(merchant, shop)
    (invoice,) = order["documents"]
    assert invoice["status"] == "rejected"
    assert invoice["rejected"][0].startswith("BR-DE-6: ")
    assert order["status"] == "delivered"
    clerk = {(each["party"], each["cause"]) for each in order["waiting"]}
    assert clerk == {("clerk", "document_rejected")}
    assert [mail.kind for mail in world.outside.mails] == ["order_received"]
    (letter,) = merchant.do("GET /v1/dead-letters", merchant.clerk)["items"]
    assert letter["step"] == "billing/validate_document"
    assert "BR-DE-6" in letter["reason"]
    assert merchant.events(order["id"]).count("Document.Rejected") == 1
    assert world.broken() == []

    # The rules change their mind, and the clerk sends the letter back.
    monkeypatch.setattr(rules, "_WARNINGS", ("fatal", "warning"))
    route = "POST /v1/dead-letters/{letter}/redrive"
    merchant.do(route, merchant.clerk, letter=letter["id"])
    world.settle()
    after = merchant.order(order["id"])
    assert after["documents"][0]["status"] == "archived"
    assert after["status"] == "completed"
    assert "parcel_shipped" in [mail.kind for mail in world.outside.mails]


def test_a_credit_note_of_a_public_buyer_is_checked_too(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="100000.00", leitweg_id=LEITWEG)
    order = sold(merchant)
    invoice = order["documents"][0]["id"]
    lines = [{"number": "1", "quantity": 1}]
    assert merchant.credit(order["id"], invoice, lines=lines).status == 201
    world.settle()
    note = merchant.order(order["id"])["documents"][1]
    assert (note["format"], note["status"]) == ("xrechnung-ubl", "archived")
    xml = file(world, note, "xml")
    assert b"CreditNote-2" in xml
    assert checked(xml, "xrechnung-ubl") == ()


def test_a_bad_one_is_cancelled_and_issued_anew(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="100000.00", leitweg_id=LEITWEG)
    shop = {"name": "Berg", "seller": SELLER, "support_email": "hilfe@berg-beutel.example"}
    broken = shop | {"seller": {**SELLER, "phone": None}}
    order = sold(merchant, broken)
    bad = order["documents"][0]["id"]
    lines = [{"number": "1", "quantity": 1}]
    part = merchant.credit(order["id"], bad, lines=lines)
    assert (part.status, part.body["title"]) == (409, "document rejected")
    early = merchant.correct_document(bad)
    assert (early.status, early.body["title"]) == (409, "not cancelled")
    assert merchant.cancel_document(bad).status == 201
    world.settle()
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
    world.pass_time(minutes=5)
    anew = merchant.correct_document(bad, "anew")
    assert anew.status == 201
    assert merchant.correct_document(bad, "anew").body == anew.body
    world.settle()
    after = merchant.order(order["id"])
    kinds = [(d["type"], d["status"], d["format"]) for d in after["documents"]]
    assert kinds == [
        ("invoice", "archived", None),
        ("credit_note", "archived", None),
        ("corrected", "archived", "xrechnung-ubl"),
    ]
    assert after["status"] == "completed"
    assert [mail.kind for mail in world.outside.mails] == ["order_received", "parcel_shipped"]
    xml = file(world, after["documents"][2], "xml")
    assert b">384<" in xml
    assert order["documents"][0]["number"].encode() in xml
    twice = merchant.correct_document(bad)
    assert (twice.status, twice.body["title"]) == (409, "corrected already")
