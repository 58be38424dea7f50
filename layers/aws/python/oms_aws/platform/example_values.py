"""Values that examples of requests have in common, which tests take as well."""

from __future__ import annotations

import base64

ADDRESS = {
    "name": "Erika Mustermann",
    "company": None,
    "line1": "Ringstr. 5",
    "line2": None,
    "postal_code": "80331",
    "city": "München",
    "region": None,
    "country": "DE",
}
LOGO = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">'
    b'<path d="M0 20 14 2 22 12 28 6 40 20z" fill="#1f5a54"/></svg>'
).decode()
WAREHOUSE = {
    "name": "Lager München",
    "address": {**ADDRESS, "name": "Berg & Beutel, Lager", "line1": "Hallenweg 2"},
    "time_zone": "Europe/Berlin",
    "cut_off": {"standard": "15:00", "express": "17:30"},
    "priority": 1,
    "safety_stock": 0,
    "region": "BY",
    "closures": ["2026-12-24"],
    "capacity": 800,
    "zones": [{"id": "Z1", "bins": ["Z1-01", "Z1-02"]}],
}
PRODUCT = {
    "name": {"de": "Rucksack 45 l", "en": "Backpack 45 l"},
    "weight_g": 1450,
    "length_mm": 650,
    "width_mm": 320,
    "height_mm": 240,
    "tax_category": "standard",
    "list_price": "129.90",
    "price_currency": "EUR",
    "kind": "stock",
    "gtin": "4006381333931",
    "hs_code": "42029291",
    "origin": "DE",
    "group": "bags",
}
ACCOUNT = {
    "type": "B2B",
    "name": "Alpenverein Sektion Tal",
    "email": "einkauf@verein.example",
    "company": "Alpenverein Sektion Tal e. V.",
    "addresses": [ADDRESS],
    "group": "clubs",
    "vat_id": "ATU57477929",
    "credit_limit": "5000.00",
    "terms": {"days": 30, "discount_percent": "2", "discount_days": 10},
    "priority": 10,
    "billing": {"collective": "monthly", "week_ends": "sunday"},
    "approvals": [
        {
            "level": 1,
            "approver": {"id": "P-2", "name": "Ruth Vorstand", "email": "ruth@verein.example"},
            "over": "1000.00",
        }
    ],
}
PAYMENT = {"method": "paypal", "status": "authorised", "amount": "264.70", "reference": "PAY-1"}
PRICE_LIST = {
    "currency": "EUR",
    "price_mode": "net",
    "group": "clubs",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
}
BREAKS = [
    {"from_quantity": 1, "unit_price": "99.00"},
    {"from_quantity": 10, "unit_price": "92.50"},
]
ORDER = {
    "external_number": "BB-10001",
    "placed_at": "2026-11-23T10:15:00+01:00",
    "currency": "EUR",
    "price_mode": "gross",
    "customer": {
        "id": "C-17",
        "type": "B2C",
        "name": "Erika Mustermann",
        "email": "erika@example.com",
        "phone": "+4915112345678",
        "locale": "de",
        "company": None,
        "vat_id": None,
        "group": None,
    },
    "billing_address": ADDRESS,
    "shipping_address": None,
    "lines": [{"number": "1", "sku": "RUCK-45", "quantity": 2, "unit_price": "129.90"}],
    "shipping": {"method": "standard", "price": "4.90"},
    "payment": PAYMENT,
    "delivery": {"partial_allowed": True},
    "note": None,
}
SELLER = {
    "name": "Berg & Beutel GmbH",
    "line1": "Almweg 1",
    "postal_code": "83471",
    "city": "Berchtesgaden",
    "country": "DE",
    "vat_id": "DE123456789",
    "register": "HRB 12345, Amtsgericht Traunstein",
    "bank": {"name": "Musterbank", "iban": "DE02120300000000202051", "bic": "BYLADEM1001"},
}
ENTRY = {"type": "email", "value": "mail@example.com", "reason": "Charged back twice."}
RULES = {
    "graph": {
        "nodes": [
            {"id": "order", "type": "inputNode", "name": "Order"},
            {
                "id": "indicators",
                "type": "decisionTableNode",
                "name": "Indicators",
                "content": {
                    "hitPolicy": "collect",
                    "inputs": [{"id": "when", "name": "When"}],
                    "outputs": [
                        {"id": "indicator", "name": "Indicator", "field": "indicator"},
                        {"id": "points", "name": "Points", "field": "points"},
                        {"id": "reason", "name": "Reason", "field": "reason"},
                    ],
                    "rules": [
                        {
                            "_id": "1",
                            "when": "orders_by_ip_1h > 5",
                            "indicator": '"velocity_ip"',
                            "points": "60",
                            "reason": '"More than 5 orders from this IP address in an hour"',
                        }
                    ],
                },
            },
            {"id": "points", "type": "outputNode", "name": "Points"},
        ],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "order", "targetId": "indicators"},
            {"id": "e2", "type": "edge", "sourceId": "indicators", "targetId": "points"},
        ],
    },
    "hold_from": 50,
    "refuse_from": 100,
    "golden": [{"facts": {"orders_by_ip_1h": 6}, "verdict": "hold"}],
    "note": "Only the IP address counts.",
}
