"""Examples of requests, route by route: for the description of the API and its tests."""

from __future__ import annotations

import base64
from typing import Any

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
REQUESTS: dict[str, dict[str, Any]] = {
    "PUT /v1/products/{sku}": PRODUCT,
    "PUT /v1/products/{sku}/owner": {"shop": "berg-beutel"},
    "POST /v1/products/batch": {"items": [{"sku": "RUCK-45", **PRODUCT}]},
    "PUT /v1/warehouses/{warehouse}": WAREHOUSE,
    "POST /v1/warehouses/batch": {"items": [{"id": "A", **WAREHOUSE}]},
    "PUT /v1/customers/{customer}": ACCOUNT,
    "POST /v1/customers/batch": {"items": [{"id": "C-2001", **ACCOUNT}]},
    "PUT /v1/price-lists/{list}": PRICE_LIST,
    "PUT /v1/price-lists/{list}/prices/{sku}": {"breaks": BREAKS},
    "POST /v1/prices/batch": {
        "items": [{"list": "clubs-2026", "sku": "RUCK-45", "breaks": BREAKS}]
    },
    "PUT /v1/shops/{shop}": {
        "name": "Berg&Beutel",
        "seller": SELLER,
        "support_email": "service@example.com",
        "invoice_prefix": "RE",
        "bookkeeping": {"consultant": 29098, "client": 55003, "chart": "SKR03"},
        "language": "de",
        "countries": ["DE", "AT", "CH"],
        "methods": {"standard": {"carrier": "dhl", "po_box": False, "phone": False}},
        "number_patterns": {"credit_note": "RK-{year}-{number:06}"},
        "letterhead": {
            "colour": "#1f5a54",
            "logo": {"data": LOGO},
            "tagline": "Alles für draußen",
            "footer": [["Berg & Beutel GmbH", "Almweg 1"], ["IBAN DE02 1203 0000 0000 2020 51"]],
        },
        "texts": {
            "invoice": {
                "de": {
                    "intro": "Guten Tag {name}, zu Ihrer Bestellung {order} berechnen wir:",
                    "closing": "Servus aus den Bergen!",
                    "payment": {"invoice": "Bitte überweisen Sie bis {due_on}"},
                }
            }
        },
        "papers": {"delivery_note_prices": None, "confirmation_link": True},
    },
    "POST /v1/exports": {"kind": "datev", "from": "2026-11-01", "to": "2026-11-30"},
    "PUT /v1/carriers/{carrier}": {
        "secret": "a-long-and-random-secret",
        "tracking_url": "https://tracking.example/parcels/{tracking_number}",
    },
    "POST /v1/orders": ORDER,
    "POST /v1/orders/{order}/cancellations": {
        "cause": "customer",
        "reason": "The customer changed their mind.",
        "lines": [{"number": "1", "quantity": 1}],
    },
    "POST /v1/orders/{order}/changes": {
        "reason": "The customer wants one more, and a pair of socks.",
        "lines": [
            {"number": "1", "quantity": 3},
            {"number": "2", "sku": "SOCKE-42", "quantity": 1, "unit_price": "14.50"},
        ],
        "shipping_address": ADDRESS,
        "payment": {**PAYMENT, "amount": "409.10", "reference": "PAY-2"},
    },
    "PUT /v1/rules/{name}": RULES,
    "POST /v1/rules/{name}/activations": {"version": 3, "reason": "It held the last 100 orders."},
    "POST /v1/rules/{name}/trials": {"version": 3, "shop": "berg-beutel", "last": 100},
    "POST /v1/lists/{which}": ENTRY,
    "POST /v1/lists/{which}/removals": {**ENTRY, "reason": "It was a mistake."},
    "POST /v1/orders/{order}/address": {
        "address": ADDRESS,
        "phone": "+4915112345678",
        "email": "erika@example.com",
        "reason": "The customer called.",
    },
    "POST /v1/orders/{order}/credit-notes": {
        "document": "inv_019aafc3b5f77c10a2d4e6f8091b3c5d-1",
        "reason": "One backpack came back.",
        "lines": [{"number": "1", "quantity": 1, "amount": None}],
        "shipping": "0.00",
    },
    "POST /v1/orders/{order}/deposits": {"percent": "30", "due_on": "2026-12-07"},
    "POST /v1/customers/{customer}/collective-invoices": {"purchase_order": None},
    "POST /v1/orders/{order}/reductions": {
        "fulfilment": "ful_019aafc3b5f77c10a2d4e6f8091b3c5d-1",
        "reason": "One backpack came back.",
        "lines": [{"number": "1", "quantity": 1, "amount": None}],
        "shipping": "0.00",
    },
    "POST /v1/documents/{document}/cancel": {"reason": "The invoice names the wrong buyer."},
    "POST /v1/documents/{document}/corrections": {"reason": "The buyer's name was wrong."},
    "POST /v1/orders/{order}/holds/{hold}/release": {"reason": "The bank confirmed the payment."},
    "POST /v1/orders/{order}/approvals": {
        "decision": "approve",
        "person": "P-2",
        "reason": "",
    },
    "POST /v1/payments": {
        "items": [
            {
                "transaction_id": "2026-11-24-0001",
                "reference": "Bestellung BB-10001 vielen Dank",
                "amount": "264.70",
                "currency": "EUR",
                "value_date": "2026-11-24",
                "payer": "Erika Mustermann",
                "payer_account": "DE02120300000000202051",
            }
        ]
    },
    "POST /v1/payments/{payment}/assignments": {
        "order": "ord_019aafc3b5f77c10a2d4e6f8091b3c5d",
        "amount": "264.70",
    },
    "POST /v1/orders/{order}/captures": {
        "amount": "264.70",
        "reference": "8AC72A944E3B",
        "at": "2026-11-24T09:00:00+01:00",
        "document": "inv_019aafc3b5f77c10a2d4e6f8091b3c5d-1",
    },
    "POST /v1/orders/{order}/refunds": {
        "amount": "129.90",
        "reference": "8AC72A944E3B-R1",
        "document": "crn_019aafc3b5f77c10a2d4e6f8091b3c5d",
    },
    "POST /v1/orders/{order}/payment-failures/{failure}": {
        "decision": "retry",
        "reason": "the customer has authorised anew",
        "payment": {"reference": "pi_3RmAbCB3KTBdesMM1aBcDeFg", "amount": "264.70"},
    },
    "POST /v1/providers/stripe/webhook": {
        "id": "evt_1Rl9KAB3KTBdesMM0XTomcE8",
        "type": "refund.failed",
        "data": {
            "object": {
                "id": "re_1Nispe2eZvKYlo2Cd31jOCgZ",
                "object": "refund",
                "amount": 12990,
                "currency": "eur",
                "payment_intent": "pi_3Rl9KAB3KTBdesMM0XTomcE8",
                "status": "failed",
                "failure_reason": "expired_or_canceled_card",
            }
        },
    },
    "POST /v1/open-items/{document}/dunning-hold": {
        "until": "2027-01-15",
        "reason": "pays in two parts",
    },
    "POST /v1/stock/batch": {
        "location": "A",
        "as_of": "2026-11-23T06:00:00+01:00",
        "rows": [{"sku": "RUCK-45", "on_hand": 14, "safety": 1}, {"sku": "ZELT-2", "on_hand": 0}],
    },
    "POST /v1/stock/uploads": {
        "location": "A",
        "as_of": "2026-11-23T06:00:00+01:00",
        "format": "csv",
    },
    "PUT /v1/stock/{sku}/buffers/{shop}": {"pieces": 2, "percent": 10},
    "POST /v1/availability": {
        "lines": [{"sku": "RUCK-45", "quantity": 2}],
        "destination": {"country": "DE", "postal_code": "80331"},
        "method": "standard",
    },
    "PUT /v1/purchase-orders/{purchase}": {
        "location": "A",
        "supplier": "Nordwand GmbH",
        "lines": [
            {"number": "1", "sku": "RUCK-45", "quantity": 40, "expected_on": "2026-12-04"},
            {"number": "2", "sku": "ZELT-2", "quantity": 12, "expected_on": "2026-12-11"},
        ],
        "cancelled": False,
    },
    "POST /v1/purchase-orders/{purchase}/receipts": {
        "number": "LS-88",
        "received_at": "2026-12-04T08:10:00+01:00",
        "lines": [{"number": "1", "quantity": 25}],
    },
    "POST /v1/withdrawals": {
        "name": "Erika Mustermann",
        "contract": "BB-10001",
        "email": "erika@post.example",
        "lines": [{"number": "1", "quantity": 1}],
        "language": "de",
        "declared_at": "2026-11-20T20:15:00+01:00",
        "verified": True,
    },
    "POST /v1/withdrawals/{withdrawal}/match": {
        "order": "BB-10001",
        "lines": [{"number": "1", "quantity": 1}],
    },
    "POST /v1/withdrawals/{withdrawal}/decisions": {
        "lines": [{"number": "1", "decision": "accepted"}],
        "reason": "One day late: accepted as goodwill.",
    },
    "POST /v1/withdrawals/{withdrawal}/goods": {
        "proof": "dispatched",
        "tracking": "00340434161094042557",
    },
    "POST /v1/withdrawals/{withdrawal}/close": {"reason": "The customer keeps the backpack."},
    "POST /v1/fulfilments/{fulfilment}/pack": {
        "parcels": [{"weight_g": 3050, "lines": [{"number": "1", "quantity": 2}]}]
    },
    "POST /v1/fulfilments/{fulfilment}/recall": {
        "answer": "accepted",
        "reason": "Back on the shelf.",
    },
    "POST /v1/fulfilments/{fulfilment}/ship": {
        "carrier": "dhl",
        "tracking_numbers": ["00340434161094042557"],
    },
    "POST /v1/carriers/{carrier}/webhook": {
        "tracking_number": "00340434161094042557",
        "status": "out_for_delivery",
        "occurred_at": "2026-11-24T07:42:00+01:00",
        "location": "München",
        "text": None,
    },
    "POST /v1/tax/quote": {
        "currency": "EUR",
        "price_mode": "net",
        "buyer": {"type": "B2C"},
        "ship_to": {"country": "AT", "postal_code": "6020"},
        "lines": [{"number": "1", "sku": "RUCK-45", "quantity": 2, "unit_price": "109.16"}],
        "shipping": "4.12",
        "discounts": [{"amount": "5.00", "code": "WELCOME5"}],
    },
    "POST /v1/customers/{customer}/vat-check": {"vat_id": "ATU57477929"},
    "POST /v1/keys": {
        "client": "berg-beutel",
        "role": "shop",
        "shop": "berg-beutel",
        "expires_in_days": 365,
    },
    "POST /v1/keys/{api_key}/rotations": {"overlap_hours": 24},
    "POST /v1/webhooks": {
        "url": "https://shop.example/hooks/auftakt",
        "events": ["Order.Held", "Shipment.Confirmed"],
        "contact": "it@shop.example",
    },
    "PATCH /v1/webhooks/{endpoint}": {"paused": True},
    "POST /v1/customers/{customer}/erasure": {},
    "POST /v1/emissions": {"aggregate": "order/ord_01932f5c7e7b7c0f8a3d2b1c4d5e6f70", "first": 3},
    "POST /v1/webhooks/{endpoint}/replay": {
        "after": "2026-11-23T00:00:00+01:00",
        "deliveries": None,
    },
}
