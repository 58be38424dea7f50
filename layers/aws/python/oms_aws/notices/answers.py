"""Answers about webhooks: endpoints, how they stand, and how deliveries go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.answers import ID, Cursor, EndpointId, EventId, Time, Told, Url
from oms_aws.platform.models import Model


class Endpoint(Model):
    """Endpoint of a client, its events (`*`: all that its role may read), and how it stands.

    After failures in a row it is paused; its keeper can pause it too.
    """

    id: EndpointId
    shop: Annotated[str, Field(description="Empty: all shops.", examples=["berg-beutel"])]
    role: Annotated[str, Field(description="Of the key that added it.", examples=["shop"])]
    url: Annotated[Url, Field(examples=["https://shop.example/hooks/auftakt"])]
    events: Annotated[list[str], Field(examples=[["Order.Held", "Shipment.Confirmed"]])]
    description: Annotated[str, Field(examples=["Shop, production"])]
    contact: Annotated[
        str,
        Field(description="Who is told by mail when it fails.", examples=["it@shop.example"]),
    ]
    language: Annotated[
        Literal["de", "en", ""], Field(description="Of that mail.", examples=["de"])
    ]
    status: Annotated[Literal["active", "paused"], Field(examples=["active"])]
    paused: Annotated[bool, Field(description="By its keeper.", examples=[False])]
    slow: Annotated[
        bool, Field(description="It is served event by event from its line.", examples=[False])
    ]
    waiting: Annotated[int, Field(description="Deliveries in its line.", examples=[0])]
    failures: Annotated[int, Field(description="In a row.", examples=[0])]
    paused_at: Annotated[Time | None, Field(examples=[None])]
    paused_until: Annotated[
        Time | None, Field(description="When it is called again.", examples=[None])
    ]
    error: Annotated[str, Field(description="Of the last failure.", examples=[""])]


class SecretOfEndpoint(Endpoint):
    """The endpoint, and the secret that signs what it gets: keep it, it is not shown again."""

    secret: Annotated[str, Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])]


class Endpoints(Model):
    """The endpoints that the caller keeps."""

    items: list[Endpoint]
    cursor: Cursor


class Tested(Model):
    """Outcome of a test event."""

    event: EventId
    delivered: Annotated[bool, Field(examples=[True])]
    status: Annotated[int, Field(description="The HTTP status, 0 for none.", examples=[204])]
    error: Annotated[str, Field(examples=[""])]


class Replayed(Model):
    """Number of deliveries queued to be sent again, and a note of more behind them."""

    queued: Annotated[int, Field(examples=[12])]
    more: Annotated[bool, Field(examples=[False])]


class DeliveryOfEvent(Model):
    """Delivery of one event to one endpoint."""

    id: Annotated[str, Field(examples=[f"whk_{ID}.evt_{ID}"])]
    endpoint: EndpointId
    event: EventId
    type: Annotated[str, Field(examples=["Shipment.Confirmed"])]
    aggregate: Annotated[str, Field(examples=[f"order/ord_{ID}"])]
    sequence: Annotated[int, Field(examples=[9])]
    state: Annotated[
        Literal["waiting", "delivered", "failed", "exhausted"],
        Field(description="Waiting: in the line of its endpoint.", examples=["delivered"]),
    ]
    attempts: Annotated[int, Field(examples=[1])]
    status: Annotated[int, Field(description="The last HTTP status, 0 for none.", examples=[200])]
    error: Annotated[str, Field(examples=[""])]
    first_at: Time
    last_at: Time


class Deliveries(Model):
    """A page of deliveries, that of the newest event first."""

    items: list[DeliveryOfEvent]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "POST /v1/webhooks": Told(SecretOfEndpoint),
    "GET /v1/webhooks": Told(Endpoints),
    "GET /v1/webhooks/{endpoint}": Told(Endpoint),
    "PATCH /v1/webhooks/{endpoint}": Told(Endpoint),
    "POST /v1/webhooks/{endpoint}/secret": Told(
        SecretOfEndpoint, conflict="Four secrets before still sign: it was replaced too often."
    ),
    "POST /v1/webhooks/{endpoint}/test": Told(Tested),
    "DELETE /v1/webhooks/{endpoint}": Told(text="Nothing is delivered to it any more."),
    "GET /v1/webhooks/{endpoint}/deliveries": Told(Deliveries),
    "POST /v1/webhooks/{endpoint}/replay": Told(Replayed),
}
