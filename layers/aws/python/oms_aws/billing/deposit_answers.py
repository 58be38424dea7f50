"""Answers about asking for a deposit, or for a pro forma invoice."""

from __future__ import annotations

from oms_aws.orders.document_answers import Document, Paper
from oms_aws.platform.answers import Told

_NOTHING = "Nothing is left of the order (`nothing_to_confirm`)."

ANSWERS: dict[str, Told] = {
    "POST /v1/orders/{order}/deposits": Told(
        Document,
        conflict="It is no part of what no invoice and no deposit asks for yet "
        "(`deposit_too_large`; `errors` says how much that is), or nothing of the order is to be "
        "billed any more (`nothing_to_bill`).",
    ),
    "POST /v1/orders/{order}/pro-forma": Told(Paper, conflict=_NOTHING),
    "GET /v1/orders/{order}/pro-forma": Told(
        headers=("Location",),
        text="Follow `Location` to the PDF within minutes.",
        conflict=_NOTHING,
    ),
}
