"""Answers to what steps ask of the table most, from moto's tables, without moto's HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from tests.world.blueprint import ACCOUNT, REGION
from tests.world.reading import wired

PLAIN_GET = {"TableName", "Key", "ConsistentRead"}
PLAIN_PUT = {"TableName", "Item"}
PLAIN_UPDATE = {
    "TableName", "Key", "UpdateExpression", "ExpressionAttributeValues", "ExpressionAttributeNames",
    "ConditionExpression",
}  # fmt: skip
PLAIN_KEYS = {"Keys", "ConsistentRead"}
PLAIN_QUERY = {
    "TableName", "IndexName", "KeyConditionExpression", "ExpressionAttributeValues",
    "ConsistentRead", "ScanIndexForward", "Limit",
}  # fmt: skip
PLAIN_CONDITION = re.compile(
    r"(?P<of>\w*)pk = :pk"
    r"(?: AND (?:begins_with\((?P<begins>\w+), (?P<prefix>:\w+)\)"
    r"|(?P<named>\w+) (?P<sign>[<>]) (?P<than>:\w+)"
    r"|(?P<between>\w+) BETWEEN (?P<low>:\w+) AND (?P<high>:\w+)))?"
)
PLACEHOLDER = re.compile(r"[#:]\w+")
KEYS = ("pk", "sk", *(f"gsi{n}{part}" for n in (1, 2, 3) for part in ("pk", "sk")))
MOST_KEYS = 100
MOST_BYTES = 900_000
"""Near the size of a page of a query: moto is asked where one ends."""


def answer(operation: str, body: bytes | str) -> dict[str, Any] | None:
    """What DynamoDB answers; None for whatever is not that plain, which moto is asked for."""
    if operation not in ANSWERS:
        return None
    return ANSWERS[operation](dynamodb_backends[ACCOUNT][REGION], json.loads(body))


def _got(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any] | None:
    if not asked.keys() <= PLAIN_GET:
        return None
    found = backend.get_item(asked["TableName"], asked["Key"])
    return {"Item": wired(found)} if found else {}


def _got_many(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any] | None:
    ((table, given),) = asked["RequestItems"].items()
    keys = given["Keys"]
    if not given.keys() <= PLAIN_KEYS or len(keys) > MOST_KEYS:
        return None
    if len({json.dumps(key, sort_keys=True) for key in keys}) < len(keys):
        return None
    items = (backend.get_item(table, key) for key in keys)
    return {"Responses": {table: [wired(item) for item in items if item]}, "UnprocessedKeys": {}}


def _transacted(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any] | None:
    """A transaction that goes through; moto says why one does not, as nothing was written."""
    if asked.keys() != {"TransactItems"} or not all(map(_well_formed, asked["TransactItems"])):
        return None
    try:
        backend.transact_write_items(asked["TransactItems"])
    except Exception:
        return None
    return {}


def _well_formed(action: dict[str, Any]) -> bool:
    """Whether no key is empty, and all names and values that are given are used."""
    ((_, op),) = action.items()
    whole = op.get("Item") or op["Key"]
    if any(whole.get(name) == {"S": ""} for name in KEYS):
        return False
    said = f"{op.get('UpdateExpression', '')} {op.get('ConditionExpression', '')}"
    given = {
        *op.get("ExpressionAttributeNames", {}),
        *op.get("ExpressionAttributeValues", {}),
    }
    return given == {*PLACEHOLDER.findall(said)}


def _put(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any] | None:
    """A write without a condition: a transaction of one."""
    whole = asked.keys() <= PLAIN_PUT
    return _transacted(backend, {"TransactItems": [{"Put": asked}]}) if whole else None


def _updated(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any] | None:
    """An update of which nothing is answered, and whose condition holds."""
    plain = asked.keys() <= PLAIN_UPDATE
    return _transacted(backend, {"TransactItems": [{"Update": asked}]}) if plain else None


def _queried(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any] | None:
    """A page of a partition of the table, or of an index, by one condition on its sort key."""
    said = PLAIN_CONDITION.fullmatch(asked["KeyConditionExpression"])
    if not asked.keys() <= PLAIN_QUERY or said is None:
        return None
    table, index = backend.get_table(asked["TableName"]), asked.get("IndexName")
    values = {name: each["S"] for name, each in asked["ExpressionAttributeValues"].items()}
    place = f"{said['of']}sk"
    found = _of_index(table, said["of"], values[":pk"]) if index else _of_table(table, values)
    if not asked.get("ScanIndexForward", True):
        found.reverse()
    fits = _fits(said, values)
    chosen: list[Item] = []
    last: Item | None = None
    for item in found:
        if len(chosen) == asked.get("Limit"):
            last = chosen[-1]
            break
        if fits(item.attrs[place].value):
            chosen.append(item)
    if sum(item.size() for item in chosen) > MOST_BYTES:
        return None
    shown = chosen
    if index:
        of = table.get_index(index)
        shown = [of.project(item) for item in chosen]
    page: dict[str, Any] = {"Items": [wired(item) for item in shown], "Count": len(shown)}
    if last is not None:
        names = {"pk", "sk", f"{said['of']}pk", place}
        page["LastEvaluatedKey"] = {name: {"S": last.attrs[name].value} for name in names}
    return page


def _of_table(table: Table, values: Mapping[str, str]) -> list[Item]:
    of_partition: Any = table.items.get(DynamoType({"S": values[":pk"]}), {})
    return sorted(of_partition.values(), key=lambda item: item.range_key.value)


def _of_index(table: Table, name: str, partition: str) -> list[Item]:
    hash_name, range_name = f"{name}pk", f"{name}sk"
    found = [
        item
        for by_range in table.items.values()
        for item in by_range.values()
        if (of := item.attrs.get(hash_name)) and of.value == partition
        if item.attrs.get(range_name)
    ]
    return sorted(
        found,
        key=lambda i: (i.attrs[range_name].value, i.hash_key.value, i.range_key.value),
    )


def _fits(said: re.Match[str], values: Mapping[str, str]) -> Callable[[str], bool]:
    """Whether the sort key of an item fits the condition."""
    if said["begins"]:
        return lambda place: place.startswith(values[said["prefix"]])
    if said["between"]:
        return lambda place: values[said["low"]] <= place <= values[said["high"]]
    if said["sign"]:
        than = values[said["than"]]
        return (lambda place: place < than) if said["sign"] == "<" else (lambda place: place > than)
    return lambda _: True


ANSWERS: dict[str, Callable[[DynamoDBBackend, dict[str, Any]], dict[str, Any] | None]] = {
    "GetItem": _got,
    "BatchGetItem": _got_many,
    "TransactWriteItems": _transacted,
    "PutItem": _put,
    "UpdateItem": _updated,
    "Query": _queried,
}
