"""The events as subscribers get them: envelope, data and meaning, for the API's description."""

from __future__ import annotations

import typing
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from pydantic import AwareDatetime, Field

from oms.billing.bill import BillEvent
from oms.core.events import DomainEvent
from oms.notices.endpoints import EndpointEvent
from oms.orders.applying import OrderEvent
from oms.records.export import ExportEvent
from oms.returns.rma import ReturnEvent
from oms.returns.withdrawal import WithdrawalEvent
from oms.sourcing.stock_events import IncomingChanged, StockBuffered, StockChanged
from oms_aws.notices.event_types import MEANING
from oms_aws.platform.answers import ID, EventId
from oms_aws.platform.models import Model

Json = dict[str, Any]
REF = "#/components/schemas/"
TIMES = ("at", "_at", "until", "deadline", "ship_by", "as_of")


class WebhookTest(DomainEvent, frozen=True, tag="Webhook.Test"):
    """Somebody wants to see whether an endpoint works; no more has happened."""

    endpoint: str
    at: datetime


class CloudEvent(Model):
    """The envelope of every event (CloudEvents 1.0, JSON format)."""

    specversion: Literal["1.0"]
    id: Annotated[EventId, Field(description="The same as the header `webhook-id`.")]
    type: Annotated[str, Field(examples=["Shipment.Confirmed"])]
    source: Annotated[
        str, Field(description="The aggregate's path.", examples=[f"/v1/orders/ord_{ID}"])
    ]
    subject: Annotated[str, Field(description="Its id or SKU.", examples=[f"ord_{ID}"])]
    time: AwareDatetime
    datacontenttype: Literal["application/json"]
    sequence: Annotated[int, Field(description="Counts from 1, without gaps, per subject.", ge=1)]
    actor: Annotated[str, Field(description="Who.", examples=["wms:warehouse-a"])]
    cause: Annotated[str, Field(description="The event or request that led to it.")]
    format: Annotated[
        int, Field(description="Number of the format of the type's data.", ge=1, examples=[1])
    ]
    data: dict[str, Any]


EXAMPLE = {
    "specversion": "1.0",
    "id": f"evt_{ID}",
    "type": "Shipment.Confirmed",
    "source": f"/v1/orders/ord_{ID}",
    "subject": f"ord_{ID}",
    "time": "2026-11-23T14:02:11.530192Z",
    "datacontenttype": "application/json",
    "sequence": 9,
    "actor": "wms:warehouse-a",
    "cause": "request:Uj2xkhqvliAEJmA=",
    "format": 1,
    "data": {
        "fulfilment": f"ful_{ID}-1",
        "carrier": "dhl",
        "tracking_numbers": ["00340434161094042557"],
        "at": "2026-11-23T14:02:11.530192Z",
    },
}


def event_types() -> dict[str, type[DomainEvent]]:
    """The data of every event, by its type, in the order in which an order meets them."""
    every: tuple[type[DomainEvent], ...] = (
        *typing.get_args(OrderEvent),
        StockChanged,
        IncomingChanged,
        StockBuffered,
        *typing.get_args(ExportEvent),
        *typing.get_args(BillEvent),
        *typing.get_args(WithdrawalEvent),
        *typing.get_args(ReturnEvent),
        *typing.get_args(EndpointEvent),
        WebhookTest,
    )
    return {str(each.__struct_config__.tag): each for each in every}


def event_schemas() -> dict[str, Any]:
    """The schemas of the events' data; values that the API shows otherwise end in `InEvent`."""
    types = event_types().values()
    _, found = msgspec.json.schema_components(types, ref_template=REF + "{name}")
    own = {each.__name__ for each in types}
    names = {name: name if name in own else f"{name}InEvent" for name in found}
    shown = found.keys() - {DomainEvent.__name__}  # what an order carries is in none of its events
    return {names[n]: _cleaned(schema, names) for n, schema in found.items() if n in shown}


def webhooks() -> dict[str, Any]:
    """The section `webhooks` of the OpenAPI document."""
    return {type: {"post": _call(type, data)} for type, data in event_types().items()}


def _call(type: str, data: type[DomainEvent]) -> dict[str, Any]:
    narrowed = {"type": {"const": type}, "data": {"$ref": REF + data.__name__}}
    content: dict[str, Any] = {
        "schema": {
            "allOf": [
                {"$ref": f"{REF}{CloudEvent.__name__}"},
                {"type": "object", "properties": narrowed},
            ]
        }
    }
    if type == EXAMPLE["type"]:
        content["example"] = EXAMPLE
    return {
        "tags": ["events"],
        "operationId": f"on_{type.replace('.', '_').lower()}",
        "summary": MEANING[type],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in SIGNATURE],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "2XX": {"description": "Taken. It is not sent again."},
            "default": {"description": "Not taken. It is tried again, 8 times in all."},
        },
    }


SIGNATURE: dict[str, dict[str, Any]] = {
    name: {
        "name": name,
        "in": "header",
        "required": True,
        "description": text,
        "schema": {"type": "string"},
        "example": example,
    }
    for name, text, example in (
        ("webhook-id", "The event's id: drop what you have seen.", f"evt_{ID}"),
        ("webhook-timestamp", "When it was sent, in seconds since 1970.", "1795442531"),
        (
            "webhook-signature",
            "Standard Webhooks: HMAC-SHA256 over id, timestamp and body.",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        ),
    )
}


def _cleaned(schema: Any, names: dict[str, str]) -> Any:
    """Without the tag and the titles, with formats of times and the names of this document."""
    if isinstance(schema, list):
        return [_cleaned(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _cleaned(value, names) for key, value in schema.items() if key != "title"}
    if "$ref" in kept:
        kept["$ref"] = REF + names[kept["$ref"].removeprefix(REF)]
    if "description" in kept:
        kept["description"] = kept["description"].split("\n\n")[0]
    if "properties" in kept:
        for name in ("event", "events"):  # the tag of one, and those that a state carries
            kept["properties"].pop(name, None)
            if name in kept.get("required", ()):
                kept["required"].remove(name)
        for name, value in kept["properties"].items():
            if name.endswith(TIMES):
                _dated(value)
    return kept


def _dated(schema: dict[str, Any]) -> None:
    for each in (schema, *schema.get("anyOf", ())):
        if each.get("type") == "string":
            each["format"] = "date-time"
