"""The quick answers of the tests' table are those that moto gives, only sooner."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest

from tests.world import quick, transactions
from tests.world.merchant import Merchant
from tests.world.reading import in_json
from tests.world.updates import updated
from tests.world.world import World

SCRATCH = "scratch"


def moto() -> Any:
    """A client of moto's own, whose calls nobody answers sooner."""
    return boto3.client("dynamodb")


def a_day(merchant: Merchant) -> None:
    """An order that waits, is changed, delivered and searched for, and some lists."""
    world = merchant.world
    first = merchant.place(merchant.by_card(RUCK_45=2))
    merchant.place(merchant.request(RUCK_45=1, SOCKE_42=1))
    world.settle()
    merchant.count("A", RUCK_45=9, SOCKE_42=9)
    merchant.whole_life(first)
    world.tick()
    for limit in ("1", "2", "50"):
        merchant.do("GET /v1/orders", merchant.shop, query={"limit": limit})
        merchant.do("GET /v1/customers", merchant.shop, query={"limit": limit})
        merchant.do("GET /v1/products", merchant.shop, query={"limit": limit})
    merchant.do("GET /v1/orders", merchant.shop, query={"sku": "RUCK-45"})
    merchant.do("GET /v1/orders/{order}/events", merchant.shop, query={"after": "3"}, order=first)


def test_a_page_is_motos(world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, dict[str, Any]] = {}

    def noting(backend: Any, query: dict[str, Any]) -> Any:
        asked[json.dumps(query, sort_keys=True)] = query
        return queried(backend, query)

    queried = quick.ANSWERS["Query"]
    monkeypatch.setitem(quick.ANSWERS, "Query", noting)
    a_day(merchant)
    sooner = 0
    for text, query in asked.items():
        said = quick.answer("Query", text)
        if said is None:
            continue
        sooner += 1
        theirs = moto().query(**query)
        assert said["Items"] == theirs["Items"], text
        assert said.get("LastEvaluatedKey") == theirs.get("LastEvaluatedKey"), text
    assert sooner > 20
    assert sooner > 0.8 * len(asked)


def test_an_update_is_motos(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[dict[str, Any]] = []

    def noting(backend: Any, op: dict[str, Any]) -> Any:
        stored = backend.get_item(op["TableName"], op["Key"])
        done.append({**op, "before": in_json(stored) if stored else None})
        return changed(backend, op)

    changed = transactions._updated
    monkeypatch.setattr(transactions, "_updated", noting)
    a_day(merchant)
    client = moto()
    client.create_table(
        TableName=SCRATCH,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    forms = set()
    for op in done:
        names, values = op.get("ExpressionAttributeNames"), op.get("ExpressionAttributeValues")
        ours = updated(op["before"] or op["Key"], op["UpdateExpression"], names or {}, values or {})
        if ours is None:
            continue
        forms.add(op["UpdateExpression"])
        assert theirs(client, op, names, values) == ours, op
    assert len(forms) >= 2


def theirs(client: Any, op: dict[str, Any], names: Any, values: Any) -> Any:
    """The item after an update by moto."""
    if op["before"]:
        client.put_item(TableName=SCRATCH, Item=op["before"])
    else:
        client.delete_item(TableName=SCRATCH, Key=op["Key"])
    words = re.findall(r"[#:]\w+", op["UpdateExpression"])
    given = {
        "ExpressionAttributeNames": {n: v for n, v in (names or {}).items() if n in words},
        "ExpressionAttributeValues": {n: v for n, v in (values or {}).items() if n in words},
    }
    return client.update_item(
        TableName=SCRATCH,
        Key=op["Key"],
        UpdateExpression=op["UpdateExpression"],
        ReturnValues="ALL_NEW",
        **{name: value for name, value in given.items() if value},
    )["Attributes"]


@pytest.mark.parametrize(
    ("expression", "after"),
    [
        ("SET a = :two", {"a": "2", "b": "5"}),
        ("SET a = b, b = a", {"a": "5", "b": "1"}),
        ("SET a = a + :two, #b = #b - :two", {"a": "3", "b": "3"}),
        (
            "SET c = if_not_exists(c, :two), a = if_not_exists(a, :two) + :two",
            {"a": "3", "b": "5", "c": "2"},
        ),
        ("ADD a :two, c :two REMOVE b", {"a": "3", "c": "2"}),
        ("REMOVE a, x SET b = :two", {"b": "2"}),
        ("SET a = list_append(a, :two)", None),
        ("SET a = missing", None),
        ("DELETE a :two", None),
    ],
)
def test_forms_of_updates(expression: str, after: dict[str, str] | None) -> None:
    item = {"a": {"N": "1"}, "b": {"N": "5"}}
    found = updated(item, expression, {"#b": "b"}, {":two": {"N": "2"}})
    assert found == (None if after is None else {name: {"N": n} for name, n in after.items()})
