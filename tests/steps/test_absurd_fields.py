"""Absurd days, times, numbers and amounts in every field of every body that the API takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from local import openapi
from oms_aws.api.examples import REQUESTS

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Path = tuple[str | int, ...]
ABSURD: dict[str, tuple[Any, ...]] = {
    "day": (
        "0001-01-01", "9999-12-31", "1999-12-31", "２０２６-11-23", "2026-11-23 ", "20261123",
        "2026-W48-1", "2026-02-30", "1795442531", 1795442531, 20261123.0, "2026-11-23T00:00:00",
        "", True,
    ),
    "time": (
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23", "1795442531",
        1795442531, "２０２６-11-23T09:00:00Z", "2026-11-23T09:00:00", "", True,
    ),
    "integer": (
        "1", "１", "+1", "1_000", " 1", 1.5, "", True, 10**30, -(10**30), "1" * 5_000,
    ),
    "decimal": (
        "１２", "+1", "1_000", " 1", "1 ", "1e2", "NaN", "Infinity", ".5", "", True, "9" * 400,
    ),
}  # fmt: skip
"""Values that no field of its kind takes, whatever it is for."""

AHEAD = {
    "lines.0.expected_on": "2031-01-01",
    "delivery.promised_on": "2031-01-01",
    "available_from": "2031-01-01",
    "value_date": "2027-01-01",
    "supplied_on": "2031-01-01",
    "at": "2027-01-01T00:00:00Z",
    "until": "2031-01-01",
    "due_on": "2031-01-01",
    "vat_check.checked_at": "2027-01-01T00:00:00Z",
    "placed_at": "2027-01-01T00:00:00Z",
    "occurred_at": "2027-01-01T00:00:00Z",
    "payment.authorised_at": "2027-01-01T00:00:00Z",
    "as_of": "2026-11-24T09:00:00Z",
    "received_at": "2026-11-24T09:00:00Z",
    "declared_at": "2026-11-24T09:00:00Z",
}
"""Fields with a window, and what lies too far ahead for each."""


def bodies() -> Iterator[tuple[str, type[BaseModel], Any]]:
    """Each route's model with its example; of a batch, that of its rows."""
    for _, routes in openapi.served():
        for route in routes.values():
            if route.rows:
                (rows,) = (v for v in REQUESTS[route.key].values() if isinstance(v, list))
                yield f"{route.key} rows", route.rows, rows[0]
            if route.takes:
                yield route.key, route.takes, REQUESTS[route.key]


def fields() -> Iterator[Any]:
    for name, model, example in bodies():
        schema = model.model_json_schema()
        for path, kind in dict.fromkeys(leaves(schema, schema.get("$defs", {}), ())):
            yield pytest.param(model, example, path, kind, id=f"{name} {told(path)}")


def leaves(schema: Any, known: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The fields of a schema that hold days, times, numbers or amounts."""
    if "$ref" in schema:
        yield from leaves(known[schema["$ref"].rpartition("/")[2]], known, path)
    for each in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from leaves(each, known, path)
    for name, each in schema.get("properties", {}).items():
        yield from leaves(each, known, (*path, name))
    if schema.get("type") == "array":
        for each in schema.get("prefixItems", [schema.get("items", {})])[:1]:
            yield from leaves(each, known, (*path, 0))
    if kind := kind_of(schema):
        yield path, kind


def kind_of(schema: Any) -> str:
    form, pattern = schema.get("format"), schema.get("pattern", "")
    if form in ("date", "date-time"):
        return "day" if form == "date" else "time"
    if schema.get("type") == "integer":
        return "integer"
    return "decimal" if r"(\.[0-9]{1," in pattern else ""


def told(path: Path) -> str:
    return ".".join(map(str, path))


def with_value(example: Any, path: Path, value: Any) -> Any:
    """The example with a value at that place, whose surroundings are made where they lack."""
    body: Any = deepcopy(example)
    at = body
    for n, key in enumerate(path[:-1]):
        empty: Any = [] if isinstance(path[n + 1], int) else {}
        if isinstance(at, list):
            if not at:
                at.append(empty)
        elif not at.get(str(key)):
            at[key] = empty
        at = at[key]
    if isinstance(at, list) and not at:
        at.append(value)
    else:
        at[path[-1]] = value
    return body


def refuses(model: type[BaseModel], body: Any, path: Path) -> bool:
    """Whether the model refuses the body for what stands at that place."""
    try:
        model.model_validate_json(json.dumps(body), context={"now": NOW})
    except ValidationError as error:
        return any(each["loc"][: len(path)] == path for each in error.errors())
    return False


FIELDS = [*fields()]


@pytest.mark.parametrize(("model", "example", "path", "kind"), FIELDS)
def test_absurd_value_is_refused(
    model: type[BaseModel], example: Any, path: Path, kind: str
) -> None:
    for value in ABSURD[kind]:
        assert refuses(model, with_value(example, path, value), path), value


@pytest.mark.parametrize(("model", "example", "path", "kind"), FIELDS)
def test_day_or_time_beyond_its_window_is_refused(
    model: type[BaseModel], example: Any, path: Path, kind: str
) -> None:
    far = AHEAD.get(told(path))
    if far is not None:
        assert refuses(model, with_value(example, path, far), path)
    elif kind in ("day", "time"):
        assert told(path) in UNBOUNDED


UNBOUNDED = {"from", "to", "valid_from", "valid_to", "closures.0", "after"}
"""Days and times that may lie anywhere in the years that we know."""


def test_examples_are_what_the_models_take() -> None:
    for name, model, example in bodies():
        model.model_validate_json(json.dumps(example), context={"now": NOW + timedelta(days=20)})
        assert name


def test_every_window_is_of_a_field() -> None:
    assert AHEAD.keys() | UNBOUNDED == {
        told(each.values[2]) for each in FIELDS if each.values[3] in ("day", "time")
    }
