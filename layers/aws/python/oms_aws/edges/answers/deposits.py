"""What asking for a deposit answers."""

from __future__ import annotations

from oms_aws.edges.answers.core import Document, Told

ANSWERS: dict[str, Told] = {
    "POST /v1/orders/{order}/deposits": Told(
        Document,
        conflict="It is no part of what no invoice and no deposit asks for yet "
        "(`deposit_too_large`; `errors` says how much that is), or nothing of the order is to be "
        "billed any more (`nothing_to_bill`).",
    ),
}
