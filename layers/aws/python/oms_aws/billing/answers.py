"""Answers about documents, route by route."""

from __future__ import annotations

from oms_aws.orders.document_answers import Confirmed, Document
from oms_aws.platform.answers import Cursor, Told
from oms_aws.platform.models import Model


class Documents(Model):
    """The documents of an order."""

    items: list[Document]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "GET /v1/orders/{order}/documents": Told(Documents),
    "GET /v1/documents/{document}": Told(
        headers=("Location",), text="Follow `Location` to the PDF within minutes."
    ),
    "GET /v1/orders/{order}/confirmation": Told(
        headers=("Location",),
        text="Follow `Location` to the PDF within minutes.",
        conflict="Nothing is left of the order (`nothing_to_confirm`).",
    ),
    "POST /v1/orders/{order}/confirmation": Told(
        Confirmed, conflict="Nothing is left of the order (`nothing_to_confirm`)."
    ),
    "GET /o/{token}": Told(
        headers=("Location",),
        text="Follow `Location` to the PDF within minutes.",
        pages=(404, 409, 410, 422, 503),
    ),
    "GET /v1/fulfilments/{fulfilment}/papers/{paper}": Told(
        headers=("Location",),
        text="Follow `Location` to the PDF within minutes.",
        conflict="It is cancelled (`fulfilment_cancelled`), or goes without a parcel "
        "(`no_parcel`).",
    ),
    "GET /d/{token}": Told(
        headers=("Location",),
        text="Follow `Location` to the PDF within minutes.",
        pages=(404, 410, 422, 503),
    ),
}
