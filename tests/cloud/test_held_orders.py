"""Orders that are held go from the mail about it to their end, whatever the reason."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.cloud.system import ADDRESS, ORDER, PRODUCT, System, client, until

pytestmark = pytest.mark.cloud

WRONG_POSTCODE = {**ADDRESS, "postal_code": "8033"}
ABROAD = {**ADDRESS, "name": "Jan Novák", "postal_code": "110 00", "city": "Praha", "country": "CZ"}
AUSTRIAN = {**ADDRESS, "postal_code": "6020", "city": "Innsbruck", "country": "AT"}
BY_CARD = {"method": "card", "provider": "test"}
HELD: dict[str, tuple[dict[str, Any], str]] = {
    "address_invalid": ({"shipping_address": WRONG_POSTCODE, "payment": BY_CARD}, "link"),
    "packstation_invalid": ({"shipping_address": {**ADDRESS, "line1": "Packstation 99"}}, "link"),
    "po_box_not_served": ({"shipping_address": {**ADDRESS, "line1": "Postfach 1234"}}, "link"),
    "country_not_served": (
        {"shipping_address": {**ADDRESS, "postal_code": "8001", "country": "CH"}},
        "link",
    ),
    "email_invalid": ({"email": "a..b@kunde.example"}, "address"),
    "fraud_suspected": ({"email": "held@mailinator.com", "shipping_address": ABROAD}, "release"),
    "payment_pending": ({"payment": {"status": "pending"}}, "release"),
    "payment_insufficient": ({"payment": {"amount": "264.69"}}, "release"),
    "authorisation_old": (
        {"payment": {"authorised_at": "2026-01-02T08:00:00+01:00"}},
        "release",
    ),
    "price_too_low": ({"line": {"unit_price": "99.00"}}, "release"),
    "total_differs": ({"total": "264.71"}, "release"),
    "product_unknown": ({"line": {"sku": "NEU-1"}}, "release"),
    "supplier_needed": ({"line": {"sku": "STRECKE-1"}}, "release"),
    "backorder_limit": ({"line": {"sku": "KNAPP-1"}}, "release"),
    "vat_id_unverified": (
        {
            "customer": {"type": "B2B", "company": "Alpin GmbH", "vat_id": "ATU57477929"},
            "billing_address": AUSTRIAN,
            "shipping_address": AUSTRIAN,
        },
        "release",
    ),
    "credit_missing": (
        {"payment": {"method": "invoice", "status": "open"}, "customer": {"type": "B2B"}},
        "credit",
    ),
}
"""Reasons of a hold: what is odd about the order, and what ends it."""
ODD_PRODUCTS: dict[str, dict[str, Any]] = {
    "product_unknown": {},
    "supplier_needed": {"kind": "drop_ship"},
    "backorder_limit": {"backorder_limit": 0},
}


@pytest.mark.parametrize("reason", HELD)
def test_held_order_goes_from_its_mail_to_its_end(system: System, reason: str) -> None:
    changes, way = HELD[reason]
    with client(system) as shop, client(system, "clerk") as clerk, client(system, "wms") as wms:
        serve(clerk, wms, countries=["DE", "AT", "CZ"])
        if ODD_PRODUCTS.get(reason):  # known before the order comes
            sell(clerk, changes["line"]["sku"], ODD_PRODUCTS[reason])
        path = placed_as(shop, reason, changes)
        order = until(lambda: (o := shop.get(path).json())["status"] == "held" and o)
        assert [hold["reason"] for hold in order["holds"]] == [reason]
        if way == "link":
            follow_link(shop, order["customer"]["email"])
        elif way == "address":
            body = {"address": ADDRESS, "email": "ab@kunde.example", "reason": "called"}
            assert clerk.post(f"{path}/address", json=body).status_code == 200
        else:
            if reason in ODD_PRODUCTS:
                sell(clerk, changes["line"]["sku"], ODD_PRODUCTS[reason])
            let_go(
                system, path, order["holds"][0]["id"], "accountant" if way == "credit" else "clerk"
            )
        if reason in ODD_PRODUCTS:
            count(wms, changes["line"]["sku"], 50)
        order = until(lambda: (o := shop.get(path).json())["fulfilments"] and o)
        fulfilment = f"/v1/fulfilments/{order['fulfilments'][0]['id']}"
        contents = {"parcels": [{"weight_g": 1200, "lines": None}]}
        assert wms.post(f"{fulfilment}/pack", json=contents).status_code == 200
        left = {"carrier": "dhl", "tracking_numbers": [f"HELD-{reason.replace('_', '-')}"]}
        assert wms.post(f"{fulfilment}/ship", json=left).status_code == 200
        deliver(system, left["tracking_numbers"][0])
        done = until(lambda: (o := shop.get(path).json())["status"] == "completed" and o)
        captured = [each["amount"] for each in done["captures"]]
        assert captured == (["264.70"] if order["payment"]["provider"] else [])


def serve(clerk: httpx.Client, wms: httpx.Client, *, countries: list[str]) -> None:
    """The shop delivers to these countries, and has what is ordered."""
    shop = clerk.get("/v1/shops/berg-beutel").json()
    if shop["countries"] != countries:
        seller = {name: value for name, value in shop["seller"].items() if value is not None}
        wanted = {
            name: shop[name] for name in ("name", "support_email", "methods", "tax", "payment")
        }
        body = {**wanted, "seller": seller, "countries": countries}
        said = clerk.put("/v1/shops/berg-beutel", json=body)
        assert said.status_code == 200, said.text
        time.sleep(31)  # functions read a shop again after half a minute
    assert clerk.put("/v1/products/RUCK-45", json=PRODUCT).status_code in (200, 201)
    count(wms, "RUCK-45", 50)


def sell(clerk: httpx.Client, sku: str, more: dict[str, Any]) -> None:
    said = clerk.put(f"/v1/products/{sku}", json={**PRODUCT, **more})
    assert said.status_code in (200, 201), said.text


def count(wms: httpx.Client, sku: str, pieces: int) -> None:
    counted = {"location": "A", "as_of": datetime.now(UTC).isoformat()}
    rows = [{"sku": sku, "on_hand": pieces}]
    assert wms.post("/v1/stock/batch", json={**counted, "rows": rows}).status_code == 200


def let_go(system: System, path: str, hold: str, role: str) -> None:
    """Whoever owns the hold releases it."""
    with client(system, role) as owner:
        said = owner.post(f"{path}/holds/{hold}/release", json={"reason": "looked at it"})
        assert said.status_code == 200, said.text


def placed_as(shop: httpx.Client, reason: str, changes: dict[str, Any]) -> str:
    """The path of an order of a customer of its own."""
    email = changes.get("email", f"{reason}@kunde.example")
    order: dict[str, Any] = {**ORDER, "external_number": f"HELD-{reason}"}
    own: dict[str, Any] = {
        "customer": {"id": f"C-{reason}", "email": email},
        "payment": {"reference": f"PAY-{reason}"},
    }
    for name, values in own.items():
        order[name] = {**order[name], **values, **changes.get(name, {})}
    order["lines"] = [{**order["lines"][0], **changes.get("line", {})}]
    parts = {"email", "line", *own}
    order |= {name: value for name, value in changes.items() if name not in parts}
    said = shop.post("/v1/orders", json=order, headers={"Idempotency-Key": f"held-{reason}"})
    assert said.status_code == 202, said.text
    return said.headers["Location"]


def follow_link(http: httpx.Client, email: str) -> None:
    """The customer opens the link in the mail, without a key, and sends the right address."""

    def mail() -> Any:
        items = http.get("/mailbox", params={"to": email}).json()["items"]
        return next((m for m in items if "/a/" in json.dumps(m)), None)

    found = re.search(r"https?://[^\s\"\\<]+/a/[^\s\"\\<]+", json.dumps(until(mail)))
    assert found
    with httpx.Client(timeout=30) as person:
        assert "<form" in person.get(found[0]).text
        fields = {name: value or "" for name, value in ADDRESS.items()}
        answer = person.post(found[0], data=fields, follow_redirects=True)
        assert "Vielen Dank" in answer.text
        forged = found[0][:-1] + ("-" if found[0].endswith("_") else "_")
        assert person.get(forged).status_code == 404


def deliver(system: System, tracking_number: str) -> None:
    """The carrier scans that the parcel has arrived."""
    found = system.up()
    scan = {
        "tracking_number": tracking_number,
        "status": "delivered",
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    raw = json.dumps(scan).encode()
    mac = hmac.new(found["keys"]["carrier_secret"].encode(), raw, hashlib.sha256).hexdigest()
    url = f"{found['api']}/v1/carriers/dhl/webhook"
    said = httpx.post(url, content=raw, headers={"X-Signature": f"sha256={mac}"}, timeout=30)
    assert said.status_code == 202, said.text
