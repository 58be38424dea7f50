"""Parameters of the routes in the OpenAPI document: path, query and headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from oms.orders.hold_reasons import REASONS, RELEASERS
from oms.returns.rma import ReturnStatus
from oms.returns.withdrawal import Status
from oms_aws.api.announcements import REF, Json
from oms_aws.platform.answers import ID
from oms_aws.platform.http import Routed

PATH = {
    "order": ("The order's id.", f"ord_{ID}"),
    "change": ("The id of the change's preview.", f"chg_{ID}"),
    "payment": ("The bank's transaction id.", "2026-11-24-0001"),
    "name": ("The name of the rules; there is `fraud`.", "fraud"),
    "which": ("`block` or `allow`.", "block"),
    "hold": ("The hold's id within its order.", "hold_1"),
    "sku": ("The SKU.", "RUCK-45"),
    "customer": ("The shop's own id of the customer.", "C-2001"),
    "list": ("The price list's id.", "clubs-2026"),
    "purchase": ("The merchant's own number of the purchase order.", "PO-4711"),
    "warehouse": ("The warehouse's id.", "A"),
    "shop": ("The shop's id.", "berg-beutel"),
    "carrier": ("The carrier's id.", "dhl"),
    "fulfilment": ("The fulfilment's id.", f"ful_{ID}-1"),
    "paper": ("`delivery-note` or `packing-slip`.", "delivery-note"),
    "document": ("The document's id.", f"inv_{ID}-1"),
    "token": ("The signed part of a link in a mail.", "eyJkIjoiaW52…"),
    "failure": ("The failure's id within its order.", "failure_1"),
    "endpoint": ("The webhook endpoint's id.", f"whk_{ID}"),
    "withdrawal": ("The withdrawal's id.", f"wdr_{ID}"),
    "rma": ("The return's id.", f"ret_{ID}"),
    "letter": ("The dead letter's id.", "dl_1795442531000_4f0c…"),
    "export": ("The export's id.", f"exp_{ID}"),
    "upload": ("The upload's id.", f"upl_{ID}"),
    "api_key": ("The key's id, which opens nothing.", f"key_{ID}"),
}
QUERY: dict[str, tuple[str, Json]] = {
    "external_number": ("Only the order with the shop's own number.", {"type": "string"}),
    "order": ("Only those of the order with this id.", {"type": "string"}),
    "version": (
        "Another version than the one that decides; 0 is what Auftakt brings along.",
        {"type": "integer", "minimum": 0},
    ),
    "owner": (
        "Only those that this party has to see to.",
        {"type": "string", "enum": [*RELEASERS]},
    ),
    "reason": ("Only those with this reason.", {"type": "string", "enum": [*REASONS]}),
    "overdue": ("Only those whose deadline has passed.", {"type": "boolean"}),
    "status": ("Only those in this status.", {"type": "string"}),
    "state": (
        "Open or only overdue documents, or money of customers that no document needs.",
        {"type": "string", "enum": ["open", "overdue", "credit"], "default": "open"},
    ),
    "client": ("Only of this client.", {"type": "string"}),
    "key_state": (
        "Only those that stand so.",
        {"type": "string", "enum": ["active", "expired", "revoked"]},
    ),
    "customer": ("Only of this customer of the shop.", {"type": "string"}),
    "due_before": ("Only what is due before this day.", {"type": "string", "format": "date"}),
    "by": ("Also the sums of each customer.", {"type": "string", "enum": ["customer"]}),
    "shop": ("Of this shop; a shop's key sees only its own anyway.", {"type": "string"}),
    "location": ("The warehouse.", {"type": "string"}),
    "currency": ("ISO 4217; the customer's own by default.", {"type": "string"}),
    "sku": ("Only of this SKU.", {"type": "string"}),
    "email": ("Only with this mail address, in upper or lower case.", {"type": "string"}),
    "placed_from": (
        "Only what was placed on this day of the shop's time zone, or at this time, and later.",
        {"type": "string", "examples": ["2026-11-23"]},
    ),
    "placed_to": (
        "Only what was placed up to this day or time, that included.",
        {"type": "string", "examples": ["2026-11-23T18:00:00Z"]},
    ),
    "lang": (
        "The language of a page; that of the browser by default.",
        {"type": "string", "enum": ["de", "en", "fr", "it"]},
    ),
    "cursor": ("Where the page before ended.", {"type": "string"}),
    "format": (
        "The PDF, or the e-invoice where there is one.",
        {"type": "string", "enum": ["pdf", "xml"], "default": "pdf"},
    ),
    "limit": (
        "How many at most.",
        {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    ),
    "after": ("Only behind this sequence number.", {"type": "integer", "minimum": 0, "default": 0}),
}
HEADERS: dict[str, tuple[str, Json]] = {
    "Idempotency-Key": (
        "Makes repeating safe: the same key and body get the first answer again, for 30 days.",
        {"type": "string", "minLength": 1, "maxLength": 255, "examples": ["BB-10001"]},
    ),
    "If-Match": (
        "The ETag that you have seen: refused with 412 if it has changed since.",
        {"type": "string", "examples": ['"7"']},
    ),
    "X-Signature": (
        "`sha256=` and the HMAC-SHA256 of the raw body in hex, with the carrier's secret.",
        {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
    ),
    "Stripe-Signature": (
        "`t=` and seconds since 1970, `v1=` and the HMAC-SHA256 of both that and the raw body.",
        {"type": "string", "examples": ["t=1795442531,v1=5257a869e7ec…"]},
    ),
}
DEMANDED = {
    "POST /v1/orders": "Idempotency-Key",
    "GET /v1/fulfilments": "location",
    "POST /v1/carriers/{carrier}/webhook": "X-Signature",
    "POST /v1/providers/stripe/webhook": "Stripe-Signature",
}
STATUSES: dict[str, tuple[str, Json]] = {
    "GET /v1/orders": ("Only those in this status.", {"$ref": f"{REF}Status"}),
    "GET /v1/webhooks/{endpoint}/deliveries": (
        "Only those in this state.",
        {"type": "string", "enum": ["waiting", "delivered", "failed", "exhausted"]},
    ),
    "GET /v1/withdrawals": (
        "Only those in this status.",
        {"type": "string", "enum": [*get_args(Status)]},
    ),
    "GET /v1/returns": (
        "Only those in this status.",
        {"type": "string", "enum": [*get_args(ReturnStatus)]},
    ),
    "GET /v1/payments": (
        "Only those in this status.",
        {
            "type": "string",
            "enum": ["unmatched", "partly_matched", "matched"],
            "default": "unmatched",
        },
    ),
    "GET /v1/fulfilments": (
        "Only those in this status.",
        {"$ref": f"{REF}FulfilmentStatus", "default": "released"},
    ),
}


def parameters(route: Routed) -> Iterator[Json]:
    demanded = DEMANDED.get(route.key)
    for part in route.key.split("/"):
        if part.startswith("{"):
            text, example = PATH[part[1:-1]]
            yield {
                "name": part[1:-1],
                "in": "path",
                "required": True,
                "description": text,
                "schema": {"type": "string"},
                "example": example,
            }
    for place, names, known in (("query", route.query, QUERY), ("header", route.headers, HEADERS)):
        for name in names:
            text, schema = STATUSES[route.key] if name == "status" else known[name]
            yield {
                "name": name,
                "in": place,
                "required": name == demanded,
                "description": text,
                "schema": schema,
            }
