"""Examples of requests to the stage fulfilment, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
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
}
