"""Examples of requests to the stage screening, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.example_values import ADDRESS, ENTRY

EXAMPLES: dict[str, dict[str, Any]] = {
    "POST /v1/lists/{which}": ENTRY,
    "POST /v1/lists/{which}/removals": {**ENTRY, "reason": "It was a mistake."},
    "POST /v1/orders/{order}/address": {
        "address": ADDRESS,
        "phone": "+4915112345678",
        "email": "erika@example.com",
        "reason": "The customer called.",
    },
    "POST /v1/orders/{order}/holds/{hold}/release": {"reason": "The bank confirmed the payment."},
    "POST /v1/orders/{order}/approvals": {
        "decision": "approve",
        "person": "P-2",
        "reason": "",
    },
}
