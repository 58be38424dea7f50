"""Whether an answer of the API is one that its description promises."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from oms_aws.api.answers import ANSWERS
from oms_aws.platform.answers import Problem, Turned

DOCUMENT = Path(__file__).resolve().parents[1] / "layers/aws/python/oms_aws/openapi.json"


def fits(route_key: str, status: int, body: Any) -> None:
    """Demand that the route may answer this status, and that the body is what it then promises.

    `body` is the parsed body, or its text. Raises AssertionError.
    """
    told = ANSWERS[route_key]
    assert str(status) in statuses(route_key), f"{route_key} never says it answers {status}: {body}"
    parsed = json.loads(body) if isinstance(body, str | bytes) and _is_json(body) else body
    if status in told.pages:
        assert str(body).startswith("<!doctype html>"), f"{route_key}: {status} is no page"
    elif status >= 400:
        _demand(Turned if set(parsed) == {"message"} else Problem, parsed, route_key)
        assert parsed.get("status", status) == status, f"{route_key}: {status} is not {parsed}"
    elif told.model is not None:
        _demand(told.model, parsed, route_key)
    elif status != 200:
        assert not body, f"{route_key} has a body with {status}: {body}"


def statuses(route_key: str) -> set[str]:
    """The statuses that the description names for a route."""
    method, path = route_key.split(" ")
    return set(_document()["paths"][path][method.lower()]["responses"])


def _demand(model: type[BaseModel], parsed: Any, route_key: str) -> None:
    try:
        model.model_validate_json(json.dumps(parsed), strict=True)
    except ValidationError as error:
        raise AssertionError(f"{route_key} does not answer a {model.__name__}: {error}") from None


def _is_json(text: str | bytes) -> bool:
    return bool(text) and text[:1] in ("{", b"{")


@cache
def _document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return read
