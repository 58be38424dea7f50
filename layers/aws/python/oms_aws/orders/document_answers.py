"""Answers about an order's documents and papers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms.core.documents import Format
from oms.core.documents import Kind as DocumentKind
from oms_aws.platform.answers import ID, DocumentId, FulfilmentId, Money, Time, Url
from oms_aws.platform.models import Model


class Document(Model):
    """A document; `url` answers with a redirect to its PDF and asks for your key.

    With `format` it has an e-invoice: inside the PDF and with `?format=xml`. One that breaks rules
    of EN 16931 or XRechnung is `rejected`: they are named, and nobody is sent it.
    """

    id: DocumentId
    type: DocumentKind
    number: Annotated[str, Field(description="Gap-free.", examples=["RE-2026-000123"])]
    fulfilment: Annotated[
        str,
        Field(
            pattern=r"^(ful_.+)?$",
            description="Empty of a deposit, and of what cancels a collective invoice.",
            examples=[f"ful_{ID}-1"],
        ),
    ]
    bill: Annotated[
        str | None,
        Field(
            description="Of a collective document, of which this is the order's share: `gross` is "
            "the share, the file is of the whole.",
            examples=[None],
        ),
    ]
    issued_at: Time
    gross: Annotated[Money, Field(examples=["264.70"])]
    status: Annotated[
        Literal["issued", "rejected", "archived"],
        Field(description="`archived` once its PDF is kept."),
    ]
    original: Annotated[
        DocumentId | None, Field(description="What a credit note is about.", examples=[None])
    ]
    format: Annotated[Format | None, Field(examples=["zugferd"])]
    rejected: Annotated[list[str], Field(description="The rules that it breaks.", examples=[[]])]
    sha256: Annotated[
        str | None, Field(description="Of the PDF, in hex.", examples=["9f86d081884c7d65…"])
    ]
    xml_sha256: Annotated[
        str | None, Field(description="Of the e-invoice, in hex.", examples=["60303ae22b998861…"])
    ]
    url: Annotated[Url, Field(examples=[f"https://oms.example/v1/documents/inv_{ID}"])]


class Paper(Model):
    """A paper in the archive; one with the same content is the same paper."""

    id: Annotated[str, Field(examples=[f"pap_{ID}-confirmation-9f86d081884c7d65"])]
    kind: Annotated[str, Field(examples=["confirmation"])]
    fulfilment: Annotated[FulfilmentId | None, Field(examples=[None])]
    made_at: Time
    sha256: Annotated[str, Field(description="Of the PDF, in hex.", examples=["9f86d081884c7d65…"])]


class Confirmed(Paper):
    """A confirmation; `link` opens it for the customer, without a key, for 90 days."""

    link: Annotated[Url, Field(examples=["https://oms.example/o/ord_….1780000000.…"])]
