"""The table: typed reads and all-or-nothing writes over the DynamoDB client."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from oms.core.refusals import NotNow
from oms_aws.platform.attributes import marshal, unmarshal
from oms_aws.platform.keys import Key

Action = dict[str, Any]
"""One action of a transaction, as TransactWriteItems takes it."""

CONFLICT_TRIES = 8
FRUITLESS_READS = 8
LARGEST_ITEM = 400 * 1024
"""Bytes of an item, the names of its attributes included, that DynamoDB takes."""
MOST_ACTIONS = 100


class ConditionFailed(Exception):
    """A transaction's conditions did not hold; `failed` are the indexes of those actions."""

    def __init__(self, failed: tuple[int, ...]) -> None:
        super().__init__(f"conditions {failed} failed")
        self.failed = failed


class WriteContention(NotNow):
    """Others kept writing the same items; `met` are the indexes of the actions, once a try."""

    def __init__(self, met: tuple[int, ...]) -> None:
        super().__init__("the items are being written by many at once")
        self.met = met


class Unwritable(Exception):
    """DynamoDB takes no such write, whatever is stored: it is too large, or not well formed."""


class Table:
    """One DynamoDB table; attributes are plain values, DynamoDB's types stay in here."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def get(self, key: Key) -> dict[str, Any] | None:
        """The item, read consistently, or None."""
        answer = self._client.get_item(
            TableName=self.name, Key=marshal(key._asdict()), ConsistentRead=True
        )
        return unmarshal(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Key], *, only: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The items that exist among the keys, read consistently, in any order.

        `only` names the attributes that are wanted. Raises NotNow when DynamoDB keeps leaving keys
        for later without answering any.
        """
        wanted = [marshal(key._asdict()) for key in dict.fromkeys(keys)]
        items: list[dict[str, Any]] = []
        for start in range(0, len(wanted), 100):
            ask = {
                self.name: {
                    "Keys": wanted[start : start + 100],
                    "ConsistentRead": True,
                    **_projected(only),
                }
            }
            fruitless = 0
            while True:
                answer = self._client.batch_get_item(RequestItems=ask)
                found = answer["Responses"].get(self.name, [])
                items += [unmarshal(item) for item in found]
                left = answer.get("UnprocessedKeys")
                if not left:
                    break
                # 16 MB are a whole answer, so that what is left of a large one comes at once.
                fruitless = 0 if found else fruitless + 1
                if fruitless == FRUITLESS_READS:
                    raise NotNow("the table answers none of the keys")
                time.sleep(random.uniform(0, 0.01 * 2**fruitless))
                ask = left
        return items

    def query(
        self,
        pk: str,
        *,
        sk_prefix: str = "",
        after: str = "",
        before: str = "",
        limit: int | None = None,
        newest: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """The partition's items in order of their sort key, from behind `after` on.

        `newest` turns the order round, and does not go with `after`, but with `before`: what lies
        there and behind is left out.
        """
        condition, values = "pk = :pk", {":pk": pk}
        if before:
            condition += " AND sk < :before"
            values[":before"] = before
        if after:
            condition += " AND sk BETWEEN :after AND :last"
            values |= {":after": after + "\x00", ":last": sk_prefix + "\uffff"}
        elif sk_prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = sk_prefix
        yield from self._pages(
            limit,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=marshal(values),
            ConsistentRead=True,
            ScanIndexForward=not newest,
        )

    def query_back(self, pk: str, *, before: str, limit: int) -> Iterator[dict[str, Any]]:
        """The partition's items whose sort key comes before one, the last of them first."""
        yield from self._pages(
            limit,
            KeyConditionExpression="pk = :pk AND sk < :before",
            ExpressionAttributeValues=marshal({":pk": pk, ":before": before}),
            ConsistentRead=True,
            ScanIndexForward=False,
        )

    def listed(
        self,
        index: str,
        pk: str,
        *,
        after: str = "",
        until: str = "",
        behind: Mapping[str, str] | None = None,
        limit: int | None = None,
        newest: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """The items of an index partition in order; `after` is the sort key to go on behind.

        `until` is the last sort key of interest, of a list that is not read from its newest end.
        `behind` are the keys, those of the index too, of the very item to go on behind: where many
        share a sort key, that does not lose any.
        """
        condition, values = f"{index}pk = :pk", {":pk": pk}
        if until:
            condition += f" AND {index}sk BETWEEN :after AND :until"
            values |= {":after": after + "\x00", ":until": until}
        elif after:
            condition += f" AND {index}sk {'<' if newest else '>'} :after"
            values[":after"] = after
        start = {"ExclusiveStartKey": marshal(behind)} if behind else {}
        yield from self._pages(
            limit,
            **start,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=marshal(values),
            ScanIndexForward=not newest,
        )

    def _pages(self, limit: int | None, **asked: Any) -> Iterator[dict[str, Any]]:
        left = limit
        while left is None or left > 0:
            page = {"Limit": left} if left is not None else {}
            answer = self._client.query(TableName=self.name, **asked, **page)
            for item in answer["Items"]:
                yield unmarshal(item)
            if left is not None:
                left -= len(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    # -- writes -------------------------------------------------------------------------------

    def put(
        self, key: Key, attributes: Mapping[str, Any], *, unless_exists: bool = False
    ) -> Action:
        """The action that writes an item whole."""
        action = {"TableName": self.name, "Item": marshal({**key._asdict(), **attributes})}
        if unless_exists:
            action["ConditionExpression"] = "attribute_not_exists(pk)"
        return {"Put": action}

    def put_if(self, key: Key, attributes: Mapping[str, Any], **seen: Any) -> Action:
        """The action that writes an item whole if its attributes still are as seen."""
        names = {f"#{name}": name for name in seen}
        return {
            "Put": {
                "TableName": self.name,
                "Item": marshal({**key._asdict(), **attributes}),
                "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in seen),
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": marshal({f":{n}": v for n, v in seen.items()}),
            }
        }

    def remove(self, key: Key) -> Action:
        """The action that deletes an item; a step needs a grant of its own for that."""
        return {"Delete": {"TableName": self.name, "Key": marshal(key._asdict())}}

    def update(
        self,
        key: Key,
        expression: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None = None,
        condition: str = "",
    ) -> Action:
        """The action that changes attributes of an item under a condition."""
        action: dict[str, Any] = {
            "TableName": self.name,
            "Key": marshal(key._asdict()),
            "UpdateExpression": expression,
            "ExpressionAttributeValues": marshal(values),
        }
        if names:
            action["ExpressionAttributeNames"] = dict(names)
        if condition:
            action["ConditionExpression"] = condition
        return {"Update": action}

    def check(self, key: Key, **seen: Any) -> Action:
        """The action that changes nothing but demands that attributes still are as seen."""
        return {
            "ConditionCheck": {
                "TableName": self.name,
                "Key": marshal(key._asdict()),
                "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in seen),
                "ExpressionAttributeNames": {f"#{name}": name for name in seen},
                "ExpressionAttributeValues": marshal({f":{n}": v for n, v in seen.items()}),
            }
        }

    def demand(
        self, key: Key, condition: str, values: Mapping[str, Any], *, names: Mapping[str, str]
    ) -> Action:
        """The action that changes nothing but demands a condition."""
        return {
            "ConditionCheck": {
                "TableName": self.name,
                "Key": marshal(key._asdict()),
                "ConditionExpression": condition,
                "ExpressionAttributeNames": dict(names),
                "ExpressionAttributeValues": marshal(values),
            }
        }

    def write(self, actions: list[Action]) -> tuple[int, ...]:
        """Do all actions or none; answers the indexes of those that others were in the way of.

        Raises ConditionFailed when a condition does not hold, WriteContention when others keep
        writing the same items; a conflict, or a refusal for rate, is tried again a few times first.
        """
        return self._persistently(actions)[0]

    def updated(self, action: Action) -> dict[str, Any]:
        """Change one item by an `update`, and answer it as it is then; raises what `write` does."""
        asking = {**action["Update"], "ReturnValues": "ALL_NEW"}
        return unmarshal(self._persistently([{"Update": asking}])[1]["Attributes"])

    def _persistently(self, actions: list[Action]) -> tuple[tuple[int, ...], dict[str, Any]]:
        met: tuple[int, ...] = ()
        for attempt in range(CONFLICT_TRIES):
            try:
                return met, self._write(actions)
            except _Conflict as conflict:
                met += conflict.met
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise WriteContention(met)

    def _write(self, actions: list[Action]) -> dict[str, Any]:
        try:
            return self._write_one(actions[0]) if len(actions) == 1 else self._write_all(actions)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                raise ConditionFailed((0,)) from None
            if code in _IN_THE_WAY:
                raise _Conflict((0,)) from None
            if code == "ValidationException":
                raise Unwritable(str(error)) from None
            if code != "TransactionCanceledException":
                raise
            reasons = [r.get("Code") for r in error.response.get("CancellationReasons", [])]
            failed = tuple(i for i, r in enumerate(reasons) if r == "ConditionalCheckFailed")
            if failed:
                raise ConditionFailed(failed) from None
            if met := tuple(i for i, reason in enumerate(reasons) if reason in _IN_THE_WAY):
                raise _Conflict(met) from None
            if any(reason in _TOO_MUCH for reason in reasons):
                raise Unwritable(str(error)) from None
            raise

    def _write_one(self, action: Action) -> dict[str, Any]:
        ((kind, arguments),) = action.items()
        answer: dict[str, Any]
        if kind == "Put":
            answer = self._client.put_item(**arguments)
        elif kind == "Update":
            answer = self._client.update_item(**arguments)
        elif kind == "Delete":
            answer = self._client.delete_item(**arguments)
        else:
            answer = self._write_all([action])
        return answer

    def _write_all(self, actions: list[Action]) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.transact_write_items(TransactItems=actions)
        return answer


def _projected(only: Sequence[str]) -> dict[str, Any]:
    if not only:
        return {}
    names = {f"#{name}": name for name in only}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


class _Conflict(Exception):
    """Another transaction was writing some of the items, or too many did."""

    def __init__(self, met: tuple[int, ...]) -> None:
        super().__init__(met)
        self.met = met


_TOO_MUCH = ("ValidationError", "ItemCollectionSizeLimitExceeded")
_IN_THE_WAY = (
    "TransactionConflictException",
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    # as reasons of a cancelled transaction
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
)


def key_of(action: Action) -> Key:
    """The key of the item that an action writes or looks at."""
    ((_, arguments),) = action.items()
    key = arguments.get("Key") or arguments["Item"]
    return Key(key["pk"]["S"], key["sk"]["S"])
