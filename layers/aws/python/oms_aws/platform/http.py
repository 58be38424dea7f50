"""The HTTP edge: validated models in, `application/problem+json` (RFC 9457) out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from botocore.exceptions import ClientError
from pydantic import BaseModel, ValidationError

from oms.core.pseudonyms import blanked
from oms.core.refusals import NotAllowed, NotNow, Refusal, Unknown
from oms_aws.platform import keys, query
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.clients import Caller
from oms_aws.platform.log import VersionDiffers
from oms_aws.platform.logs import logger
from oms_aws.platform.models import Model
from oms_aws.platform.query import ID
from oms_aws.platform.table import Action, Unwritable
from oms_aws.platform.wiring import PlatformWiring, collaborators, named

LARGEST_BODY = 2_000_000
LAST_VERSION = 999_999_999
MOST_ERRORS = 100

Body = TypeVar("Body", bound=Model)


class Problem(Exception):
    """An answer that says no; `status` is the HTTP status, `reason` a stable code."""

    def __init__(
        self, status: int, reason: str, text: str, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.reason = reason
        self.text = text
        self.fields = dict(fields or {})
        self.extra: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        self.language = ""


@dataclass(frozen=True)
class Answer:
    """Answer of a route: a value that becomes JSON, or a text of another type."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True)
class Call(Generic[Body]):
    """One request, as a route gets it."""

    body: Body
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    request_id: str
    route: str

    @property
    def actor(self) -> str:
        """Name of the caller in the events that the request causes."""
        return f"{self.caller.role}:{self.caller.client}"

    @property
    def idempotency_key(self) -> str | None:
        """The Idempotency-Key, at most 255 characters."""
        key = self.headers.get("idempotency-key")
        if key is not None and not re.fullmatch(r"[\x20-\x7e]{1,255}", key):
            text = "An Idempotency-Key has 1 to 255 printable ASCII characters."
            raise Problem(422, "idempotency_key_invalid", text, {"Idempotency-Key": "not so"})
        return key

    @property
    def digest(self) -> str:
        """SHA-256 of the body and of what the path names, in hex."""
        named = "\n".join(f"{name} {value}" for name, value in sorted(self.path.items()))
        return hashlib.sha256(self.raw + named.encode()).hexdigest()

    @property
    def if_version(self) -> int | None:
        """The version that If-Match demands, or None."""
        wanted = self.headers.get("if-match")
        if wanted is None or wanted.strip() == "*":
            return None
        version = wanted.strip().removeprefix("W/").strip('"')
        known = query.number(version, 0, LAST_VERSION)
        if known is None:
            raise Problem(412, "version_differs", "If-Match is none of our ETags.")
        return known

    def id(self, name: str) -> str:
        """An id that the path gives to something new."""
        given = self.path[name]
        if not re.fullmatch(ID, given):
            raise invalid({name: f"does not match {ID}"})
        return given

    def limit(self, most: int = 100) -> int:
        """Number of items that a list shall have."""
        wanted = query.number(self.query.get("limit", "50"), 1, most)
        if wanted is None:
            raise invalid({"limit": f"a number from 1 to {most}"})
        return wanted

    @property
    def cursor(self) -> str:
        """Place where a list goes on; empty for its beginning."""
        given = self.query.get("cursor", "")
        try:
            place = base64.b64decode(given, altchars=b"-_", validate=True).decode()
        except ValueError:
            place = "\n"
        if not place.isprintable():
            raise invalid({"cursor": "not one of ours"})
        return place


def page(items: list[Any], limit: int, last: str) -> dict[str, Any]:
    """One page of a list; `last` is where the next one goes on."""
    return {"items": items, "cursor": cursor(last) if len(items) == limit else None}


def cursor(place: str) -> str:
    """A place in a list as callers hand it back."""
    return base64.urlsafe_b64encode(place.encode()).decode()


Route = Callable[[Call[Any], Any], Answer]


@dataclass(frozen=True)
class Routed:
    """A route as the OpenAPI description needs it; `rows` is the model of a batch's rows."""

    key: str
    scope: str
    takes: type[Model] | None
    rows: type[BaseModel] | None
    status: int
    query: tuple[str, ...]
    headers: tuple[str, ...]
    summary: str
    run: Route
    kind: type[PlatformWiring]


class Http:
    """The routes of one step."""

    def __init__(self) -> None:
        self.routes: dict[str, Routed] = {}

    def route(
        self,
        key: str,
        *,
        scope: str = "",
        takes: type[Model] | None = None,
        rows: type[BaseModel] | None = None,
        status: int = 200,
        query: tuple[str, ...] = (),
        headers: tuple[str, ...] = (),
    ) -> Callable[[Route], Route]:
        """Serve `METHOD /path`; `scope` is what the caller needs, empty for public routes."""

        def decorate(run: Route) -> Route:
            summary = (run.__doc__ or "").strip().splitlines()[0]
            said = (key, scope, takes, rows, status, query, headers, summary)
            self.routes[key] = Routed(*said, run, named(run))
            return run

        return decorate

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The Lambda handler for HTTP API requests (payload format 2.0)."""
        request_id = event["requestContext"]["requestId"]
        try:
            routed = self.routes.get(event["routeKey"])
            if routed is None:
                raise self.unrouted(event)
            oms = collaborators(routed.kind)
            answer = routed.run(_call(event, routed, oms.now()), oms)
        except Exception as error:
            problem = _problem(error)
            if problem.status >= 500:
                logger.exception("not answered", extra={"request": request_id})
            else:
                logger.info("refused", extra={"request": request_id, "reason": problem.reason})
            return _response(self.says_no(problem, event))
        logger.info("answered", extra={"request": request_id, "route": event["routeKey"]})
        return _response(self.says(answer))

    def unrouted(self, event: dict[str, Any]) -> Problem:
        """Problem for a request of no route; only the step behind `$default` gets any."""
        return Problem(404, "route_unknown", "There is no such route.")

    def says(self, answer: Answer) -> Answer:
        """An answer as this edge gives it."""
        return answer

    def says_no(self, problem: Problem, event: dict[str, Any]) -> Answer:
        """A refusal as this edge tells it: `application/problem+json`."""
        return _said_no(problem, event["requestContext"]["requestId"])


def _call(event: dict[str, Any], routed: Routed, now: datetime) -> Call[Any]:
    caller = _caller(event)
    if routed.scope and routed.scope not in caller.scopes:
        raise Problem(
            403,
            "scope_missing",
            f"This key lacks the scope {routed.scope}; its role is {caller.role}.",
        )
    _demand_plausible(event, routed)
    text = event.get("body") or ""
    raw = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    if len(raw) > LARGEST_BODY:
        raise Problem(413, "body_too_large", f"A body has at most {LARGEST_BODY} bytes.")
    return Call(
        body=_parsed(raw, routed.takes, now),
        caller=caller,
        path=event.get("pathParameters") or {},
        query=event.get("queryStringParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        raw=raw,
        request_id=event["requestContext"]["requestId"],
        route=routed.key,
    )


def _demand_plausible(event: dict[str, Any], routed: Routed) -> None:
    """Raises Problem for parameters that the route has not, and for ids that nothing can have.

    Pages that mails link to are opened with whatever mail programs append: there it is ignored.
    """
    method, path = routed.key.split(" ")
    if not path.startswith("/v1/"):
        return
    if wrong := query.faults(event.get("queryStringParameters") or {}, routed.query):
        raise invalid(wrong)
    parts = event.get("pathParameters") or {}
    if wrong := {name: "too long" for name, part in parts.items() if query.nameless(part)}:
        if method == "PUT":
            raise invalid(wrong)
        raise Problem(404, "unknown", "Nothing of ours has such an id.", wrong)


def _parsed(raw: bytes, model: type[Model] | None, now: datetime) -> Any:
    if model is None:
        return None
    body = model.model_validate_json(raw, context={"now": now})
    if wrong := body.faults():
        raise invalid(dict(list(wrong.items())[:MOST_ERRORS]))
    return body


def _wrong(error: ValidationError) -> Problem:
    """Problem with what a model did not accept, field by field."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    if found[0]["type"] == "json_invalid":
        return Problem(400, "json_malformed", found[0]["msg"])
    fields = {".".join(str(part) for part in e["loc"]) or "body": e["msg"] for e in found}
    return invalid(dict(list(fields.items())[:MOST_ERRORS]))


def invalid(fields: Mapping[str, str]) -> Problem:
    """The answer to a request whose fields, parameters or headers are wrong, naming each."""
    return Problem(422, "request_invalid", "The request has wrong fields.", fields)


def _caller(event: dict[str, Any]) -> Caller:
    found = (event["requestContext"].get("authorizer") or {}).get("lambda") or {}
    return Caller(
        found.get("client", ""),
        found.get("role", ""),
        found.get("shop", ""),
        frozenset((found.get("scopes") or "").split()),
        found.get("key", ""),
    )


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case ValidationError():
            return _wrong(error)
        case Unknown():
            return Problem(404, error.reason, error.text, error.fields)
        case NotAllowed():
            return Problem(403, error.reason, error.text, error.fields)
        case Refusal():
            return Problem(409, error.reason, error.text, error.fields)
        case VersionDiffers():
            return Problem(412, "version_differs", f"It is at version {error.version}.")
        case Unwritable():
            return Problem(413, "too_large", "It would make more than can be stored. Nothing was.")
        case NotNow():
            return Problem(503, "busy", f"Not now: {error}. Please try again.")
        case ClientError() if error.response["Error"]["Code"] in _BUSY:
            return Problem(503, "busy", "The cloud is busy. Please try again.")
    return Problem(500, "internal", "Something went wrong on our side. Nothing was half done.")


_BUSY = ("ProvisionedThroughputExceededException", "ThrottlingException", "SlowDown")


def _said_no(problem: Problem, request_id: str) -> Answer:
    body = {
        "type": f"urn:auftakt:problem:{problem.reason}",
        "title": problem.reason.replace("_", " "),
        "status": problem.status,
        "detail": problem.text,
        "instance": f"urn:auftakt:request:{request_id}",
        "errors": [{"field": name, "reason": why} for name, why in problem.fields.items()],
        **problem.extra,
    }
    headers = {"Retry-After": "1"} if problem.status == 503 else problem.headers
    return Answer(body, problem.status, headers, "application/problem+json")


def _response(answer: Answer) -> dict[str, Any]:
    if answer.content_type.endswith("json"):
        body = "" if answer.body is None else blanked(msgspec.json.encode(answer.body)).decode()
    else:
        body = str(answer.body or "")
    return {
        "statusCode": answer.status,
        "headers": {"Content-Type": answer.content_type, **answer.headers},
        "body": body,
    }


def replayed(call: Call[Any], oms: PlatformWiring) -> Answer | None:
    """The answer already given for this Idempotency-Key, if any.

    Raises Problem 409 when the key came with another body before.
    """
    if call.idempotency_key is None:
        return None
    known = oms.table.get(_answer_key(call))
    if known is None:
        return None
    if known["digest"] != call.digest:
        raise Problem(
            409, "idempotency_key_reused", "This Idempotency-Key came with another body before."
        )
    return Answer(
        json.loads(unpacked(known["body"])), known["status"], json.loads(known["headers"])
    )


def remembered(call: Call[Any], oms: PlatformWiring, answer: Answer) -> tuple[Action, ...]:
    """The write, part of the same transaction as the deed, that lets `replayed` answer again."""
    if call.idempotency_key is None:
        return ()
    attributes = {
        "digest": call.digest,
        "status": answer.status,
        "body": packed(msgspec.json.encode(answer.body)),
        "headers": json.dumps(dict(answer.headers)),
        "expires": int(oms.now().timestamp()) + IDEMPOTENCY_LIVES_SECONDS,
    }
    return (oms.table.put(_answer_key(call), attributes, unless_exists=True),)


IDEMPOTENCY_LIVES_SECONDS = 30 * 24 * 3600


def _answer_key(call: Call[Any]) -> keys.Key:
    return keys.idempotency(call.caller.client, call.route, str(call.idempotency_key))


def shop_meant(call: Call[Any]) -> str:
    """The shop whose master data is meant: the key's own, or the one that `?shop=` names."""
    named = call.query.get("shop", "")
    if call.caller.shop and named not in ("", call.caller.shop):
        raise Unknown("shop_unknown", f"There is no shop {named}.")
    if not (shop := call.caller.shop or named):
        raise Problem(422, "request_invalid", "Whose?", {"shop": "a key for all shops names one"})
    if not re.fullmatch(ID, shop):
        raise Problem(422, "request_invalid", "Whose?", {"shop": f"does not match {ID}"})
    return shop
