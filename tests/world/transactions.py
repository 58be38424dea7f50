"""DynamoDB transactions for moto: conditions first, then all writes, without copying the table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend

from tests.world.reading import in_json
from tests.world.updates import updated

MOST_BYTES = 4_000_000
ONE_AT_A_TIME = RLock()
"""DynamoDB serialises transactions over the same items; moto's threads would not."""


@contextmanager
def quick_transactions() -> Iterator[None]:
    """moto copies the whole table for every action of a transaction; AWS does no such thing.

    Every item may stand once in a transaction, so checking all conditions against what is stored
    and writing afterwards is exact.
    """
    before = DynamoDBBackend.transact_write_items
    DynamoDBBackend.transact_write_items = _write  # type: ignore[method-assign]
    try:
        yield
    finally:
        DynamoDBBackend.transact_write_items = before  # type: ignore[method-assign]


def _write(self: Any, transact_items: list[dict[str, Any]]) -> None:
    if len(transact_items) > 100:
        raise TooManyTransactionsException
    if len(str(transact_items)) > MOST_BYTES:
        raise ValueError("a transaction holds at most 4 MB")
    actions = [next(iter(item.items())) for item in transact_items]
    keys = [(op["TableName"], str(sorted(_key(kind, op).items()))) for kind, op in actions]
    if len(set(keys)) < len(keys):
        raise MultipleTransactionsException
    with ONE_AT_A_TIME:
        reasons = [_objection(self, kind, op) for kind, op in actions]
        if any(reasons):
            raise TransactionCanceledException(
                [(r, r and "The conditional request failed", None) for r in reasons]
            )
        _apply(self, actions)


def _apply(self: Any, actions: list[tuple[str, dict[str, Any]]]) -> None:
    for kind, op in actions:
        if kind == "Put":
            self.put_item(op["TableName"], op["Item"])
        elif kind == "Update" and (after := _updated(self, op)) is not None:
            self.put_item(op["TableName"], after)
        elif kind == "Update":
            self.update_item(
                op["TableName"],
                op["Key"],
                update_expression=op["UpdateExpression"],
                expression_attribute_names=op.get("ExpressionAttributeNames"),
                expression_attribute_values=op.get("ExpressionAttributeValues"),
            )
        elif kind == "Delete":
            self.delete_item(op["TableName"], op["Key"])
        else:
            assert kind == "ConditionCheck", kind


def _updated(self: Any, op: dict[str, Any]) -> dict[str, Any] | None:
    """The item after an update as our steps say it; None for what moto must be asked."""
    stored = self.get_item(op["TableName"], op["Key"])
    return updated(
        in_json(stored) if stored else dict(op["Key"]),
        op["UpdateExpression"],
        op.get("ExpressionAttributeNames") or {},
        op.get("ExpressionAttributeValues") or {},
    )


def _key(kind: str, op: dict[str, Any]) -> dict[str, Any]:
    whole = op["Item"] if kind == "Put" else op["Key"]
    return {name: whole[name] for name in ("pk", "sk")}


def _objection(self: Any, kind: str, op: dict[str, Any]) -> str | None:
    condition = op.get("ConditionExpression")
    if condition is None:
        return None
    stored = self.get_item(op["TableName"], _key(kind, op))
    names, values = op.get("ExpressionAttributeNames"), op.get("ExpressionAttributeValues")
    met = get_filter_expression(condition, names, values).expr(stored)
    return None if met else "ConditionalCheckFailed"
