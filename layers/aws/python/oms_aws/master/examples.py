"""Examples of requests to the stage master, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.example_values import (
    ACCOUNT,
    BREAKS,
    LOGO,
    PRICE_LIST,
    PRODUCT,
    RULES,
    SELLER,
    WAREHOUSE,
)

EXAMPLES: dict[str, dict[str, Any]] = {
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
    "PUT /v1/carriers/{carrier}": {
        "secret": "a-long-and-random-secret",
        "tracking_url": "https://tracking.example/parcels/{tracking_number}",
    },
    "PUT /v1/rules/{name}": RULES,
    "POST /v1/rules/{name}/activations": {"version": 3, "reason": "It held the last 100 orders."},
    "POST /v1/rules/{name}/trials": {"version": 3, "shop": "berg-beutel", "last": 100},
    "POST /v1/customers/{customer}/vat-check": {"vat_id": "ATU57477929"},
    "POST /v1/keys": {
        "client": "berg-beutel",
        "role": "shop",
        "shop": "berg-beutel",
        "expires_in_days": 365,
    },
    "POST /v1/keys/{api_key}/rotations": {"overlap_hours": 24},
}
