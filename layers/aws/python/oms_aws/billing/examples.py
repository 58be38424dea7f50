"""Examples of requests to the stage billing, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
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
    "POST /v1/tax/quote": {
        "currency": "EUR",
        "price_mode": "net",
        "buyer": {"type": "B2C"},
        "ship_to": {"country": "AT", "postal_code": "6020"},
        "lines": [{"number": "1", "sku": "RUCK-45", "quantity": 2, "unit_price": "109.16"}],
        "shipping": "4.12",
        "discounts": [{"amount": "5.00", "code": "WELCOME5"}],
    },
}
