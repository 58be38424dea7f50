"""The shapes that every area of the API shares, and the answers of its core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from oms_aws.platform.models import Model

ID = "019aafc3b5f77c10a2d4e6f8091b3c5d"
"""The random part of every example id."""

OrderId = Annotated[str, Field(pattern=r"^ord_", examples=[f"ord_{ID}"])]
FulfilmentId = Annotated[str, Field(pattern=r"^ful_", examples=[f"ful_{ID}-1"])]
DocumentId = Annotated[str, Field(examples=[f"inv_{ID}"])]
EventId = Annotated[str, Field(examples=[f"evt_{ID}"])]
EndpointId = Annotated[str, Field(examples=[f"whk_{ID}"])]
ExternalNumber = Annotated[
    str, Field(description="The shop's own number of the order.", examples=["BB-10001"])
]
Shop = Annotated[str, Field(description="The sales channel.", examples=["berg-beutel"])]
Number = Annotated[str, Field(description="The number of the line.", examples=["1"])]
Sku = Annotated[str, Field(examples=["RUCK-45"])]
Location = Annotated[str, Field(description="The warehouse.", examples=["A"])]
Money = Annotated[
    str,
    Field(
        pattern=r"^-?\d+(\.\d+)?$",
        description="An exact decimal number, as text.",
        examples=["129.90"],
    ),
]
Currency = Annotated[str, Field(description="ISO 4217.", examples=["EUR"])]
Time = Annotated[AwareDatetime, Field(examples=["2026-11-23T09:15:02.104831Z"])]
Pieces = Annotated[int, Field(description="How many pieces.", examples=[2])]
Version = Annotated[int, Field(description="Grows by one with every change.", examples=[7])]
Cursor = Annotated[
    str | None,
    Field(
        description="Send it as `cursor` for the next page; null on the last one.", examples=[None]
    ),
]
PersonName = Annotated[str, Field(examples=["Erika Mustermann"])]
Carrier = Annotated[str | None, Field(examples=["dhl"])]
TrackingNumber = Annotated[str | None, Field(examples=["00340434161094042557"])]
Url = Annotated[str, Field(examples=["https://oms.example"])]


class FieldError(Model):
    """One wrong field; `field` is its path, as in `lines.0.quantity`."""

    field: Annotated[str, Field(examples=["lines.0.quantity"])]
    reason: Annotated[str, Field(examples=["Input should be greater than or equal to 1"])]


class Problem(BaseModel):
    """Problem: the reason that a request was not done (RFC 9457); some carry further members."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: Annotated[
        str,
        Field(
            description="Stable: switch on this.", examples=["urn:auftakt:problem:request_invalid"]
        ),
    ]
    title: Annotated[str, Field(examples=["request invalid"])]
    status: Annotated[int, Field(ge=400, le=599, examples=[422])]
    detail: Annotated[
        str, Field(description="For people.", examples=["The request has wrong fields."])
    ]
    instance: Annotated[
        str,
        Field(
            description="Name it when you ask us about it.",
            examples=["urn:auftakt:request:Uj2xkhqvliAEJmA="],
        ),
    ]
    errors: Annotated[list[FieldError], Field(description="Every wrong field.")]


class Turned(Model):
    """The gateway did not let the call in: no key, an unknown one, or too many calls."""

    message: Annotated[str, Field(examples=["Unauthorized"])]


class Address(Model):
    """A postal address."""

    name: PersonName
    company: Annotated[str | None, Field(examples=[None])] = None
    line1: Annotated[str, Field(examples=["Ringstr. 5"])]
    line2: Annotated[str | None, Field(examples=[None])] = None
    postal_code: Annotated[str, Field(examples=["80331"])]
    city: Annotated[str, Field(examples=["München"])]
    region: Annotated[str | None, Field(examples=[None])] = None
    country: Annotated[str, Field(description="ISO 3166-1 alpha-2.", examples=["DE"])]


class Erasure(Model):
    """Wish to have personal data erased, and the time since which they are."""

    requested_at: Time
    by: Annotated[str, Field(examples=["shop:berg-beutel"])]
    erased_at: Time | None


class Quantities(Model):
    """Pieces of a line by line state: each is in one, and they add up to `ordered`."""

    ordered: Annotated[int, Field(description="The sum of all others.", examples=[2])]
    open: Annotated[int, Field(description="Captured, not yet reserved.", examples=[0])]
    reserved: Annotated[int, Field(description="Promised from stock.", examples=[0])]
    backordered: Annotated[int, Field(description="Waiting for stock.", examples=[0])]
    released: Annotated[int, Field(description="With a warehouse.", examples=[0])]
    packed: Annotated[int, Field(description="In a parcel.", examples=[0])]
    shipped: Annotated[int, Field(description="With a carrier.", examples=[2])]
    delivered: Annotated[int, Field(description="With the customer.", examples=[0])]
    cancelled: Annotated[int, Field(description="Cancelled or refused.", examples=[0])]
    returned: Annotated[int, Field(description="Back again.", examples=[0])]


class RefusedRow(Model):
    """A row that was not taken; `row` counts from 0."""

    row: Annotated[int, Field(ge=0, examples=[3])]
    sku: Annotated[
        str | None, Field(description="The SKU or id of the row, if it has one.", examples=["X-1"])
    ]
    reason: Annotated[str, Field(examples=["no such product"])]


@dataclass(frozen=True)
class Told:
    """Answer of a route that does what it was asked; `conflict` is why it says 409.

    `pages` are statuses in which a route for people says no, in a page.
    """

    model: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()
    conflict: str = ""
    text: str = ""
    content_type: str = "application/json"
    pages: tuple[int, ...] = ()


PAGES = (404, 409, 410, 503)
