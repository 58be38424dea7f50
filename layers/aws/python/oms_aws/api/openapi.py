"""The OpenAPI 3.1 document of the HTTP API, made from the handlers' routes and their models."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from oms.orders.holds import REASONS, RELEASERS
from oms_aws.api.announcements import REF, SIGNATURE, CloudEvent, event_schemas, webhooks
from oms_aws.api.answers import ANSWERS
from oms_aws.api.examples import REQUESTS
from oms_aws.platform.answers import ID, Problem, Turned
from oms_aws.platform.clients import SCOPES
from oms_aws.platform.http import LARGEST_BODY, Routed

Json = dict[str, Any]


class Described(NamedTuple):
    """A route and the step, `stage/verb_noun`, that serves it."""

    step: str
    route: Routed
    alone: bool

    @property
    def stage(self) -> str:
        return self.step.split("/")[0]

    @property
    def name(self) -> str:
        """What clients made from the document call the operation."""
        function: str = self.route.run.__name__
        return self.step.split("/")[1] if self.alone and "_" not in function else function


STAGES = {
    "orders": "Orders: place, read, list, change and cancel them.",
    "screening": "Holds: somebody decides, and the order goes on.",
    "sourcing": "Stock: what is on the shelves and what can be promised.",
    "fulfilment": "Fulfilments: what a warehouse packs and ships, and what carriers say of it.",
    "billing": "Documents: invoices as PDF, credit notes, taxes.",
    "payments": "Payments: captures, the bank's payments, open items, dunning and credit.",
    "notices": "Webhooks: where events are sent, and how that went.",
    "master": "Master data: products, customers, prices, warehouses, shops and carriers.",
    "records": "Operations: dead letters, exports of the books, health and this document.",
}
EVENTS = "What is sent to your webhooks, signed as Standard Webhooks says."

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
    "letter": ("The dead letter's id.", "dl_1795442531000_4f0c…"),
    "export": ("The export's id.", f"exp_{ID}"),
    "upload": ("The upload's id.", f"upl_{ID}"),
    "api_key": ("The key's id, which opens nothing.", f"key_{ID}"),
}
QUERY: dict[str, tuple[str, Json]] = {
    "external_number": ("Only the order with the shop's own number.", {"type": "string"}),
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
GIVEN = {
    "ETag": ("The version, for If-Match.", '"7"'),
    "Location": ("Where it is.", f"/v1/orders/ord_{ID}"),
}
NAMED_ELSEWHERE = (
    "GET /v1/fulfilments",
    "GET /v1/holds",
    "GET /v1/orders",
    "POST /v1/emissions",
    "POST /v1/keys",
    "POST /v1/orders",
    "POST /v1/stock/batch",
    "POST /v1/stock/uploads",
    "PUT /v1/products/{sku}/owner",
    "PUT /v1/purchase-orders/{purchase}",
    "PUT /v1/rules/{name}",
    "PUT /v1/stock/{sku}/buffers/{shop}",
)
"""Routes that name something, in body or query or before they make it, of which there is none."""
REFUSALS = {
    400: "The body is no JSON (`json_malformed`), or a required header is missing.",
    401: "No key, or no genuine signature.",
    403: "The key is unknown, lacks the scope (`scope_missing`), or what it names is not its own.",
    404: "There is none, or it is not this caller's.",
    409: "As things are, this cannot be done; repeating it gives the same answer.",
    412: "It is not at the version that If-Match names any more (`version_differs`).",
    413: f"The body has more than {LARGEST_BODY} bytes, or it would make more than can be stored.",
    422: "Fields or parameters are wrong, or unknown: `errors` names every one.",
    503: "Busy. Send the same request again after `Retry-After` seconds.",
}


PAGES = {
    404: "The link is none of ours: a page that says so.",
    409: "The link was used already, or it is too late: a page that says so.",
    410: "The link has expired: a page that says so.",
    422: "Fields are wrong: a page that says so, or the form again, with what is wrong.",
    503: "Busy, or a document is still being made: a page that asks to try again.",
}


def document(steps: Iterable[tuple[str, Mapping[str, Routed]]], version: str) -> Json:
    """The document of the API that these steps, by name, serve with these routes."""
    described = [
        Described(step, route, len(routes) == 1)
        for step, routes in steps
        for route in routes.values()
    ]
    paths: Json = {}
    for each in described:
        method, path = each.route.key.split(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Auftakt",
            "summary": "Order management for online shops.",
            "description": (Path(__file__).parent / "guide.md").read_text(encoding="utf-8"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "version": version,
        },
        "servers": [{"url": "/"}],
        "tags": [*_tags(described), {"name": "events", "description": EVENTS}],
        "paths": paths,
        "webhooks": webhooks(),
        "components": {
            "schemas": _schemas(each.route for each in described),
            "parameters": SIGNATURE,
            "responses": {
                f"Problem{status}": _problem(status) for status in REFUSALS if status != 409
            },
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A client's key."}
            },
        },
    }


def _tags(described: Iterable[Described]) -> Iterator[Json]:
    served = {each.stage for each in described}
    for stage, text in STAGES.items():
        if stage in served:
            yield {"name": stage, "description": text}


def _operation(each: Described) -> Json:
    route = each.route
    operation: Json = {
        "tags": [each.stage],
        "operationId": each.name,
        "summary": route.summary,
        "description": _description(route),
        "parameters": [*_parameters(route)],
        "responses": _responses(route),
        "security": [{"key": [route.scope]}] if route.scope else [],
    }
    if route.takes is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": REF + _body_name(route)},
                    "example": REQUESTS[route.key],
                }
            },
        }
    return operation


def _description(route: Routed) -> str:
    rest = (inspect.getdoc(route.run) or "").partition("\n\n")[2]
    if not route.scope:
        asks = "Needs no key."
    else:
        roles = " and ".join(role for role, has in SCOPES.items() if route.scope in has.split())
        asks = f"Needs the scope `{route.scope}`; roles that have it: {roles}."
    return f"{rest}\n\n{asks}".strip()


def _parameters(route: Routed) -> Iterator[Json]:
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


def _responses(route: Routed) -> Json:
    told = ANSWERS[route.key]
    done: Json = {"description": told.text or inspect.getdoc(told.model) or ""}
    if told.headers:
        done["headers"] = {
            name: {
                "description": GIVEN[name][0],
                "schema": {"type": "string"},
                "example": GIVEN[name][1],
            }
            for name in told.headers
        }
    if told.model:
        schema = {"$ref": REF + told.model.__name__}
        done["content"] = {told.content_type: {"schema": schema}}
    elif route.status == 200:
        kind = "object" if told.content_type == "application/json" else "string"
        done["content"] = {told.content_type: {"schema": {"type": kind}}}
    responses = {str(route.status): done}
    for status in told.pages:
        content = {"text/html": {"schema": {"type": "string"}}}
        responses[str(status)] = {"description": PAGES[status], "content": content}
    for status in () if told.pages else _refusals(route):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
        if status == 409:
            responses["409"] = {**_problem(409), "description": told.conflict}
    return responses


def _refusals(route: Routed) -> Iterator[int]:
    told, method = ANSWERS[route.key], route.key.split(" ")[0]
    if told.model is None and route.status == 200:
        return
    applies = {
        400: route.takes is not None,
        401: bool(route.scope) or any(name.endswith("-Signature") for name in route.headers),
        403: bool(route.scope),
        404: ("{" in route.key and method != "PUT") or route.key in NAMED_ELSEWHERE,
        409: bool(told.conflict),
        412: "If-Match" in route.headers,
        413: method != "GET",
        422: True,
        503: True,
    }
    yield from (status for status, does in applies.items() if does)


def _problem(status: int) -> Json:
    content: Json = {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}}
    if status in (401, 403):
        content["application/json"] = {"schema": {"$ref": f"{REF}Turned"}}
    response: Json = {"description": REFUSALS[status], "content": content}
    if status == 503:
        response["headers"] = {
            "Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}
        }
    return response


def _body_name(route: Routed) -> str:
    assert route.takes is not None
    return f"{route.rows.__name__}s" if route.rows else route.takes.__name__


def _schemas(routes: Iterable[Routed]) -> Json:
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "serialization") for model in (Problem, Turned, CloudEvent)
    ]
    batches: list[Routed] = []
    for route in routes:
        if route.takes:
            wanted.append((route.takes, "validation"))
        if route.rows:
            wanted.append((route.rows, "validation"))
            batches.append(route)
        if model := ANSWERS[route.key].model:
            wanted.append((model, "serialization"))
    _, made = models_json_schema([*dict.fromkeys(wanted)], ref_template=REF + "{model}")
    schemas: Json = _untitled(made["$defs"])
    for route in batches:
        schemas[_body_name(route)] = _batch(route, schemas)
    for name in {route.takes.__name__ for route in batches if route.takes}:
        del schemas[name]
    return dict(sorted({**schemas, **event_schemas(), **_named(schemas)}.items()))


def _batch(route: Routed, schemas: Json) -> Json:
    """The schema of a batch, whose rows any value may be, with rows as they should be."""
    assert route.takes is not None
    assert route.rows is not None
    whole = schemas[route.takes.__name__]
    row = {"$ref": REF + route.rows.__name__}
    properties = {
        name: {**schema, "items": row} if schema.get("items") == {} else schema
        for name, schema in whole["properties"].items()
    }
    return {**whole, "properties": properties}


def _named(schemas: Json) -> Json:
    """The words for a status as schemas of their own, which parameters refer to."""
    return {
        f"{name}Status" if name == "Fulfilment" else "Status": {
            "type": "string",
            "enum": schemas[name]["properties"]["status"]["enum"],
        }
        for name in ("Order", "Fulfilment")
    }


def _untitled(schema: Any) -> Any:
    """The schema without the titles that only repeat its names, and docstrings on one line."""
    if isinstance(schema, list):
        return [_untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: " ".join(value.split()) if key == "description" and isinstance(value, str)
        else value if key in ("examples", "default", "const", "enum")
        else _untitled(value)
        for key, value in schema.items()
        if key != "title" or not isinstance(value, str)
    }  # fmt: skip
