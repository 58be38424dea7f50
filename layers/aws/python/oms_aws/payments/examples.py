"""Examples of requests to the stage payments, for the description of the API and its tests."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
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
}
