"""A business customer through the embedded cloud: money, credit and approval, with their mails."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.cloud.system import ORDER, PRODUCT, System

pytestmark = pytest.mark.cloud

CUSTOMER: dict[str, Any] = {**ORDER["customer"]}  # type: ignore[dict-item]
CHIEF = {"id": "P-2", "name": "Chefin", "email": "chefin@verein.example"}
WAREHOUSE = {"name": "Lager A", "address": ORDER["billing_address"], "priority": 1}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    made = System(tmp_path_factory.mktemp("business") / "state")
    made.up()
    yield made
    made.call("down")


class Office:
    """The keys of one merchant, over real HTTP."""

    def __init__(self, system: System) -> None:
        found = system.up()
        self.http = httpx.Client(base_url=found["api"], timeout=60)
        self.keys: dict[str, str] = found["keys"]

    def ask(self, role: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.keys[role]}", **more}
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def place(self, number: str, **asked: Any) -> str:
        body = {**ORDER, "external_number": number, **asked}
        more = {"Idempotency-Key": number}
        return str(self.ask("shop", "POST", "/v1/orders", body, **more)["id"])

    def until(self, id: str, is_so: Callable[[Any], bool]) -> Any:
        limit = time.monotonic() + 90
        while not is_so(order := self.ask("clerk", "GET", f"/v1/orders/{id}")):
            assert time.monotonic() < limit, order
            time.sleep(0.5)
        return order

    def mail(self, to: str, word: str) -> str:
        limit = time.monotonic() + 90
        while True:
            items = self.http.get("/mailbox", params={"to": to}).json()["items"]
            for item in items:
                if word in item["subject"]:
                    return str(item["text"])
            assert time.monotonic() < limit, [item["subject"] for item in items]
            time.sleep(0.5)


@pytest.fixture(scope="module")
def office(system: System) -> Iterator[Office]:
    made = Office(system)
    made.ask("clerk", "PUT", "/v1/products/RUCK-45", PRODUCT)
    made.ask("clerk", "PUT", "/v1/warehouses/A", WAREHOUSE)
    count = {"location": "A", "as_of": datetime.now(UTC).isoformat()}
    rows = [{"sku": "RUCK-45", "on_hand": 100}]
    made.ask("wms", "POST", "/v1/stock/batch", {**count, "rows": rows})
    yield made
    made.http.close()


def business(office: Office, id: str, mail: str, **agreed: Any) -> dict[str, Any]:
    account = {"type": "B2B", "name": "Verein", "email": mail, **agreed}
    office.ask("shop", "PUT", f"/v1/customers/{id}", account)
    customer = {**CUSTOMER, "id": id, "type": "B2B", "email": mail}
    return {
        "customer": customer,
        "payment": {"method": "invoice", "status": "open", "amount": "0"},
    }


def test_prepaid_order_goes_on_with_its_money(office: Office) -> None:
    mail = "vorkasse@kunde.example"
    payment = {"method": "prepayment", "status": "open", "amount": "0"}
    id = office.place("PRE-1", payment=payment, customer={**CUSTOMER, "email": mail})
    text = office.mail(mail, "Bitte überweisen")
    assert "264,70" in text
    assert "PRE-1" in text
    row = {"transaction_id": "B-1", "reference": "PRE-1", "amount": "264.70", "currency": "EUR"}
    batch = {"items": [row | {"value_date": "2026-11-24"}, {"transaction_id": "B-2"}]}
    states = [r["state"] for r in office.ask("accountant", "POST", "/v1/payments", batch)["items"]]
    assert states == ["matched", "refused"]
    office.until(id, lambda order: order["status"] == "released")


def test_order_above_the_limit_goes_on_when_an_accountant_says_so(office: Office) -> None:
    mail = "kredit@verein.example"
    asked = business(office, "C-31", mail, credit_limit="200.00")
    id = office.place("CRE-1", **asked)
    assert "200,00" in office.mail(mail, "wird geprüft")
    order = office.until(id, lambda order: order["status"] == "held")
    (hold,) = order["holds"]
    path = f"/v1/orders/{id}/holds/{hold['id']}/release"
    office.ask("accountant", "POST", path, {"reason": "good for it"})
    office.until(id, lambda order: order["status"] == "released")
    credit = office.ask("shop", "GET", "/v1/customers/C-31/credit")
    assert (credit["used"], credit["free"]) == ("264.70", "-64.70")


def test_order_is_approved_on_the_page_that_the_mail_links(office: Office) -> None:
    rules = [{"level": 1, "approver": CHIEF, "over": "100.00"}]
    mail = "einkauf@verein.example"
    asked = business(office, "C-32", mail, credit_limit="900.00", approvals=rules)
    id = office.place("APP-1", **asked, ordered_by="P-1")
    found = re.search(r"(/approve/\S+)", office.mail(CHIEF["email"], "Bitte entscheiden"))
    assert found
    page = office.http.get(found[1])
    assert page.status_code == 200
    assert "Freigeben" in page.text
    assert office.http.post(found[1], data={"decision": "approve"}).status_code in (200, 303)
    order = office.until(id, lambda order: order["status"] == "released")
    assert order["approvals"][0]["decision"] == "approved"
    assert office.http.post("/approve/forged.1.x", data={"decision": "approve"}).status_code == 404


def test_deposit_is_mailed_and_the_final_invoice_deducts_it(office: Office) -> None:
    mail = "anzahlung@verein.example"
    id = office.place("DEP-1", **business(office, "C-33", mail, credit_limit="900.00"))
    order = office.until(id, lambda order: order["status"] == "released")
    asked = {"percent": "30", "due_on": "2028-12-07"}
    more = {"Idempotency-Key": "dep-1"}
    for _ in range(2):
        deposit = office.ask("accountant", "POST", f"/v1/orders/{id}/deposits", asked, **more)
        assert deposit["gross"] == "79.41"
    text = office.mail(mail, "Anzahlung zu Ihrer Bestellung DEP-1")
    assert "79,41" in text
    assert "07.12.2028" in text
    paid = {
        "transaction_id": "DEP-PAID",
        "reference": deposit["number"],
        "amount": "79.41",
        "currency": "EUR",
        "value_date": "2026-11-25",
    }
    office.ask("accountant", "POST", "/v1/payments", {"items": [paid]})
    fulfilment = order["fulfilments"][0]["id"]
    path = f"/v1/fulfilments/{fulfilment}"
    office.ask("wms", "POST", f"{path}/pack", {"parcels": [{"weight_g": 1200, "lines": None}]})
    left = {"carrier": "dhl", "tracking_numbers": ["DEP-T-1"]}
    office.ask("wms", "POST", f"{path}/ship", left)
    order = office.until(
        id, lambda order: [d["status"] for d in order["documents"]] == ["archived"] * 2
    )
    assert [(d["type"], d["gross"]) for d in order["documents"]] == [
        ("prepayment", "79.41"),
        ("final", "185.29"),
    ]


def waits_for_its_bill(order: Any) -> bool:
    return "collective_invoice" in [each["cause"] for each in order["waiting"]]


def test_shipments_of_a_month_are_one_invoice_which_one_transfer_pays(office: Office) -> None:
    mail = "monatlich@verein.example"
    agreed = {"credit_limit": "900.00", "billing": {"collective": "monthly"}}
    asked = business(office, "C-34", mail, **agreed)
    ids = [office.place(f"COL-{n}", **asked, purchase_order=f"PO-{n}") for n in (1, 2)]
    for n, id in enumerate(ids):
        order = office.until(id, lambda order: order["status"] == "released")
        path = f"/v1/fulfilments/{order['fulfilments'][0]['id']}"
        office.ask("wms", "POST", f"{path}/pack", {"parcels": [{"weight_g": 900, "lines": None}]})
        left = {"carrier": "dhl", "tracking_numbers": [f"COL-T-{n}"]}
        office.ask("wms", "POST", f"{path}/ship", left)
        office.until(id, waits_for_its_bill)
    where = "/v1/customers/C-34/collective-invoices?shop=berg-beutel"
    office.ask("accountant", "POST", where, {})
    shares = []
    for id in ids:
        order = office.until(
            id, lambda order: [d["status"] for d in order["documents"]] == ["archived"]
        )
        (share,) = order["documents"]
        assert (share["type"], share["gross"]) == ("collective", "264.70")
        shares.append(share["number"])
    assert len(set(shares)) == 1
    assert "529,40" in office.mail(mail, shares[0])
    paid = {"transaction_id": "COL-B-1", "reference": shares[0], "amount": "529.40"}
    batch = {"items": [{**paid, "currency": "EUR", "value_date": "2026-11-25"}]}
    (row,) = office.ask("accountant", "POST", "/v1/payments", batch)["items"]
    assert row["state"] == "matched"
    credit = office.ask("shop", "GET", "/v1/customers/C-34/credit")
    assert credit["used"] == "0.00"


def test_nothing_is_broken_after_all_that(system: System, office: Office) -> None:
    done = system.call("verify", "--json")
    assert done.returncode == 0, done.stdout
