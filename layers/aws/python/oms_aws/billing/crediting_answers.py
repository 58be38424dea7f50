"""Answers about crediting an invoice."""

from __future__ import annotations

from oms_aws.orders.document_answers import Document
from oms_aws.platform.answers import Told

_CONFLICT = (
    "More is claimed than earlier credit notes have left (`not_creditable`; `errors` says of which "
    "line, and what is left), nothing of it is worth anything (`nothing_to_credit`), or it is a "
    "deposit that a final invoice has deducted (`deposit_deducted`: credit that one)."
)

ANSWERS: dict[str, Told] = {
    "POST /v1/orders/{order}/credit-notes": Told(Document, conflict=_CONFLICT),
    "POST /v1/documents/{document}/cancel": Told(Document, conflict=_CONFLICT),
    "POST /v1/documents/{document}/corrections": Told(
        Document,
        conflict="It is no invoice of a shipment (`not_correctable`), still holds in part "
        "(`not_cancelled`), or was corrected before (`corrected_already`).",
    ),
}
