"""Examples of requests to the stage returns, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
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
    "POST /v1/withdrawals/{withdrawal}/close": {"reason": "The customer keeps the backpack."},
    "POST /v1/withdrawals/{withdrawal}/goods": {
        "proof": "dispatched",
        "tracking": "00340434161094042557",
    },
    "POST /v1/returns": {
        "order": "BB-10001",
        "lines": [{"number": "1", "quantity": 1, "reason": "wrong_size"}],
    },
    "POST /v1/returns/{rma}/receipts": {
        "number": "WE-2026-88",
        "location": "HAM-1",
        "lines": [{"number": "1", "quantity": 1, "grade": "A", "disposition": "restock"}],
    },
    "POST /v1/returns/{rma}/decisions": {
        "receipt": "WE-2026-88",
        "lines": [{"number": "1", "decision": "declined"}],
        "reason": "Worn for a season.",
    },
    "POST /v1/returns/{rma}/close": {"reason": "The customer keeps them."},
}
