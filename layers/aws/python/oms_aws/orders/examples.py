"""Examples of requests to the stage orders, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.example_values import ADDRESS, ORDER, PAYMENT

EXAMPLES: dict[str, dict[str, Any]] = {
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
}
