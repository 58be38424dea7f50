"""The events as subscribers get them: envelope, data and meaning, for the API's description."""

from __future__ import annotations

import typing
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from pydantic import AwareDatetime, Field

from oms.billing.bill import BillNews
from oms.notices.endpoints import EndpointNews
from oms.orders.news import News
from oms.orders.order import AnyNews
from oms.records.export import ExportNews
from oms_aws.edges.answers import ID, EventId
from oms_aws.edges.models import Model

REF = "#/components/schemas/"
TIMES = ("at", "_at", "until", "deadline", "ship_by", "as_of")


class StockChanged(News, frozen=True, tag="Stock.Changed"):
    """A warehouse counted other than before; in pieces."""

    sku: str
    location: str
    before: int
    on_hand: int
    as_of: datetime
    safety_before: int | None = None
    safety: int | None = None


class StockBuffered(News, frozen=True, tag="Stock.Buffered"):
    """A shop leaves more or fewer pieces of a SKU to the other channels than before."""

    sku: str
    shop: str
    pieces_before: int
    percent_before: int
    pieces: int
    percent: int


class IncomingChanged(News, frozen=True, tag="Incoming.Changed"):
    """A purchase order was stored anew, or goods of it have come; `receipt` is their number."""

    purchase: str
    location: str
    status: str
    skus: list[str]
    receipt: str | None
    at: datetime


class WebhookTest(News, frozen=True, tag="Webhook.Test"):
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
    data: dict[str, Any]


MEANING = {
    "Order.Created": "An order is durably stored",
    "Order.Screened": "An order went through all checks",
    "Order.Sourced": "What master data says of an order's lines and customer was put on record",
    "Order.Held": "An order waits for somebody's decision",
    "Order.Released": "A hold of an order was let go",
    "Order.HoldEscalated": "The deadline of a hold has passed: the team was told",
    "Order.AddressCorrected": "The address of an order was corrected, and is right now",
    "Order.Refused": "A check refused an order for good",
    "Order.Cancelled": "Pieces of an order were cancelled, or all of them",
    "Order.ChangeRequested": "A change waits until warehouses give back what it touches",
    "Order.ChangeDropped": "A change that waited for warehouses is not done",
    "Order.Changed": "Lines, addresses, shipping or payment of an order are different now",
    "Payment.Received": "Money came for an order",
    "Invoice.Overdue": "An invoice is open beyond its day, or beyond that of its last letter",
    "Dunning.Planned": "It was decided when an open invoice is looked at again, or never",
    "Invoice.Reminded": "A payment reminder was written",
    "Invoice.Dunned": "A dunning letter was written",
    "Letter.Archived": "The PDF of a reminder or dunning letter is in the archive",
    "Dunning.Held": "Somebody wants no letter of an invoice for a while, or lets them go on",
    "Payment.Reminded": "The customer is reminded to pay in advance",
    "Payment.Authorised": "There is another authorisation for what is still to be captured",
    "Payment.Captured": "Money was captured for an invoice",
    "Payment.CaptureDeferred": "A capture waits for the last shipment",
    "Payment.CaptureDue": "A capture cannot wait for further shipments any longer",
    "Payment.Voided": "What was left of an authorisation is the customer's again",
    "Payment.Refunded": "Money went back to the customer",
    "Payment.Failed": "Money could not be captured, given back or let go: a clerk looks at it",
    "Payment.Retried": "Money that could not be moved is to be tried again",
    "Payment.Left": "Money that could not be moved comes, or goes back, on another way",
    "Payment.Disputed": "A customer disputes a payment with their bank, or that stands otherwise",
    "Credit.Reserved": "An order on account took credit of its customer",
    "Order.Approved": "One stage of an order's approval was given",
    "Order.Rejected": "Somebody of the customer's did not agree to an order",
    "Approval.Reminded": "Half of the time to approve an order has passed",
    "Approval.Escalated": "The time to approve has passed: the substitute is asked as well",
    "Stock.Reserved": "Pieces of an order are promised from stock",
    "Stock.Released": "The reservation of a held order expired and was given back",
    "Line.Backordered": "Pieces of an order wait for stock",
    "Eta.Changed": "Waiting pieces are expected on another day than was said",
    "Order.Stalled": "What an order should have had done to it was not: it is sent on again",
    "Backorder.Due": "The day has come on which waiting pieces were expected, or may be sold",
    "Backorder.Allocated": "Pieces that waited got stock",
    "Fulfilment.Planned": "A warehouse was chosen for pieces of an order",
    "Fulfilment.Released": "A fulfilment was offered to its warehouse",
    "Fulfilment.RecallRequested": "A warehouse is asked to give pieces back",
    "Fulfilment.RecallAccepted": "A warehouse has put recalled pieces back on the shelf",
    "Fulfilment.RecallRefused": "A warehouse cannot give recalled pieces back any more",
    "Fulfilment.Packed": "A fulfilment is in parcels",
    "Shipment.Confirmed": "A fulfilment has left the warehouse",
    "Shipment.Tracked": "A carrier scanned a parcel",
    "Shipment.Failed": "A parcel could not be delivered, or is sent back",
    "Shipment.Overdue": "A parcel that failed to arrive is neither delivered nor back in time",
    "Shipment.Returned": "Every parcel of a fulfilment is back where it came from",
    "Shipment.Delivered": "Every parcel of a fulfilment has arrived",
    "Invoice.Awaited": "A shipment is billed with the rest, by the invoice that deducts deposits",
    "Invoice.Issued": "An invoice got its number",
    "Invoice.Deferred": "A shipment is billed later, with others of its customer",
    "Invoice.Reduced": "Something of a shipment was taken back before it was billed",
    "Invoice.Collected": "An order has its share of a collective invoice, or of its cancellation",
    "CreditNote.Issued": "A credit note got its number",
    "Document.Validated": "The e-invoice of a document passed the official rules",
    "Document.Rejected": "The e-invoice of a document breaks rules and waits for a clerk",
    "Document.Withdrawn": "A document that broke rules was cancelled; nobody is sent it",
    "Paper.Archived": "A paper that somebody asked for is in the archive: a delivery note, say",
    "Document.Archived": "The PDF of a document is in the archive",
    "Notification.Sent": "The customer was told by mail",
    "Webhook.Exhausted": "A delivery to a webhook was given up",
    "Webhook.Paused": "An endpoint of the same keeper gets nothing for now",
    "Webhook.Resumed": "An endpoint of the same keeper works again, or goes on",
    "Webhook.Test": "Somebody tries whether an endpoint works: that alone is sent this",
    "Order.Completed": "Nothing more will happen to an order",
    "Bill.Opened": "The first shipment of a customer's period is to be billed with others",
    "Bill.Closed": "A customer's period is over: what was collected is billed now",
    "Bill.Planned": "Which documents bill what was collected",
    "Bill.Credited": "An order got a credit note for a part of a collective invoice",
    "Bill.Cancelled": "All that was left of a collective invoice is taken back",
    "Bill.Stalled": "What a bill should have had done to it was not: it is sent on again",
    "Bill.Settled": "Every order of a bill has its shares of its documents",
    "Incoming.Changed": "A purchase order was stored anew, or goods of it have come",
    "Stock.Changed": "A warehouse counted other than before, took goods in, or keeps more or less",
    "Stock.Buffered": "A shop may sell more or fewer pieces of a SKU than before",
    "Export.Requested": "Somebody wants an export of the books",
    "Export.Written": "The files of an export are in the archive",
    "Export.Refused": "An export cannot be written from the vouchers as they are",
}

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
    "data": {
        "fulfilment": f"ful_{ID}-1",
        "carrier": "dhl",
        "tracking_numbers": ["00340434161094042557"],
        "at": "2026-11-23T14:02:11.530192Z",
    },
}


def event_types() -> dict[str, type[News]]:
    """The data of every event, by its type, in the order in which an order meets them."""
    news: tuple[type[News], ...] = (
        *typing.get_args(AnyNews),
        StockChanged,
        IncomingChanged,
        StockBuffered,
        *typing.get_args(ExportNews),
        *typing.get_args(BillNews),
        *typing.get_args(EndpointNews),
        WebhookTest,
    )
    return {str(each.__struct_config__.tag): each for each in news}


def event_schemas() -> dict[str, Any]:
    """The schemas of the events' data; values that the API shows otherwise end in `InEvent`."""
    types = event_types().values()
    _, found = msgspec.json.schema_components(types, ref_template=REF + "{name}")
    own = {each.__name__ for each in types}
    names = {name: name if name in own else f"{name}InEvent" for name in found}
    return {names[name]: _cleaned(schema, names) for name, schema in found.items()}


def webhooks() -> dict[str, Any]:
    """The section `webhooks` of the OpenAPI document."""
    return {type: {"post": _call(type, data)} for type, data in event_types().items()}


def _call(type: str, data: type[News]) -> dict[str, Any]:
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
        kept["properties"].pop("news", None)
        if "news" in kept.get("required", ()):
            kept["required"].remove("news")
        for name, value in kept["properties"].items():
            if name.endswith(TIMES):
                _dated(value)
    return kept


def _dated(schema: dict[str, Any]) -> None:
    for each in (schema, *schema.get("anyOf", ())):
        if each.get("type") == "string":
            each["format"] = "date-time"
