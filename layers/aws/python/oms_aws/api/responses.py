"""Responses of the routes in the OpenAPI document: answers, refusals and pages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from oms_aws.api.announcements import REF, Json
from oms_aws.api.answers import ANSWERS
from oms_aws.platform.answers import ID
from oms_aws.platform.http import LARGEST_BODY, Routed

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
    "POST /v1/returns",
    "POST /v1/stock/batch",
    "POST /v1/stock/uploads",
    "POST /v1/withdrawals",
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


def responses(route: Routed) -> Json:
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
            responses["409"] = {**problem(409), "description": told.conflict}
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


def problem(status: int) -> Json:
    content: Json = {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}}
    if status in (401, 403):
        content["application/json"] = {"schema": {"$ref": f"{REF}Turned"}}
    response: Json = {"description": REFUSALS[status], "content": content}
    if status == 503:
        response["headers"] = {
            "Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}
        }
    return response
