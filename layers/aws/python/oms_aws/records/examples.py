"""Examples of requests to the stage records, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "POST /v1/exports": {"kind": "datev", "from": "2026-11-01", "to": "2026-11-30"},
    "POST /v1/customers/{customer}/erasure": {},
    "POST /v1/emissions": {"aggregate": "order/ord_01932f5c7e7b7c0f8a3d2b1c4d5e6f70", "first": 3},
}
