"""Answers to the readings that steps make most, from moto's tables, without moto's HTTP."""

from __future__ import annotations

import json
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends

from tests.world.blueprint import ACCOUNT, REGION
from tests.world.reading import wired

PLAIN_GET = {"TableName", "Key", "ConsistentRead"}
PLAIN_KEYS = {"Keys", "ConsistentRead"}
MOST_KEYS = 100


def answer(operation: str, body: bytes | str) -> dict[str, Any] | None:
    """What DynamoDB answers; None for whatever is not that plain, which moto is asked for."""
    if operation not in ("GetItem", "BatchGetItem"):
        return None
    asked, backend = json.loads(body), dynamodb_backends[ACCOUNT][REGION]
    match operation:
        case "GetItem" if asked.keys() <= PLAIN_GET:
            return _got(backend, asked)
        case "BatchGetItem":
            return _got_many(backend, asked["RequestItems"])
    return None


def _got(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any]:
    found = backend.get_item(asked["TableName"], asked["Key"])
    return {"Item": wired(found)} if found else {}


def _got_many(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any] | None:
    ((table, given),) = asked.items()
    keys = given["Keys"]
    if not given.keys() <= PLAIN_KEYS or len(keys) > MOST_KEYS:
        return None
    if len({json.dumps(key, sort_keys=True) for key in keys}) < len(keys):
        return None
    items = (backend.get_item(table, key) for key in keys)
    return {"Responses": {table: [wired(item) for item in items if item]}, "UnprocessedKeys": {}}
