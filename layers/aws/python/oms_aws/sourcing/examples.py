"""Examples of requests to the stage sourcing, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
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
}
