"""The OpenAPI 3.1 document of the HTTP API, made from the handlers' routes and their models."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from oms_aws.api.announcements import REF, SIGNATURE, CloudEvent, Json, event_schemas, webhooks
from oms_aws.api.answers import ANSWERS
from oms_aws.api.examples import REQUESTS
from oms_aws.api.parameters import parameters
from oms_aws.api.responses import REFUSALS, problem, responses
from oms_aws.platform.answers import Problem, Turned
from oms_aws.platform.clients import SCOPES
from oms_aws.platform.http import Routed


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
        """Name of the operation in clients made from the document."""
        function: str = self.route.run.__name__
        return self.step.split("/")[1] if self.alone and "_" not in function else function


LAST = ("master", "records")
"""Stages that callers read of last: what is kept and run, behind what travels."""

EVENTS = "What is sent to your webhooks, signed as Standard Webhooks says."


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
                f"Problem{status}": problem(status) for status in REFUSALS if status != 409
            },
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A client's key."}
            },
        },
    }


def _tags(described: Iterable[Described]) -> Iterator[Json]:
    """The stages in the order of the journey, each with the text of its room."""
    served = dict.fromkeys(each.stage for each in described)
    for stage in sorted(served, key=lambda stage: stage in LAST):
        yield {"name": stage, "description": import_module(f"oms_aws.{stage}").API_TAG}


def _operation(each: Described) -> Json:
    route = each.route
    operation: Json = {
        "tags": [each.stage],
        "operationId": each.name,
        "summary": route.summary,
        "description": _description(route),
        "parameters": [*parameters(route)],
        "responses": responses(route),
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
