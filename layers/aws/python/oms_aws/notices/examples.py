"""Examples of requests to the stage notices, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "POST /v1/webhooks": {
        "url": "https://shop.example/hooks/auftakt",
        "events": ["Order.Held", "Shipment.Confirmed"],
        "contact": "it@shop.example",
    },
    "PATCH /v1/webhooks/{endpoint}": {"paused": True},
    "POST /v1/webhooks/{endpoint}/replay": {
        "after": "2026-11-23T00:00:00+01:00",
        "deliveries": None,
    },
}
